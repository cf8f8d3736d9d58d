import { existsSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CrucibleError, show } from '../../core/errors.ts';
import { unreadable } from '../../engine/file-errors.ts';

/** What a path to import turned out to be. */
export type ImportKind = 'archive' | 'jsonl' | 'csv' | 'parquet';

const BEGINNING_BYTES = 4096;
// Control characters but tab and carriage return, and what is no UTF-8.
const BINARY = /[^\P{Cc}\t\r]|\ufffd/u;

/** What to import, and where it is. */
export interface Found {
  readonly kind: ImportKind;
  readonly path: string;
}

/**
 * Looks at the beginning of a file, or into a folder: that of an archive, or one in which there is exactly one. Throws
 * `path_unreadable` and, for what nobody wrote here, `unknown_format`.
 */
export async function sniff(path: string): Promise<Found> {
  const found = await fileKind(path);
  return typeof found === 'string' ? { kind: found, path } : found;
}

async function fileKind(path: string): Promise<ImportKind | Found> {
  const found = await stat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  if (found.isDirectory()) {
    const folders = [path, ...(await readdir(path)).sort().map((name) => join(path, name))];
    const [archive, another] = folders.filter(isArchive);
    if (archive === undefined) throw unknown(path, 'It is a folder, but not one that archive() wrote.');
    if (archive === path || another === undefined) return { kind: 'archive', path: archive };
    throw unknown(path, `It has several archives: ${archive}, ${another} and so on; import one at a time.`);
  }
  const beginning = await beginningOf(path);
  if (beginning.startsWith('PAR1')) return 'parquet';
  if (beginning.startsWith('ARROW1'))
    throw unknown(path, 'It is an Arrow file, which is written for others and not read back.');
  const text = beginning.replace(/^\ufeff/, '').trimStart();
  if (text.startsWith('{')) return 'jsonl';
  const [header = ''] = text.split('\n');
  if (/(^|,)"?event_name"?(,|\r|$)/.test(header)) return 'csv';
  const isText = !BINARY.test(header.slice(0, 60));
  throw unknown(path, isText ? `It begins with ${show(header.slice(0, 60))}.` : 'It is no text.');
}

function isArchive(folder: string): boolean {
  return existsSync(join(folder, 'experiment.json')) && existsSync(join(folder, 'events.jsonl'));
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function unknown(path: string, what: string): CrucibleError {
  return new CrucibleError('unknown_format', `${path} is nothing that can be imported. ${what}`, {
    hint: 'Give a csv, jsonl or parquet file of crucible export, one of the Elixir library, or the folder of an archive.',
  });
}
