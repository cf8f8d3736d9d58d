import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

// What is written within an hour may still be in the making.
const STALE_MS = 3_600_000;
const DRAFT = /^\..+\.tmp$/;

/** Removes what killed processes left of files they were writing in a folder. What cannot be removed stays. */
export async function removeStaleDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => DRAFT.test(each))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > STALE_MS)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
