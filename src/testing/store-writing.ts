import assert from 'node:assert/strict';
import type { Measurements, Metadata } from '../events/types.ts';
import { enrichEvent } from '../record/enrich-event.ts';
import type { EventRecord } from '../record/event-record.ts';
import { PriceBook } from '../record/prices.ts';
import { Recorder } from '../record/recorder.ts';
import { BatchSchema } from '../record/schema.ts';
import { blankState, type ExperimentState } from '../stores/experiment-state.ts';
import type { LedgerCounts } from '../stores/ledger-counts.ts';
import type { ScanOptions, Store, StoreWriter, WriterOptions } from '../stores/store.ts';

/** The state of an experiment that began at 2026-01-01T00:00:00Z. */
export function exampleState(id: string, changes: Partial<ExperimentState> = {}): ExperimentState {
  const started = Date.UTC(2026, 0, 1) * 1000;
  return {
    ...blankState(id),
    name: `experiment ${id}`,
    started_at: started,
    phases: [{ started_at: started, ended_at: null }],
    ...changes,
  };
}

/** A writer of an experiment, filled as a lab fills it, with the records that are then expected of the store. */
export class Writing {
  readonly expected: EventRecord[] = [];
  readonly writer: StoreWriter;
  readonly #state: ExperimentState;
  readonly #writerId: string;
  readonly #recorder: Recorder;

  private constructor(state: ExperimentState, schema: BatchSchema, writer: StoreWriter) {
    this.#state = state;
    this.#writerId = schema.writerId;
    this.writer = writer;
    this.#recorder = new Recorder(schema, {
      prices: new PriceBook(),
      isRequest: () => false,
      nextBatch: () => writer.nextBatch(),
      committed: writer.committed && ((batch, row) => writer.committed!(batch, row)),
    });
  }

  static async open(
    store: Store,
    state: ExperimentState,
    writerId: string,
    options: Pick<WriterOptions, 'alone' | 'ending'> = {},
  ): Promise<Writing> {
    const schema = new BatchSchema(state, writerId);
    let writing: Writing | undefined;
    const ledger = () => stored(writing?.expected.length ?? 0);
    writing = new Writing(state, schema, await store.openWriter(state.id, { ...options, schema, ledger }));
    return writing;
  }

  /** Writes an event into the next row and keeps the row; false when the store takes no more. */
  record(timestamp: number, measurements: Measurements = {}, metadata: Metadata = {}): boolean {
    if (!this.begin(timestamp, measurements, metadata)) return false;
    if (!this.#recorder.commit()) return false;
    this.expected.push(
      enrichEvent('store.test.recorded', measurements, metadata, this.#state, {
        timestamp,
        writerId: this.#writerId,
        sequence: this.expected.length,
      }),
    );
    return true;
  }

  /** Writes an event into the next row without keeping it yet. */
  begin(timestamp: number, measurements: Measurements = {}, metadata: Metadata = {}): boolean {
    if (!this.#recorder.begin()) return false;
    const event = { name: 'store.test.recorded', index: -1 };
    this.#recorder.capture(event, measurements, metadata, timestamp, 'explicit');
    return true;
  }

  /** Takes back what `begin` wrote. */
  rollback(): void {
    this.#recorder.rollback();
  }
}

/** The records of an experiment in the order in which a scan gives them. */
export async function scanned(store: Store, id: string, options?: ScanOptions): Promise<EventRecord[]> {
  const records: EventRecord[] = [];
  for await (const batch of store.scan(id, options)) {
    for (let row = 0; row < batch.rows; row++) records.push(batch.record(row));
  }
  return records;
}

/**
 * Fails at the first record that differs. Comparing whole lists would, on Node 24, put thousands of records into one difference
 * and exhaust the memory.
 */
export function sameRecords(actual: readonly EventRecord[], expected: readonly EventRecord[]): void {
  for (let i = 0; i < Math.min(actual.length, expected.length); i++) {
    assert.deepEqual(actual[i], expected[i], `record ${i} of ${expected.length} differs`);
  }
  assert.equal(actual.length, expected.length, 'the number of records differs');
}

/** The account of a writer that stored everything. */
export function stored(count: number): LedgerCounts {
  return {
    emitted: count,
    stored: count,
    sampled_out: 0,
    dropped: { paused: 0, stopped: 0, duplicate: 0, overflow: 0, encode: 0, capacity: 0 },
  };
}
