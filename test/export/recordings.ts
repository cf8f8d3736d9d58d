import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Measurements, Metadata } from '../../src/events/types.ts';
import type { RecordSource } from '../../src/export/export-records.ts';
import type { EventRecord, ExperimentContext } from '../../src/record/event-record.ts';
import { PriceBook } from '../../src/record/prices.ts';
import { Recorder } from '../../src/record/recorder.ts';
import { BatchSchema } from '../../src/record/schema.ts';
import type { ExperimentState } from '../../src/stores/experiment-state.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import type { Store } from '../../src/stores/store.ts';

/** 2025-11-23T12:13:20Z. */
export const NOON = 1_763_900_000_000_000;

export interface Emitted {
  /** Default `my_app.work.done`, which is not registered. */
  readonly name?: string;
  readonly measurements?: Measurements;
  readonly metadata?: Metadata;
  /** Default: `NOON` and one microsecond for each event before. */
  readonly timestamp?: number;
  readonly explicit?: Partial<EventRecord>;
}

const PRICES = new PriceBook();

/** Records of one experiment in a memory store, by one or more writers. */
export class Recording implements RecordSource {
  readonly experiment: { readonly id: string; readonly name: string };
  readonly #context: ExperimentContext;
  readonly #store: Store = memoryStore();
  readonly #recorders = new Map<string, Recorder>();
  #events = 0;

  private constructor(context: ExperimentContext) {
    this.#context = context;
    this.experiment = { id: context.id, name: context.name ?? '' };
  }

  static async start(context: ExperimentContext = { id: 'exp-1', name: 'first' }): Promise<Recording> {
    const recording = new Recording(context);
    await recording.#store.create({ id: context.id, started_at: 0 } as ExperimentState);
    return recording;
  }

  async join(writerId: string): Promise<void> {
    const schema = new BatchSchema(this.#context, writerId);
    const writer = await this.#store.openWriter(this.experiment.id, {
      schema,
      ledger: () => {
        throw new Error('Nobody asks.');
      },
    });
    this.#recorders.set(
      writerId,
      new Recorder(schema, { prices: PRICES, isRequest: () => false, nextBatch: () => writer.nextBatch() }),
    );
  }

  emit(event: Emitted, writerId = 'w1'): void {
    const recorder = this.#recorders.get(writerId)!;
    recorder.begin();
    recorder.capture(
      { name: event.name ?? 'my_app.work.done', index: -1 },
      event.measurements ?? {},
      event.metadata ?? {},
      event.timestamp ?? NOON + this.#events++,
      'run',
      undefined,
      undefined,
      event.explicit,
    );
    recorder.commit();
  }

  batches(): ReturnType<RecordSource['batches']> {
    return this.#store.scan(this.experiment.id);
  }

  async records(): Promise<EventRecord[]> {
    const records: EventRecord[] = [];
    for await (const batch of this.batches())
      for (let row = 0; row < batch.rows; row++) records.push(batch.record(row));
    return records;
  }
}

/** The records of some events, by one writer. */
export async function recorded(events: readonly Emitted[], context?: ExperimentContext): Promise<Recording> {
  const recording = await Recording.start(context);
  await recording.join('w1');
  for (const event of events) recording.emit(event);
  return recording;
}

/** A folder for the tests of a file, removed after them. */
export function scratchFolder(): { readonly path: string; file(name: string): string; listing(): string[] } {
  const path = mkdtempSync(join(tmpdir(), 'crucible-export-'));
  afterAll(() => rmSync(path, { recursive: true, force: true, maxRetries: 10 }));
  return {
    path,
    file: (name) => join(path, name),
    listing: () => readdirSync(path, { recursive: true }).map(String).sort(),
  };
}
