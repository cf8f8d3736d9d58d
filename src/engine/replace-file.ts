import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { unwritable } from './file-errors.ts';
import { makeFolder } from './make-folder.ts';

/** A file in the making. */
export interface Draft {
  /** Where to write it. Nothing is there yet. */
  readonly path: string;
  /** The name that it will have, for messages. */
  readonly target: string;
  /** A folder of its own for whatever is needed on the way; it goes when the work is done or has failed. */
  readonly folder: string;
}

// Folders of unfinished drafts. One listener clears them when the process exits in the middle.
const unfinished = new Set<string>();

/**
 * Writes a file so that there is the old one or the new one under its name, never a part: `write` fills a draft in the same
 * folder, which is synced and renamed. Missing folders are made, unless it belongs where something is already. Whatever fails, nothing stays behind; only a process that is
 * killed leaves its draft, in a hidden folder whose name ends in `.tmp`.
 *
 * @throws `path_unwritable` when the system refuses; what `write` throws goes through.
 */
export async function replaceFile<T>(
  path: string,
  write: (draft: Draft) => Promise<T>,
  { makeFolders = true }: { readonly makeFolders?: boolean } = {},
): Promise<T> {
  const target = await destination(path);
  let made: string[] = [];
  const folder = join(dirname(target), `.${basename(target).slice(0, 50)}.${randomUUID().slice(0, 8)}.tmp`);
  const draft: Draft = { path: join(folder, 'draft'), target, folder };
  try {
    await attempt(target, async () => {
      if (makeFolders) made = await makeFolder(dirname(target));
      await mkdir(folder);
    });
    watchOver(folder);
    const result = await write(draft);
    await attempt(target, async () => {
      await sync(draft.path);
      await rename(draft.path, target);
    });
    await clear(folder);
    return result;
  } catch (error) {
    await clear(folder);
    await removeEmpty(made);
    throw error;
  }
}

// A link keeps pointing to the file behind it; a device or a pipe must not be replaced by a file.
async function destination(path: string): Promise<string> {
  const target = resolve(path);
  const found = await stat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unwritable(target, error);
  });
  if (!found) return target;
  if (!found.isFile()) throw unwritable(target, { code: found.isDirectory() ? 'EISDIR' : 'EINVAL' });
  return attempt(target, () => realpath(target));
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

// The outcome is decided by now: a folder that cannot be removed does not change it.
async function clear(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  unfinished.delete(folder);
  if (unfinished.size === 0) process.off('exit', clearAll);
}

// Innermost first; one that is in use by now stays, and with it those around it.
async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => undefined);
}

function watchOver(folder: string): void {
  if (unfinished.size === 0) process.on('exit', clearAll);
  unfinished.add(folder);
}

function clearAll(): void {
  for (const folder of unfinished) rmSync(folder, { recursive: true, force: true });
}
