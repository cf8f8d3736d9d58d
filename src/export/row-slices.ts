import type { ColumnBatch } from '../record/batch.ts';
import { Pacer } from './pacer.ts';
import type { RecordSource } from './record-source.ts';
import type { Survey } from './survey.ts';

const SLICE_CELLS = 16_384;
const MAX_SLICE_ROWS = 256;

/** Some rows of a batch: from `from` up to `to`. */
export interface RowSlice {
  readonly batch: ColumnBatch;
  readonly from: number;
  readonly to: number;
}

/**
 * The rows that the survey saw, in their order, a few at a time: a slice is small enough to be written at one go, however many
 * columns there are. Between slices the event loop gets its turns.
 */
export async function* rowSlices(
  sources: readonly RecordSource[],
  survey: Survey,
  columns: number,
): AsyncGenerator<RowSlice, void, undefined> {
  const step = Math.max(1, Math.min(MAX_SLICE_ROWS, Math.floor(SLICE_CELLS / Math.max(1, columns))));
  const pacer = new Pacer();
  for (const [i, source] of sources.entries()) {
    const ends = survey.ends[i]!;
    for await (const batch of source.batches()) {
      const end = Math.min(batch.rows, (ends.get(batch.schema.writerId) ?? 0) - batch.firstSequence);
      for (let from = 0; from < end; from += step) {
        yield { batch, from, to: Math.min(end, from + step) };
        if (pacer.due) await pacer.turn();
      }
    }
  }
}
