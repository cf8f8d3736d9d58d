import { eventInfo } from '../../src/events/registry.ts';
import { Collector } from '../../src/experiment/collector.ts';
import { Ledger } from '../../src/experiment/ledger.ts';
import type { StreamingSummary } from '../../src/experiment/streaming/streaming-metrics.ts';
import type { MetricPoint } from '../../src/metrics-store/metrics-store.ts';
import { ColumnBatch } from '../../src/record/batch.ts';
import { ByteTexts } from '../../src/record/byte-texts.ts';
import { Column } from '../../src/record/column.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import { FIELDS } from '../../src/record/fields.ts';
import { PriceBook } from '../../src/record/prices.ts';
import { BatchSchema } from '../../src/record/schema.ts';
import { blankState, type ExperimentState } from '../../src/stores/experiment-state.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import type { Projection, ScanOptions, Store } from '../../src/stores/store.ts';

export interface Emitted {
  readonly name: string;
  readonly at: number;
  readonly m?: Record<string, unknown>;
  readonly d?: Record<string, unknown>;
  /** Fixed fields, as whoever ingests an event may give them. */
  readonly fields?: Record<string, unknown>;
  /** Which of the writers records it. */
  readonly writer?: number;
}

export interface Recorded {
  readonly state: ExperimentState;
  readonly store: Store;
  readonly batches: (projection?: Projection) => AsyncIterable<ColumnBatch>;
  readonly scan: (options?: ScanOptions) => AsyncIterable<ColumnBatch>;
  /** Records more events, by the same writers. */
  readonly emit: (events: readonly Emitted[]) => void;
  /** Streaming metrics of the first writer. */
  readonly streaming: () => StreamingSummary;
  readonly records: () => Promise<EventRecord[]>;
}

export const clock = { nowMicros: () => 0 };

export function experimentState(options: Partial<ExperimentState> = {}): ExperimentState {
  return { ...blankState('e1'), name: 'experiment', phases: [{ started_at: 0, ended_at: null }], ...options };
}

const PRICES = new PriceBook({ cheap: { input_per_million: 1, output_per_million: 2 } });

/** An experiment in a memory store into which real collectors put the events, in the order given. */
export async function recorded(
  events: readonly Emitted[],
  options: Partial<ExperimentState> = {},
  store: Store = memoryStore(),
): Promise<Recorded> {
  const state = experimentState(options);
  await store.create(state);
  const writers = 1 + Math.max(0, ...events.map(({ writer = 0 }) => writer));
  const collectors: Collector[] = [];
  for (let i = 0; i < writers; i++) collectors.push(await collectorOf(state, store, `w${i}`));
  const emit = (more: readonly Emitted[]) => {
    for (const { name, at, m = {}, d = {}, fields = {}, writer = 0 } of more) {
      collectors[writer]!.collect({ name, index: -1 }, m, d, 'ingest', undefined, undefined, {
        timestamp: at,
        fields,
      });
    }
  };
  emit(events);
  const scan = (scanOptions?: ScanOptions) => projected(store.scan(state.id, scanOptions), scanOptions);
  return {
    state,
    store,
    scan,
    batches: (projection) => scan(projection),
    emit,
    streaming: () => collectors[0]!.streaming.summary(),
    records: async () => {
      const records: EventRecord[] = [];
      for await (const batch of scan()) for (let row = 0; row < batch.rows; row++) records.push(batch.record(row));
      return records;
    },
  };
}

// A store that leaves out all that it may: whoever looks at more than he asked for finds nothing there.
async function* projected(
  batches: AsyncIterable<ColumnBatch>,
  projection: Projection = {},
): AsyncGenerator<ColumnBatch> {
  const { fields, nestedOf, asBytes } = projection;
  for await (const batch of batches) {
    if (fields === undefined) {
      yield batch;
      continue;
    }
    const { schema, rows } = batch;
    const part = new ColumnBatch(schema, rows, batch.firstSequence);
    const kept = new Set(['event_name', ...fields]);
    const wanted = new Set(nestedOf);
    batch.columns.forEach((column, index) => {
      const name = FIELDS[index]?.name ?? '';
      if (column && kept.has(name)) part.columns[index] = asBytes?.includes(name) ? inBytes(column, rows) : column;
    });
    for (const { index, name } of schema.nested) {
      const column = batch.columns[index];
      if (!column || !fields.some((field) => name === field || name.startsWith(`${field}.`))) continue;
      const cells = part.allocate(index);
      for (let row = 0; row < rows; row++) {
        const value = column.get(row);
        if (value !== undefined && (nestedOf === undefined || wanted.has(batch.eventName(row)))) cells.set(row, value);
      }
    }
    part.rows = rows;
    part.minTimestamp = batch.minTimestamp;
    part.maxTimestamp = batch.maxTimestamp;
    yield part;
  }
}

function inBytes(column: Column, rows: number): Column {
  const texts = new ByteTexts(rows);
  for (let row = 0; row < rows; row++) {
    const text = column.get(row);
    if (text === undefined || text === null) continue;
    // UTF-8 has no bytes for half of a surrogate pair.
    if (typeof text !== 'string' || !text.isWellFormed()) return column;
    texts.starts[row] = texts.append(Buffer.from(text));
    texts.ends[row] = texts.starts[row]! + Buffer.byteLength(text);
  }
  const bytes = new Column(rows, column.dictionary);
  bytes.setBytes(0, texts, 0, rows);
  return bytes;
}

async function collectorOf(state: ExperimentState, store: Store, id: string): Promise<Collector> {
  const schema = new BatchSchema(state, id);
  const ledger = new Ledger();
  const writer = await store.openWriter(state.id, { schema, ledger: () => ledger.counts() });
  const names = state.request_events && new Set(state.request_events);
  return new Collector({
    schema,
    writer,
    ledger,
    clock,
    prices: PRICES,
    redaction: undefined,
    sampling: undefined,
    enrichers: [],
    events: 'all',
    isRequest: (name) => (names ? names.has(name) : eventInfo(name)?.request === true),
  });
}

export function request(at: number, latency: number | undefined, more: Omit<Partial<Emitted>, 'at'> = {}): Emitted {
  return {
    name: 'req_llm.request.stop',
    at,
    ...more,
    m: { ...(latency === undefined ? {} : { duration: latency }), ...more.m },
  };
}

export async function* points(
  ...list: (Partial<MetricPoint> & { metric: string; value: number })[]
): AsyncGenerator<MetricPoint> {
  let second = 0;
  for (const point of list) {
    const timestamp = `2026-01-01T00:00:${String(second++).padStart(2, '0')}.000000Z`;
    yield { run_id: 'e1', step: null, timestamp, metadata: {}, ...point };
  }
}
