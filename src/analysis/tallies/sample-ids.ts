import type { ColumnBatch } from '../../record/batch.ts';
import { fieldIndex } from '../../record/fields.ts';
import { RowKind, type RowReader } from '../rows/row-reader.ts';

const SAMPLE_ID = fieldIndex('sample_id');

/** Counts the different samples of each experiment. */
export class SampleIds {
  readonly #byRun = new Map<string, Set<string>>();

  add(batch: ColumnBatch, rows: number, { kinds }: RowReader): void {
    const column = batch.columns[SAMPLE_ID];
    if (!column) return;
    const run = batch.schema.experiment.id;
    const samples = this.#byRun.get(run) ?? new Set();
    this.#byRun.set(run, samples);
    let last: unknown;
    for (let row = 0; row < rows; row++) {
      const sample = column.get(row);
      if (sample === last || kinds[row] === RowKind.LEFT_OUT) continue;
      if (typeof sample === 'string') samples.add(sample);
      last = sample;
    }
  }

  /** Samples of all experiments; one that two of them saw counts twice. */
  get count(): number {
    return [...this.#byRun.values()].reduce((count, samples) => count + samples.size, 0);
  }
}
