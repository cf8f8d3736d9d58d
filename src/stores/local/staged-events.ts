import { basename, join } from 'node:path';
import { selectLines } from './sealed-file.ts';
import { SealedFiles } from './sealed-files.ts';
import { experimentFolder } from './segment-files.ts';
import { listSegments } from './segment-list.ts';
import { findSegment, type OnSkipped, warnOfSkipped } from './segment-sources.ts';
import { SequenceGaps } from './sequence-gaps.ts';
import { splitLines } from './split-lines.ts';
import { readNotes, recordsOfClosed } from './writer-files.ts';

/** The records of experiments as files that DuckDB reads, each record once. */
export interface StagedEvents {
  /** Sealed segments that are whole. */
  readonly sealed: readonly string[];
  /** A SELECT of the records that are in live segments, with the columns of a sealed one; undefined when there are none. */
  readonly liveSelect: string | undefined;
}

/**
 * Prepares experiments for SQL: sealed segments stay where they are, the good lines of live ones are copied to a folder.
 * DuckDB would stumble over a line that is being written, and over one damaged file among many.
 *
 * @param staging An existing folder that belongs to the caller.
 */
export async function stageEvents(
  dir: string,
  ids: readonly string[],
  staging: string,
  onSkipped: OnSkipped = warnOfSkipped,
): Promise<StagedEvents> {
  const files = new SealedFiles();
  const sealed: string[] = [];
  const lines: string[] = [];
  let longest = 0;
  try {
    for (const [i, id] of ids.entries()) {
      const folder = experimentFolder(dir, id);
      const closed = recordsOfClosed(await readNotes(join(folder, 'writers')));
      for (const { writer, bases } of await listSegments(folder, [...closed.keys()])) {
        const gaps = new SequenceGaps(onSkipped);
        for (const base of bases) {
          const good = join(staging, `${i}-${basename(base)}.jsonl`);
          const found = await stage(files, base, writer, good, gaps);
          if (!found) continue;
          if ('sealed' in found) sealed.push(found.sealed);
          else if (found.longest > 0) lines.push(good);
          if ('longest' in found) longest = Math.max(longest, found.longest);
        }
        gaps.end(join(folder, 'writers', `${writer}.json`), closed.get(writer) ?? 0);
      }
    }
  } finally {
    files.close();
  }
  return { sealed, liveSelect: lines.length > 0 ? selectLines(lines, longest) : undefined };
}

async function stage(
  files: SealedFiles,
  base: string,
  writer: string,
  good: string,
  gaps: SequenceGaps,
): Promise<{ sealed: string } | { longest: number } | undefined> {
  // A live segment may be sealed before it is opened.
  for (const _ of [1, 2]) {
    const found = await findSegment(files, base, gaps.skip);
    if (!found) return undefined;
    if ('footer' in found) {
      const { path, groups } = found.footer;
      gaps.meet(path, groups[0]?.firstSequence, groups.at(-1)?.lastSequence);
      return { sealed: path };
    }
    try {
      const { rows, longest, rejects, firstSequence, lastSequence } = await splitLines(found.live, writer, { good });
      if (rejects.damaged + rejects.doubled > 0) gaps.skip({ path: found.live, rejects });
      if (rows > 0) gaps.meet(found.live, firstSequence, lastSequence);
      return { longest };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}
