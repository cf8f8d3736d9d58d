import { basename, join } from 'node:path';
import type { ColumnBatch } from '../../record/batch.ts';
import { BatchSchema } from '../../record/schema.ts';
import type { ExperimentState } from '../experiment-state.ts';
import type { NewRows, StoreTail } from '../store.ts';
import { LiveSegment } from './live-segment.ts';
import { SealedFiles } from './sealed-files.ts';
import { SealedSegmentReader } from './sealed-segment.ts';
import { listSegments } from './segment-list.ts';
import { parseSegmentName } from './segment-name.ts';
import { isDamage, type OnSkipped, warnOfSkipped } from './segment-sources.ts';
import { readNotes } from './writer-files.ts';

/** How far one writer was read. */
interface Cursor {
  readonly schema: BatchSchema;
  number: number;
  live: LiveSegment | undefined;
  last: number;
}

/**
 * Reads what is added to an experiment, each record once, whoever adds it: it goes on through segments that are finished and
 * sealed meanwhile, and takes in writers that join.
 */
export class ExperimentTail implements StoreTail {
  readonly #folder: string;
  readonly #state: ExperimentState;
  readonly #flush: () => Promise<void>;
  readonly #onSkipped: OnSkipped;
  readonly #files = new SealedFiles();
  readonly #cursors = new Map<string, Cursor>();

  private constructor(folder: string, state: ExperimentState, flush: () => Promise<void>, onSkipped: OnSkipped) {
    this.#folder = folder;
    this.#state = state;
    this.#flush = flush;
    this.#onSkipped = onSkipped;
  }

  /**
   * Begins after what is there by now. The caller closes it.
   *
   * @param flush Brings what this process has recorded into the files, before each reading.
   */
  static async open(
    folder: string,
    state: ExperimentState,
    flush: () => Promise<void>,
    onSkipped: OnSkipped = warnOfSkipped,
  ): Promise<ExperimentTail> {
    const tail = new ExperimentTail(folder, state, flush, onSkipped);
    for (const { writer, bases } of await tail.#segments()) await tail.#skip(writer, bases);
    return tail;
  }

  /** Whether a record had been read, or was there before. */
  hasPassed(writer: string, sequence: number): boolean {
    return sequence <= (this.#cursors.get(writer)?.last ?? -1);
  }

  /** What has come since. Ends when there is no more for now. */
  async *read(): AsyncGenerator<NewRows> {
    await this.#flush();
    for (const { writer, bases } of await this.#segments()) {
      const cursor = this.#cursor(writer);
      for (const base of bases) {
        if (numberOf(base) < cursor.number) continue;
        for await (const batch of this.#segment(cursor, base)) yield { batch, from: 0, to: batch.rows };
      }
    }
  }

  close(): void {
    this.#files.close();
  }

  async #segments() {
    const writers = (await readNotes(join(this.#folder, 'writers'))).map(({ writer_id }) => writer_id);
    return listSegments(this.#folder, writers);
  }

  #cursor(writer: string): Cursor {
    let cursor = this.#cursors.get(writer);
    if (!cursor) {
      cursor = { schema: new BatchSchema(this.#state, writer), number: 0, live: undefined, last: -1 };
      this.#cursors.set(writer, cursor);
    }
    return cursor;
  }

  // The newest segment that has a record says how far the writer has come.
  async #skip(writer: string, bases: readonly string[]): Promise<void> {
    const cursor = this.#cursor(writer);
    for (const base of bases.toReversed()) {
      for await (const _ of this.#segment(cursor, base, true));
      if (cursor.last >= 0) return;
    }
  }

  async *#segment(cursor: Cursor, base: string, skip = false): AsyncGenerator<ColumnBatch> {
    const number = numberOf(base);
    if (number !== cursor.number || !cursor.live) {
      cursor.number = number;
      cursor.live = new LiveSegment(`${base}.jsonl`, cursor.schema, { after: cursor.last });
    }
    try {
      for await (const batch of cursor.live.read()) {
        cursor.last = batch.firstSequence + batch.rows - 1;
        yield batch;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      yield* this.#sealed(cursor, `${base}.parquet`, skip);
    }
  }

  async *#sealed(cursor: Cursor, path: string, skip: boolean): AsyncGenerator<ColumnBatch> {
    try {
      const footer = await this.#files.footer(path);
      const last = footer?.groups.at(-1)?.lastSequence ?? -1;
      if (!footer || last <= cursor.last) return;
      if (skip) {
        cursor.last = last;
        return;
      }
      const range = { from: cursor.last + 1, to: Number.MAX_SAFE_INTEGER };
      yield* this.#files.with((connection) => {
        const reader = new SealedSegmentReader(connection, cursor.schema, {});
        return passed(reader.read(footer, footer.groups, range), cursor);
      });
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#onSkipped({ path, error });
    }
  }
}

async function* passed(batches: AsyncIterable<ColumnBatch>, cursor: Cursor): AsyncGenerator<ColumnBatch> {
  for await (const batch of batches) {
    cursor.last = batch.firstSequence + batch.rows - 1;
    yield batch;
  }
}

function numberOf(base: string): number {
  return parseSegmentName(`${basename(base)}.jsonl`)!.number;
}
