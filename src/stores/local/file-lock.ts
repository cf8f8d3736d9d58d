import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { CrucibleError } from '../../core/errors.ts';
import { unwritable } from '../../engine/file-errors.ts';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';

const RETRY_MS = 5;
// Who holds a lock touches its file this often: a thread may end while its process lives.
const REFRESH_MS = 2000;
// A lock that nobody has touched for so long has no holder. Measured by the clock of who waits.
const SILENT_STALE_MS = 10_000;
// For one holder, however often it touches its lock: what is done under it takes no longer than writing small files.
const PATIENCE_MS = 15_000;

interface Held {
  readonly content: string;
  readonly file: FileHandle;
}

/**
 * Calls `action` while no other process does so for the same path. A lock whose holder has died is broken. Rejects with
 * `path_unwritable` when one and the same holder keeps it for 15 s.
 */
export async function withFileLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const { content, file } = await acquire(path);
  const refresh = setInterval(() => {
    const now = new Date();
    file.utimes(now, now).catch(() => undefined);
  }, REFRESH_MS).unref();
  try {
    return await action();
  } finally {
    clearInterval(refresh);
    await file.close().catch(() => undefined);
    // Who was held up for too long has lost it, and does not free what is another's.
    if ((await readFile(path, 'utf8').catch(() => undefined)) === content) await unlink(path).catch(() => undefined);
  }
}

async function acquire(path: string): Promise<Held> {
  let seen: string | undefined;
  let seenAt = 0;
  let touched = 0;
  let touchedAt = 0;
  for (;;) {
    const held = await take(path);
    if (held) return held;
    const holder = await readFile(path, 'utf8').catch(({ code }) => (code === 'ENOENT' ? undefined : ''));
    const mtimeMs = await stat(path).then(
      (found) => found.mtimeMs,
      () => 0,
    );
    const now = performance.now();
    if (holder !== seen) seenAt = now;
    if (holder !== seen || mtimeMs !== touched) touchedAt = now;
    seen = holder;
    touched = mtimeMs;
    if (holder !== undefined) {
      if (isStale(holder) || now - touchedAt > SILENT_STALE_MS) await breakLock(path, holder);
      else if (now - seenAt > PATIENCE_MS) throw heldTooLong(path, holder);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (1 + Math.random())));
  }
}

async function take(path: string): Promise<Held | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw unwritable(path, error);
  }
  const content = JSON.stringify({ ...thisProcess(), id: randomUUID() });
  try {
    await file.writeFile(content);
    return { content, file };
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw unwritable(path, error);
  }
}

/** Whether the process that holds a lock, as its file names it, has died. */
export function isStale(holder: string): boolean {
  const identity = identityOf(holder);
  return identity !== undefined && isAlive(identity) === false;
}

// Undefined for what is none, or was not yet written to its end.
function identityOf(holder: string): ProcessIdentity | undefined {
  try {
    const identity: unknown = JSON.parse(holder);
    return typeof identity === 'object' && identity !== null ? (identity as ProcessIdentity) : undefined;
  } catch {
    return undefined;
  }
}

function heldTooLong(path: string, holder: string): CrucibleError {
  const identity = identityOf(holder);
  const who = identity ? `process ${identity.pid} of ${identity.host}` : 'a process without a name';
  return new CrucibleError('path_unwritable', `${path} has been held by ${who} for ${PATIENCE_MS / 1000} s.`, {
    hint: 'Try again; if that process does nothing with this store, remove the file.',
  });
}

// By renaming it first only one of several can break it; if it was somebody's new lock by then, it is put back.
async function breakLock(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== holder) await link(aside, path);
  } catch {
    // Somebody else was faster: the next attempt will see what there is.
    await writeFile(aside, '').catch(() => undefined);
  }
  await unlink(aside).catch(() => undefined);
}
