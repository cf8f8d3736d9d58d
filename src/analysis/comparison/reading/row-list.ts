import { BATCH_ROWS } from '../../../record/batch.ts';

/** Some rows of the batch at hand. */
export class RowList {
  readonly rows: Int32Array = new Int32Array(BATCH_ROWS);
  count = 0;

  push(row: number): void {
    this.rows[this.count++] = row;
  }

  clear(): void {
    this.count = 0;
  }
}
