import type { NewRows, Store, StoreTail } from './store.ts';

/** What is added to an experiment from now on: by the store's own tail or, where it has none, by scans of everything. */
export async function tailOf(store: Store, id: string): Promise<StoreTail> {
  if (store.tail) return store.tail(id);
  const tail = new ScanTail(store, id);
  await tail.skip();
  return tail;
}

/** Scans again and again, and passes over what it has seen: cheap where a batch costs nothing until its rows are looked at. */
class ScanTail implements StoreTail {
  readonly #store: Store;
  readonly #id: string;
  /** By writer, the sequence after the last one seen. */
  readonly #next = new Map<string, number>();

  constructor(store: Store, id: string) {
    this.#store = store;
    this.#id = id;
  }

  async skip(): Promise<void> {
    for await (const { schema, firstSequence, rows } of this.#store.scan(this.#id, { fields: [] })) {
      this.#next.set(schema.writerId, firstSequence + rows);
    }
  }

  hasPassed(writer: string, sequence: number): boolean {
    return sequence < (this.#next.get(writer) ?? 0);
  }

  async *read(): AsyncGenerator<NewRows> {
    for await (const batch of this.#store.scan(this.#id)) {
      const { schema, firstSequence, rows: to } = batch;
      const from = Math.max(0, (this.#next.get(schema.writerId) ?? 0) - firstSequence);
      if (from >= to) continue;
      this.#next.set(schema.writerId, firstSequence + to);
      yield { batch, from, to };
    }
  }

  close(): void {}
}
