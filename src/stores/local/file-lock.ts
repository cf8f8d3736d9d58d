import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { unwritable } from '../../engine/file-errors.ts';
import { isAlive, thisProcess } from './process-identity.ts';

const RETRY_MS = 5;
// Nobody holds a lock for longer than it takes to write one small file.
const FOREIGN_STALE_MS = 10_000;

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
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(JSON.stringify({ ...thisProcess(), at: Date.now() }));
      await file.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
    }
    const holder = await readFile(path, 'utf8').catch(() => undefined);
    if (holder !== undefined && isStale(holder)) await breakLock(path, holder);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (1 + Math.random())));
  }
}

/** Whether the holder of a lock, as its file names it, has died. */
export function isStale(holder: string): boolean {
  let lock: { host: string; boot_id: string | null; pid: number; pid_started: string | null; at: number };
  try {
    lock = JSON.parse(holder);
  } catch {
    // Being written right now.
    return false;
  }
  const alive = isAlive(lock);
  return alive === undefined ? Date.now() - lock.at > FOREIGN_STALE_MS : !alive;
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
