import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { unwritable } from '../../engine/file-errors.ts';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';

const RETRY_MS = 5;
// Nobody holds a lock for longer than it takes to write one small file. Measured by the clock of who waits.
const SILENT_STALE_MS = 10_000;

/** Calls `action` while no other process does so for the same path. A lock whose holder has died is broken. */
export async function withFileLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  await acquire(path);
  try {
    return await action();
  } finally {
    await unlink(path).catch(() => undefined);
  }
}

async function acquire(path: string): Promise<void> {
  let seen: string | undefined;
  let seenAt = 0;
  for (;;) {
    if (await take(path)) return;
    const holder = await readFile(path, 'utf8').catch(({ code }) => (code === 'ENOENT' ? undefined : ''));
    if (holder !== seen) {
      seen = holder;
      seenAt = performance.now();
    }
    const alive = holder === undefined || isHeld(holder);
    if (alive === false || (alive === undefined && performance.now() - seenAt > SILENT_STALE_MS)) {
      await breakLock(path, holder!);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (1 + Math.random())));
  }
}

async function take(path: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(path, error);
  }
  try {
    await file.writeFile(JSON.stringify({ ...thisProcess(), id: randomUUID() }));
    return true;
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw unwritable(path, error);
  } finally {
    await file.close();
  }
}

/** Whether the holder of a lock, as its file names it, has died. */
export function isStale(holder: string): boolean {
  return isHeld(holder) === false;
}

// Undefined when that cannot be told: by a process of another machine, or by one that has not written its name yet.
function isHeld(holder: string): boolean | undefined {
  try {
    return isAlive(JSON.parse(holder) as ProcessIdentity);
  } catch {
    return undefined;
  }
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
