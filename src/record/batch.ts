import { Column } from './column.ts';
import type { EventRecord } from './event-record.ts';
import { FIELDS, fieldIndex } from './fields.ts';
import { fromJsonText } from './json.ts';
import { parsePath } from './path.ts';
import type { BatchSchema } from './schema.ts';
import { copySnapshot, setOwn } from './snapshot.ts';

/** Rows of a full batch, at most 2^16: sparse columns number rows by sixteen bits. Making a typed array costs as much as filling hundreds of cells. */
export const BATCH_ROWS = 4096;

const FIELD = Object.fromEntries(FIELDS.map((field, index) => [field.name, index])) as Record<
  keyof EventRecord,
  number
>;

/** Rows that lie in a Parquet file with a column for each field; `measurements` and `metadata` are JSON text. */
export interface StoredRows {
  readonly path: string;
  /** First and last sequence that count, whatever else is in the file. */
  readonly from: number;
  readonly to: number;
  /** Rows of its largest row group. */
  readonly groupRows: number;
}

/**
 * Many records as columns, in the order in which one writer recorded them. This is what stores keep, analyses read and
 * exports write. Rows below `rows` are complete and never change; a batch that is being filled may be read at any time.
 */
export class ColumnBatch {
  readonly schema: BatchSchema;
  readonly capacity: number;
  /** Sequence of the first row. */
  firstSequence: number;
  /** Complete rows. */
  rows = 0;
  minTimestamp: number = Number.POSITIVE_INFINITY;
  maxTimestamp: number = Number.NEGATIVE_INFINITY;
  /**
   * By column index; a column that no row has is missing. Where `measurements` or `metadata` has a column itself, it holds JSON text
   * of whole objects, which were not taken apart.
   */
  readonly columns: (Column | undefined)[] = [];
  /** Where the rows are, in a batch without cells that was asked for: see `Projection.inFiles`. */
  stored: StoredRows | undefined;
  #sealed = false;
  readonly #rest: { measurements: Map<number, Rest>; metadata: Map<number, Rest> } = {
    measurements: new Map(),
    metadata: new Map(),
  };

  constructor(schema: BatchSchema, capacity: number, firstSequence: number) {
    this.schema = schema;
    this.capacity = Math.min(capacity, BATCH_ROWS);
    this.firstSequence = firstSequence;
    for (let i = 0; i < FIELDS.length; i++) this.columns.push(undefined);
  }

  /** The column of that index, allocated if need be. */
  allocate(index: number): Column {
    let column = this.columns[index];
    if (!column) {
      while (this.columns.length < index) this.columns.push(undefined);
      column = new Column(this.capacity, this.schema.dictionary(index));
      this.columns[index] = column;
    }
    return column;
  }

  /** Keeps a nested value for which there is no column any more. */
  setRest(root: 'measurements' | 'metadata', row: number, keys: readonly string[], value: unknown): void {
    const rest = this.#rest[root].get(row);
    if (rest) rest.push([keys, value]);
    else this.#rest[root].set(row, [[keys, value]]);
  }

  /** Writes to an empty row what a row of another batch with the same schema holds. */
  copyRow(row: number, source: ColumnBatch, from: number): void {
    for (let index = 0; index < source.columns.length; index++) {
      const value = source.columns[index]?.get(from);
      if (value !== undefined) this.allocate(index).set(row, value);
    }
    for (const root of ['measurements', 'metadata'] as const) {
      for (const [keys, value] of source.rest(root, from)) this.setRest(root, row, keys, value);
    }
  }

  /** Makes all cells of a row absent again: its event was not kept after all. */
  clearRow(row: number): void {
    for (const column of this.columns) column?.clear(row);
    this.#rest.measurements.delete(row);
    this.#rest.metadata.delete(row);
  }

  /** Empties the batch for rows from that sequence on. Its columns keep their storage. */
  reset(firstSequence: number): void {
    this.firstSequence = firstSequence;
    this.minTimestamp = Number.POSITIVE_INFINITY;
    this.maxTimestamp = Number.NEGATIVE_INFINITY;
    for (const column of this.columns) column?.reset(this.rows);
    this.rows = 0;
    this.#rest.measurements.clear();
    this.#rest.metadata.clear();
  }

  /** Called when the batch is full, so that its columns can take their smallest form. No row may be written from then on. */
  seal(): void {
    if (this.#sealed) return;
    this.#sealed = true;
    const { columns, rows, schema } = this;
    for (let field = 0; field < FIELDS.length; field++) {
      const column = columns[field];
      if (!column) continue;
      for (const nested of schema.copiesOf(field)) {
        const twin = columns[nested];
        if (twin?.sameCells(column, rows)) {
          columns[field] = twin;
          break;
        }
      }
    }
    for (const column of new Set(columns)) column?.seal(rows);
  }

  /** Name of the event of a row. */
  eventName(row: number): string {
    return this.columns[FIELD.event_name]?.get(row) as string;
  }

  timestamp(row: number): number {
    return this.columns[FIELD.timestamp]?.get(row) as number;
  }

  /** Value of a fixed field by its index in `FIELDS`. `measurements` and `metadata` are built anew at each call. */
  field(index: number, row: number): unknown {
    switch (index) {
      case FIELD.event_id:
        return this.columns[index]?.get(row) ?? `${this.schema.writerId}-${this.firstSequence + row}`;
      case FIELD.category:
        return this.schema.categoryOf(this.eventName(row));
      case FIELD.writer_id:
        return this.schema.writerId;
      case FIELD.sequence:
        return this.firstSequence + row;
      case FIELD.experiment_id:
        return this.schema.experiment.id;
      case FIELD.experiment_name:
        return this.schema.experiment.name;
      case FIELD.study:
        return this.schema.experiment.study;
      case FIELD.condition:
        return this.schema.experiment.condition;
      case FIELD.replicate:
        return this.schema.experiment.replicate;
      case FIELD.tags:
        return this.schema.experiment.tags;
      case FIELD.measurements:
        return this.#nestedObject('measurements', row);
      case FIELD.metadata:
        return this.#nestedObject('metadata', row);
      default:
        return this.columns[index]?.get(row) ?? null;
    }
  }

  /** Value under a fixed field's name or a nested path's flat name; undefined where the record has no such key. */
  value(name: string, row: number): unknown {
    const index = fieldIndex(name);
    if (index >= 0) return this.field(index, row);
    const nested = this.schema.find(name);
    const value = nested && this.columns[nested.index]?.get(row);
    return value === undefined ? this.#spreadValue(name, row) : value;
  }

  /** The whole row as a plain object of its own. */
  record(row: number): EventRecord {
    const record: Record<string, unknown> = {};
    for (let index = 0; index < FIELDS.length; index++) record[FIELDS[index]!.name] = this.field(index, row);
    return record as unknown as EventRecord;
  }

  /** The nested values of a row that found no column, with their keys. */
  rest(root: 'measurements' | 'metadata', row: number): readonly (readonly [readonly string[], unknown])[] {
    return this.#rest[root].get(row) ?? [];
  }

  // An object whose keys are columns, or a value beyond the columns.
  #spreadValue(name: string, row: number): unknown {
    const root = name.startsWith('metadata.') ? 'metadata' : 'measurements';
    if (!this.schema.isParent(name) && !this.#rest[root].has(row) && !this.columns[FIELD[root]]) return undefined;
    const path = parsePath(name);
    if (!path) return undefined;
    let value: unknown = this.#nestedObject(root, row);
    for (const key of path.keys) {
      value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return value;
  }

  #nestedObject(root: 'measurements' | 'metadata', row: number): Record<string, unknown> {
    const text = this.columns[FIELD[root]]?.get(row);
    if (typeof text === 'string') return fromJsonText(text) as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const column of this.schema.nested) {
      if (column.root !== root) continue;
      const value = this.columns[column.index]?.get(row);
      if (value !== undefined) place(result, column.keys, copySnapshot(value));
    }
    for (const [keys, value] of this.rest(root, row)) place(result, keys, copySnapshot(value));
    return result;
  }
}

type Rest = [readonly string[], unknown][];

/** Sets the value at `keys` within an object, making the objects on the way. */
export function place(target: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  let object = target;
  const last = keys.length - 1;
  for (let i = 0; i < last; i++) {
    const key = keys[i]!;
    let child = Object.hasOwn(object, key) ? object[key] : undefined;
    if (!isObject(child)) {
      child = {};
      setOwn(object, key, child);
    }
    object = child as Record<string, unknown>;
  }
  setOwn(object, keys[last]!, value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
