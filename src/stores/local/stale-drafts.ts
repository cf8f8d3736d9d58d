import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

// What is written within an hour may still be in the making.
const STALE_MS = 3_600_000;
const DRAFT = /^\..+\.(?:tmp|removed)$/;

/**
 * Removes what killed processes left of what they were writing in a folder, or removing from it. What cannot be removed stays. A
 * removal that takes so long meets another one, and both are done in the end.
 */
export async function removeStaleDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => DRAFT.test(each))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > STALE_MS)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
