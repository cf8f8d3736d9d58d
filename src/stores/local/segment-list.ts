import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSegmentName, segmentStem } from './segment-name.ts';

/** The segments of one writer, by rising number. Each is live or sealed, which may change at any time. */
export interface WriterSegments {
  readonly writer: string;
  /** Paths without their endings. */
  readonly bases: readonly string[];
}

/**
 * The segments in an experiment's folder by writer: first the given ones in their order, then those that nobody knows of, by
 * name. A missing folder has none.
 */
export async function listSegments(folder: string, writersInOrder: readonly string[]): Promise<WriterSegments[]> {
  const events = join(folder, 'events');
  const numbers = new Map<string, Set<number>>(writersInOrder.map((writer) => [writer, new Set()]));
  // A folder that is listed while a segment is sealed may show neither of its files; the second time it shows the new one.
  const files = [...(await filesIn(events)), ...(await filesIn(events))];
  for (const file of files.sort()) {
    const name = parseSegmentName(file);
    if (!name) continue;
    const known = numbers.get(name.writer);
    if (known) known.add(name.number);
    else numbers.set(name.writer, new Set([name.number]));
  }
  return [...numbers].map(([writer, found]) => ({
    writer,
    bases: [...found].sort((a, b) => a - b).map((number) => join(events, segmentStem({ writer, number }))),
  }));
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
