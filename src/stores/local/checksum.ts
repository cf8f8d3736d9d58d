import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { unreadable, unwritable } from '../../engine/file-errors.ts';
import { replaceFile } from '../../engine/replace-file.ts';

// Readers of a folder of Parquet files take whatever lies there for one, so checksums have a folder of their own.
const FOLDER = 'checksums';

/**
 * Notes the SHA-256 of a sealed segment as `sha256sum --check` reads it, in `checksums/` beside `events/`. Parquet as it is written has no
 * checksums of its own: a bit that turns over may read as another value.
 *
 * @throws `path_unwritable`, `path_unreadable`.
 */
export async function noteChecksum(sealed: string): Promise<void> {
  const path = checksumPath(sealed);
  try {
    await mkdir(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
  }
  const line = `${await sha256(sealed)}  ../events/${basename(sealed)}\n`;
  await replaceFile(path, (draft) => writeFile(draft.path, line), { makeFolders: false });
}

/** Whether a sealed segment is what was sealed; undefined where nothing says what that was. Throws `path_unreadable`. */
export async function isAsSealed(sealed: string): Promise<boolean | undefined> {
  const noted = await readFile(checksumPath(sealed), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(checksumPath(sealed), error);
  });
  return noted === undefined ? undefined : noted.slice(0, 64) === (await sha256(sealed));
}

function checksumPath(sealed: string): string {
  return join(dirname(dirname(sealed)), FOLDER, `${basename(sealed, '.parquet')}.sha256`);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw unreadable(path, error);
  }
  return hash.digest('hex');
}
