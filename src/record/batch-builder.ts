import { BATCH_ROWS, ColumnBatch } from './batch.ts';
import type { EventRecord } from './event-record.ts';
import { CONTEXT_FIELDS, FIELDS, fieldIndex } from './fields.ts';
import { NestedWriter } from './nested-writer.ts';
import type { BatchSchema } from './schema.ts';

// What the schema knows for all records of a writer, and what takes a way of its own.
const ELSEWHERE = new Set([...CONTEXT_FIELDS, 'event_id', 'measurements', 'metadata']);
for (const name of ['event_name', 'timestamp', 'scope']) ELSEWHERE.delete(name);
const COLUMN_OF = new Map(
  FIELDS.filter(({ name }) => !ELSEWHERE.has(name)).map(({ name }) => [name, fieldIndex(name)]),
);
const EVENT_ID = fieldIndex('event_id');

/**
 * Turns the records of one writer, read back from a file, into batches that hold the same as when they were recorded. A gap in
 * the sequence ends a batch: ask `fits` before each record, and `take` the batch when it does not.
 */
export class BatchBuilder {
  readonly #schema: BatchSchema;
  readonly #capacity: number;
  readonly #nested: NestedWriter;
  readonly #categorized = new Set<string>();
  readonly #idPrefix: string;
  #batch: ColumnBatch | undefined;

  constructor(schema: BatchSchema, capacity: number = BATCH_ROWS) {
    this.#schema = schema;
    this.#capacity = capacity;
    this.#nested = new NestedWriter(schema);
    this.#idPrefix = `${schema.writerId}-`;
  }

  /** Rows of the batch that is being filled. */
  get rows(): number {
    return this.#batch?.rows ?? 0;
  }

  /** Whether the record of that sequence can be added to the batch that is being filled. */
  fits(sequence: number): boolean {
    const batch = this.#batch;
    return !batch || (batch.rows < batch.capacity && batch.firstSequence + batch.rows === sequence);
  }

  /** Adds a record; null and missing fields are the same. Its values must be its own, as a parser makes them. */
  add(record: Partial<EventRecord>): void {
    this.#batch ??= new ColumnBatch(this.#schema, this.#capacity, record.sequence!);
    const batch = this.#batch;
    const row = batch.rows;
    for (const name in record) {
      const index = COLUMN_OF.get(name);
      if (index === undefined) continue;
      const value = (record as Record<string, unknown>)[name];
      if (value !== null && value !== undefined) (batch.columns[index] ?? batch.allocate(index)).set(row, value);
    }
    const { event_id, event_name, category = null, timestamp, sequence } = record;
    if (event_id !== this.#idPrefix + sequence) batch.allocate(EVENT_ID).set(row, event_id);
    if (!this.#categorized.has(event_name!)) {
      this.#categorized.add(event_name!);
      this.#schema.setCategory(event_name!, category);
    }
    this.#nested.write(batch, row, 'measurements', record.measurements!);
    this.#nested.write(batch, row, 'metadata', record.metadata!);
    if (timestamp! < batch.minTimestamp) batch.minTimestamp = timestamp!;
    if (timestamp! > batch.maxTimestamp) batch.maxTimestamp = timestamp!;
    batch.rows = row + 1;
  }

  /** The batch so far, complete; undefined when nothing was added. The next record begins another one. */
  take(): ColumnBatch | undefined {
    const batch = this.#batch;
    this.#batch = undefined;
    batch?.seal();
    return batch;
  }
}
