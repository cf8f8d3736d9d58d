import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CrucibleError } from '../../core/errors.ts';
import { replaceFile } from '../../engine/replace-file.ts';

// A writer looks whether its file is still there and writes right after that.
const IN_FLIGHT_MS = 25;

/**
 * Removes a live segment of which a sealed one was made. A writer that was taken for dead may still append to it: then the live
 * one stays, with what was appended, and the sealed one goes.
 *
 * @param size Of the live segment when it was sealed, in bytes.
 * @throws `experiment_open` when it has grown since.
 */
export async function removeLive(path: string, sealed: string, size: number): Promise<void> {
  const live = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    // Another process has sealed it too.
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!live) return;
  try {
    if (await hasGrown(live, size)) {
      await rm(sealed, { force: true });
      throw stillOpen(path);
    }
    await rm(path, { force: true });
    await sleep(IN_FLIGHT_MS);
    if (await hasGrown(live, size)) {
      const source = live.createReadStream({ start: 0, autoClose: false });
      await replaceFile(path, (draft) => pipeline(source, createWriteStream(draft.path)), { makeFolders: false });
      await rm(sealed, { force: true });
      throw stillOpen(path);
    }
  } finally {
    await live.close();
  }
}

export function stillOpen(path: string): CrucibleError {
  return new CrucibleError('experiment_open', `${path} was written to while it was sealed.`, {
    hint: 'Seal it once its writer has begun another one.',
  });
}

async function hasGrown(live: FileHandle, size: number): Promise<boolean> {
  return (await live.stat()).size !== size;
}
