import { BATCH_ROWS, type ColumnBatch } from '../../../record/batch.ts';
import { ColumnKind } from '../../../record/column.ts';
import { fieldIndex } from '../../../record/fields.ts';
import type { Source } from '../metric.ts';

/** Reads one value of each row of a batch: a finite number, Infinity for one that is not finite, NaN where there is none. */
export class ValueReader {
  readonly values: Float64Array = new Float64Array(BATCH_ROWS);
  readonly #source: Source;
  readonly #present = new Uint8Array(BATCH_ROWS);
  readonly #second = new Float64Array(BATCH_ROWS);

  constructor(source: Source) {
    this.#source = source;
  }

  /** What has to be read of a record; undefined for all. */
  static fieldsOf(source: Source): readonly string[] | undefined {
    switch (source.from) {
      case 'field':
      case 'path':
        return [source.name];
      case 'training':
        return [source.field];
      case 'success':
        return ['success'];
      case 'total_tokens':
        return ['input_tokens', 'output_tokens'];
      case 'function':
        return undefined;
      default:
        return [];
    }
  }

  /** Fills `values`. False when no row can have a value. A function is asked for the rows that `wanted` says. */
  read(batch: ColumnBatch, rows: number, wanted: (row: number) => boolean): boolean {
    const source = this.#source;
    switch (source.from) {
      case 'total_tokens':
        return this.#readTotal(batch, rows);
      case 'success':
        return this.#readField(batch, rows, 'success', this.values);
      case 'training':
        return this.#readField(batch, rows, source.field, this.values);
      case 'field':
        return this.#readField(batch, rows, source.name, this.values);
      case 'path':
        return this.#readPath(batch, rows, source.name);
      case 'function':
        for (let row = 0; row < rows; row++) {
          this.values[row] = wanted(row) ? numberOf(source.of(batch.record(row))) : Number.NaN;
        }
        return true;
      default:
        return false;
    }
  }

  #readField(batch: ColumnBatch, rows: number, name: string, target: Float64Array): boolean {
    const column = batch.columns[fieldIndex(name)];
    if (!column) {
      target.fill(Number.NaN, 0, rows);
      return false;
    }
    if (column.kind !== ColumnKind.NUMBER && column.kind !== ColumnKind.EMPTY) {
      for (let row = 0; row < rows; row++) target[row] = numberOf(column.get(row));
      return true;
    }
    column.readNumbers(rows, target, this.#present);
    for (let row = 0; row < rows; row++) {
      const value = target[row]!;
      if (value - value !== 0) target[row] = this.#present[row] === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
    }
    return true;
  }

  // Of either of the two that is known.
  #readTotal(batch: ColumnBatch, rows: number): boolean {
    const input = this.#readField(batch, rows, 'input_tokens', this.values);
    const output = this.#readField(batch, rows, 'output_tokens', this.#second);
    for (let row = 0; row < rows; row++) {
      const [a, b] = [this.values[row]!, this.#second[row]!];
      if (Number.isNaN(a)) this.values[row] = b;
      else if (!Number.isNaN(b)) this.values[row] = a + b;
    }
    return input || output;
  }

  #readPath(batch: ColumnBatch, rows: number, name: string): boolean {
    for (let row = 0; row < rows; row++) this.values[row] = numberOf(batch.value(name, row));
    return true;
  }
}

/** A yes or no counts as 1 or 0, anything else that is no number as nothing. */
export function numberOf(value: unknown): number {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'number') return Number.NaN;
  return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
}
