import { systemClock } from '../../core/clock.ts';
import { CrucibleError, show } from '../../core/errors.ts';
import { requireOptions } from '../../core/options.ts';
import { BATCH_ROWS, ColumnBatch } from '../../record/batch.ts';
import { experimentExists } from '../experiment-exists.ts';
import type { ExperimentState } from '../experiment-state.ts';
import { runningElsewhere } from '../running-elsewhere.ts';
import type { ScanOptions, Store, StoreWriter, WriterOptions, WriterState } from '../store.ts';

const FIRST_BATCH_ROWS = 64;

export interface MemoryStoreOptions {
  /**
   * The most records kept of each experiment; later ones count as `dropped.capacity`. Where several writers fill an experiment at
   * once, one may meet the limit while another has room left. Default: no limit.
   */
  readonly maxEvents?: number;
}

interface Writer extends StoreWriter {
  readonly options: WriterOptions;
  readonly batches: ColumnBatch[];
  readonly openedAt: number;
  closedAt: number | undefined;
  open: boolean;
}

interface Entry {
  state: ExperimentState;
  readonly writers: Writer[];
  readonly listeners: Set<(state: ExperimentState | undefined) => void>;
}

/**
 * Keeps everything in this process's memory, as columns: about 60 to 100 bytes an event and its unique strings. Labs that
 * are given the same store see the same experiments. Nothing survives the process.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  requireOptions('memoryStore', options, ['maxEvents']);
  const { maxEvents = Number.POSITIVE_INFINITY } = options;
  if (!(maxEvents > 0 && (Number.isSafeInteger(maxEvents) || maxEvents === Number.POSITIVE_INFINITY))) {
    throw new CrucibleError('invalid_argument', `maxEvents is ${show(maxEvents)}.`, {
      hint: 'Give a whole number above 0, or leave it out.',
    });
  }
  return new MemoryStore(maxEvents);
}

class MemoryStore implements Store {
  readonly kind = 'memory';
  readonly #maxEvents: number;
  readonly #entries = new Map<string, Entry>();

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents;
  }

  async create(state: ExperimentState): Promise<void> {
    if (this.#entries.has(state.id)) throw experimentExists(state.id);
    this.#entries.set(state.id, { state, writers: [], listeners: new Set() });
  }

  async load(id: string): Promise<ExperimentState | undefined> {
    return this.#entries.get(id)?.state;
  }

  async list(): Promise<readonly ExperimentState[]> {
    return [...this.#entries.values()].map((entry) => entry.state).sort((a, b) => a.started_at - b.started_at);
  }

  async update(id: string, change: (state: ExperimentState) => ExperimentState): Promise<ExperimentState> {
    const entry = this.#entry(id);
    entry.state = change(entry.state);
    for (const listener of [...entry.listeners]) listener(entry.state);
    return entry.state;
  }

  async remove(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    for (const listener of [...entry.listeners]) listener(undefined);
  }

  watch(id: string, listener: (state: ExperimentState | undefined) => void): () => void {
    const { listeners } = this.#entry(id);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  async openWriter(id: string, options: WriterOptions): Promise<StoreWriter> {
    const entry = this.#entry(id);
    if (options.alone && entry.writers.some((other) => other.open)) throw runningElsewhere(entry.state);
    const batches: ColumnBatch[] = [];
    const writer: Writer = {
      options,
      batches,
      openedAt: systemClock.nowMicros(),
      closedAt: undefined,
      open: true,
      nextBatch: () => {
        if (!writer.open) return undefined;
        const left = this.#maxEvents - entry.writers.reduce((total, each) => total + allotted(each), 0);
        if (left < 1) return undefined;
        const last = batches.at(-1);
        last?.seal();
        const wanted = last ? Math.min(last.capacity * 2, BATCH_ROWS) : FIRST_BATCH_ROWS;
        // Half of what is left at most, so that another writer finds room too.
        const capacity = Math.min(wanted, Math.ceil(left / 2));
        const batch = new ColumnBatch(options.schema, capacity, last ? last.firstSequence + last.rows : 0);
        batches.push(batch);
        return batch;
      },
      flush: async () => {},
      close: async () => {
        if (writer.open) options.ending?.();
        writer.closedAt ??= systemClock.nowMicros();
        writer.open = false;
      },
    };
    entry.writers.push(writer);
    return writer;
  }

  async writers(id: string): Promise<readonly WriterState[]> {
    return this.#entry(id).writers.map(({ options, open, openedAt, closedAt }) => ({
      writer_id: options.schema.writerId,
      status: open ? 'open' : 'closed',
      opened_at: openedAt,
      seen_at: closedAt ?? systemClock.nowMicros(),
      ledger: options.ledger(),
    }));
  }

  async *scan(id: string, options: ScanOptions = {}): AsyncIterable<ColumnBatch> {
    let batches = this.#entry(id).writers.flatMap((writer) => writer.batches);
    const { range } = options;
    if (range) batches = batches.filter((batch) => batch.maxTimestamp >= range.from && batch.minTimestamp <= range.to);
    if (options.newestFirst) batches.sort((a, b) => b.maxTimestamp - a.maxTimestamp);
    for (const batch of batches) if (batch.rows > 0) yield batch;
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (!entry) {
      throw new CrucibleError('experiment_not_found', `There is no experiment ${show(id)}.`, {
        hint: 'listExperiments() names those that exist.',
      });
    }
    return entry;
  }
}

// An open writer may still fill the batch it was given; a closed one leaves the rest of it to others.
function allotted({ batches, open }: Writer): number {
  const last = batches.at(-1);
  return last ? last.firstSequence + (open ? last.capacity : last.rows) : 0;
}
