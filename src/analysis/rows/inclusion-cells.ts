import type { ColumnBatch } from '../../record/batch.ts';
import { isInclusionProbability } from '../../record/inclusion-probability.ts';
import { NumberCells } from './cells.ts';

/** With which probability each row of one batch was kept: 1 where a row says none, or says a number that is none. */
export class InclusionCells {
  readonly #cells = new NumberCells('inclusion_probability');

  get values(): Float64Array {
    return this.#cells.values;
  }

  /** Fills the cells of the first `rows` rows; whether one of them is below 1. */
  read(batch: ColumnBatch, rows: number): boolean {
    const { values } = this;
    if (!this.#cells.read(batch, rows)) {
      values.fill(1, 0, rows);
      return false;
    }
    const { present } = this.#cells;
    let sampled = false;
    for (let row = 0; row < rows; row++) {
      if (present[row] === 0 || !isInclusionProbability(values[row]!)) values[row] = 1;
      else if (values[row]! < 1) sampled = true;
    }
    return sampled;
  }
}
