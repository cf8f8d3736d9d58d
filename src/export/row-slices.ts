import type { ColumnBatch } from '../record/batch.ts';
import { type Column, ColumnKind } from '../record/column.ts';
import type { Projection } from '../stores/store.ts';
import { Pacer } from './pacer.ts';
import type { RecordSource } from './record-source.ts';
import type { Survey } from './survey.ts';

const SLICE_CELLS = 16_384;
const SLICE_CHARACTERS = 1_048_576;
const MAX_SLICE_ROWS = 256;
const OTHER_CHARACTERS = 8;
const LONG_TEXT = 1000;

/** Some rows of a batch: from `from` up to `to`. Of rows that were left in their file, the sequences. */
export interface RowSlice {
  readonly batch: ColumnBatch;
  readonly from: number;
  readonly to: number;
}

/**
 * The rows that the survey saw, in their order, a few at a time: a slice is small enough to be written at one go, however many
 * columns there are and however long their texts. Between slices the event loop gets its turns.
 */
export async function* rowSlices(
  sources: readonly RecordSource[],
  survey: Survey,
  columns: number,
  projection: Projection = {},
): AsyncGenerator<RowSlice, void, undefined> {
  const step = Math.max(1, Math.min(MAX_SLICE_ROWS, Math.floor(SLICE_CELLS / Math.max(1, columns))));
  const pacer = new Pacer();
  for (const [i, source] of sources.entries()) {
    const ends = survey.ends[i]!;
    for await (const batch of source.batches(projection)) {
      const last = ends.get(batch.schema.writerId) ?? 0;
      if (batch.stored) {
        const { from, to } = batch.stored;
        if (from < last) yield { batch, from, to: Math.min(last, to + 1) };
        continue;
      }
      const end = Math.min(batch.rows, last - batch.firstSequence);
      const weights = end > 0 ? textWeights(batch, end) : [];
      for (let from = 0; from < end; ) {
        const to = sliceEnd(weights, from, Math.min(end, from + step));
        yield { batch, from, to };
        from = to;
        if (pacer.due) await pacer.turn();
      }
    }
  }
}

// As far as `most`, unless the texts get long before; one row at least.
function sliceEnd(weights: ArrayLike<number>, from: number, most: number): number {
  let weight = weights[from]!;
  for (let row = from + 1; row < most; row++) {
    weight += weights[row]!;
    if (weight > SLICE_CHARACTERS) return row;
  }
  return most;
}

// Characters in the texts of each row, without short ones that a dictionary holds.
function textWeights(batch: ColumnBatch, rows: number): Float64Array {
  const weights = new Float64Array(rows);
  for (const column of batch.columns) {
    if (!column || !mayBeLong(column)) continue;
    for (let row = 0; row < rows; row++) weights[row]! += textWeight(column.get(row));
  }
  return weights;
}

function mayBeLong(column: Column): boolean {
  if (column.kind === ColumnKind.CODE) return column.dictionary.texts.some((text) => text.length > LONG_TEXT);
  return column.kind === ColumnKind.VALUE || column.kind === ColumnKind.SPARSE || column.kind === ColumnKind.CONSTANT;
}

function textWeight(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return OTHER_CHARACTERS;
  let weight = 0;
  for (const item of Object.values(value)) weight += textWeight(item);
  return weight;
}
