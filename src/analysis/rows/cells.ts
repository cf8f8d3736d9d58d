import { BATCH_ROWS, type ColumnBatch } from '../../record/batch.ts';
import type { FieldName } from '../../record/event-record.ts';
import { fieldIndex } from '../../record/fields.ts';

/** What a yes-or-no cell says. */
export const Verdict = { NONE: 0, FALSE: 1, TRUE: 2 } as const;

/** The numbers of one field in one batch, copied to the same place for every batch. */
export class NumberCells {
  readonly values: Float64Array = new Float64Array(BATCH_ROWS);
  /** 1 where there is a number (NaN is one), 0 where there is none. */
  readonly present: Uint8Array = new Uint8Array(BATCH_ROWS);
  readonly #field: number;
  #filled = 0;

  constructor(field: FieldName) {
    this.#field = fieldIndex(field);
  }

  /** Fills the cells of the first `rows` rows; false when none of them can hold a number. */
  read(batch: ColumnBatch, rows: number): boolean {
    return this.readColumn(batch, rows, this.#field);
  }

  readColumn(batch: ColumnBatch, rows: number, index: number): boolean {
    const column = batch.columns[index];
    if (column) {
      column.readNumbers(rows, this.values, this.present);
      this.#filled = Math.max(this.#filled, rows);
    } else if (this.#filled > 0) {
      this.present.fill(0, 0, this.#filled);
      this.#filled = 0;
    }
    return column !== undefined;
  }
}

/** The yes-or-no cells of one field in one batch, as `Verdict`. */
export class FlagCells {
  readonly values: Uint8Array = new Uint8Array(BATCH_ROWS);
  readonly #field: number;

  constructor(field: FieldName) {
    this.#field = fieldIndex(field);
  }

  read(batch: ColumnBatch, rows: number): void {
    const column = batch.columns[this.#field];
    if (column) column.readFlags(rows, this.values);
    else this.values.fill(Verdict.NONE, 0, rows);
  }
}
