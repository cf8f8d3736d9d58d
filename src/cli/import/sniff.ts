import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CrucibleError, show } from '../../core/errors.ts';

/** What a path to import turned out to be. */
export type ImportKind = 'archive' | 'jsonl' | 'csv' | 'parquet';

const BEGINNING_BYTES = 4096;

/** Looks at the beginning of a file, or into a folder. Throws `path_unreadable` and, for what nobody wrote here, `unknown_format`. */
export async function sniff(path: string): Promise<ImportKind> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CrucibleError('path_unreadable', `Cannot read ${path} (${cause.code}).`, { hint: 'Is it there?', cause });
  });
  if (found.isDirectory()) {
    if (existsSync(join(path, 'experiment.json')) && existsSync(join(path, 'events.jsonl'))) return 'archive';
    throw unknown(path, 'It is a folder, but not one that archive() wrote.');
  }
  const beginning = await beginningOf(path);
  if (beginning.startsWith('PAR1')) return 'parquet';
  const text = beginning.replace(/^\ufeff/, '').trimStart();
  if (text.startsWith('{')) return 'jsonl';
  const [header = ''] = text.split('\n');
  if (/(^|,)"?event_name"?(,|\r|$)/.test(header)) return 'csv';
  throw unknown(path, `It begins with ${show(header.slice(0, 60))}.`);
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
