import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSegmentName } from './segment-name.ts';

/** One file of an experiment's events. */
export interface SegmentFile {
  readonly path: string;
  readonly writer_id: string;
  /** Position among the segments of its writer, from 0. */
  readonly number: number;
  readonly kind: 'live' | 'sealed';
  readonly bytes: number;
}

export function experimentFolder(dir: string, id: string): string {
  return join(dir, 'experiments', id);
}

/** Names of all folders of experiments in a store, also of those whose definition is damaged; sorted. */
export async function experimentFolders(dir: string): Promise<string[]> {
  const entries = await readdir(join(dir, 'experiments'), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/** The segments of an experiment as they lie on disk, by writer and number. */
export async function segmentFiles(dir: string, id: string): Promise<SegmentFile[]> {
  const events = join(experimentFolder(dir, id), 'events');
  const files: SegmentFile[] = [];
  for (const file of (await readdir(events).catch(() => [])).sort()) {
    const name = parseSegmentName(file);
    const path = join(events, file);
    // It may have been sealed since it was listed.
    const found = name && (await stat(path).catch(() => undefined));
    if (!found) continue;
    const { writer, number, sealed } = name;
    files.push({ path, writer_id: writer, number, kind: sealed ? 'sealed' : 'live', bytes: found.size });
  }
  return files;
}
