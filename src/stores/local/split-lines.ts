import { type FileHandle, open } from 'node:fs/promises';
import { lineBlocks } from './line-blocks.ts';
import { type Rejects, SegmentLines } from './segment-lines.ts';

const NEWLINE = Buffer.from('\n');

/** The good lines of a segment, and what else is in it. */
export interface SplitLines {
  readonly rows: number;
  /** Of the good lines; −1 where there is none. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** The longest good line in bytes. */
  readonly longest: number;
  readonly rejects: Readonly<Rejects>;
}

/**
 * Goes through a live segment and copies either its good lines or everything else, as it is, to a new file. A torn last line
 * gets a line end.
 */
export async function splitLines(
  path: string,
  writer: string,
  copy: { good?: string; rejects?: string },
): Promise<SplitLines> {
  const lines = new SegmentLines(writer);
  let rows = 0;
  let firstSequence = -1;
  let longest = 0;
  const source = await open(path, 'r');
  try {
    const good = copy.good === undefined ? undefined : await open(copy.good, 'wx');
    const rejects = copy.rejects === undefined ? undefined : await open(copy.rejects, 'wx');
    try {
      for await (const block of lineBlocks(source, path, 0)) {
        const { bytes } = block;
        if (!block.whole) {
          lines.rejects.torn = 1;
          await append(rejects, [bytes, NEWLINE]);
          break;
        }
        const taken: Buffer[] = [];
        const left: Buffer[] = [];
        lines.read(
          block,
          (record, from, to) => {
            if (rows++ === 0) firstSequence = record.sequence!;
            longest = Math.max(longest, to + 1 - from);
            taken.push(bytes.subarray(from, to + 1));
          },
          (from, to) => left.push(bytes.subarray(from, to + 1)),
        );
        await append(good, taken);
        await append(rejects, left);
      }
    } finally {
      await good?.close();
      await rejects?.close();
    }
  } finally {
    await source.close();
  }
  return { rows, firstSequence, lastSequence: lines.lastSequence, longest, rejects: lines.rejects };
}

async function append(file: FileHandle | undefined, parts: readonly Buffer[]): Promise<void> {
  if (!file || parts.length === 0) return;
  // Short writes are possible on a full disk; writeFile goes on until all is written or the system refuses.
  await file.appendFile(Buffer.concat(parts));
}
