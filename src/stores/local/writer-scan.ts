import type { ColumnBatch } from '../../record/batch.ts';
import type { BatchSchema } from '../../record/schema.ts';
import type { TimeRange } from '../query.ts';
import type { Projection } from '../store.ts';
import { LiveSegment } from './live-segment.ts';
import type { SealedFiles } from './sealed-files.ts';
import type { RowGroup, SealedFooter } from './sealed-footer.ts';
import { SealedSegmentReader, type SequenceRange } from './sealed-segment.ts';
import { findSegment, isDamage, type OnSkipped } from './segment-sources.ts';
import { SequenceGaps } from './sequence-gaps.ts';

export interface WriterScanOptions {
  readonly projection: Projection;
  readonly range: TimeRange | undefined;
  readonly onSkipped: OnSkipped;
  /** How many records the writer closed with, and the file that says so. */
  readonly closed?: { readonly path: string; readonly stored: number } | undefined;
}

/** A part of a sealed segment that is still to be read. */
export interface UnreadGroup extends SequenceRange {
  readonly footer: SealedFooter;
  readonly group: RowGroup;
}

/** Goes through the segments of one writer, in their order, taking each record once. */
export class WriterScan {
  readonly #files: SealedFiles;
  readonly #schema: BatchSchema;
  readonly #options: WriterScanOptions;
  readonly #gaps: SequenceGaps;
  /** The last sequence of the segments so far. */
  #last = -1;

  constructor(files: SealedFiles, schema: BatchSchema, options: WriterScanOptions) {
    this.#files = files;
    this.#schema = schema;
    this.#options = options;
    this.#gaps = new SequenceGaps(options.onSkipped);
  }

  /** What a segment has: batches where it is live, row groups where it is sealed. Nothing when it is gone or damaged. */
  async *segment(base: string): AsyncGenerator<ColumnBatch | readonly UnreadGroup[]> {
    // A live segment may be sealed before it is opened.
    for (const _ of [1, 2]) {
      const found = await findSegment(this.#files, base, this.#gaps.skip);
      if (!found) return;
      if ('footer' in found) {
        const { path, groups } = found.footer;
        this.#gaps.meet(path, groups[0]?.firstSequence, groups.at(-1)?.lastSequence);
        yield this.#unread(found.footer);
        return;
      }
      let first: number | undefined;
      const live = new LiveSegment(found.live, this.#schema, { after: this.#last });
      try {
        for await (const batch of live.read()) {
          first ??= batch.firstSequence;
          if (overlaps(batch, this.#options.range)) yield batch;
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        if (!isDamage(error)) throw error;
        this.#gaps.skip({ path: found.live, error });
      }
      this.#last = live.lastSequence;
      if (live.rejects.damaged + live.rejects.doubled > 0) this.#gaps.skip({ path: found.live, rejects: live.rejects });
      this.#gaps.meet(found.live, first, live.lastSequence);
      return;
    }
  }

  /** To be called after the last segment. */
  end(): void {
    const { closed } = this.#options;
    if (closed) this.#gaps.end(closed.path, closed.stored);
  }

  /** Reads parts of a sealed segment, in their order. */
  async *read(unread: readonly UnreadGroup[]): AsyncGenerator<ColumnBatch> {
    const [first] = unread;
    if (!first) return;
    const { footer } = first;
    const range = { from: first.from, to: unread.at(-1)!.to };
    const groups = unread.map(({ group }) => group);
    yield* this.#reading(footer, (reader) => reader.read(footer, groups, range));
  }

  /** Splits a part of a sealed segment into smaller ones and finds the latest time of each. */
  async split(unread: UnreadGroup, rows: number): Promise<{ readonly part: UnreadGroup; readonly latest: number }[]> {
    const parts: { part: UnreadGroup; latest: number }[] = [];
    for await (const { sequences, times } of this.#reading(unread.footer, (reader) =>
      reader.times(unread.footer, unread),
    )) {
      for (let from = 0; from < sequences.length; from += rows) {
        const to = Math.min(from + rows, sequences.length) - 1;
        const latest = times
          .subarray(from, to + 1)
          .reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
        parts.push({ part: { ...unread, from: sequences[from]!, to: sequences[to]! }, latest });
      }
    }
    return parts;
  }

  #unread(footer: SealedFooter): UnreadGroup[] {
    const { range } = this.#options;
    const unread: UnreadGroup[] = [];
    for (const group of footer.groups) {
      const from = Math.max(group.firstSequence, this.#last + 1);
      this.#last = Math.max(this.#last, group.lastSequence);
      if (from <= group.lastSequence && overlaps(group, range))
        unread.push({ footer, group, from, to: group.lastSequence });
    }
    return unread;
  }

  async *#reading<T>(
    { path }: SealedFooter,
    read: (reader: SealedSegmentReader) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    try {
      yield* this.#files.with((connection) =>
        read(new SealedSegmentReader(connection, this.#schema, this.#options.projection)),
      );
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#options.onSkipped({ path, error });
    }
  }
}

function overlaps(
  { minTimestamp, maxTimestamp }: { readonly minTimestamp: number; readonly maxTimestamp: number },
  range: TimeRange | undefined,
): boolean {
  return !range || (maxTimestamp >= range.from && minTimestamp <= range.to);
}
