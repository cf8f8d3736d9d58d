import { expect, test } from 'vitest';
import type { ColumnBatch } from '../../src/record/batch.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import type { Store } from '../../src/stores/store.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';

function lawsOf(open: () => Store): Map<string, () => Promise<void>> {
  const laws = new Map<string, () => Promise<void>>();
  storeConformance({ name: 'x', persistent: true, test: (name, run) => laws.set(name.slice(3), run), open });
  return laws;
}

async function batches(source: AsyncIterable<ColumnBatch>): Promise<ColumnBatch[]> {
  const all: ColumnBatch[] = [];
  for await (const batch of source) all.push(batch);
  return all;
}

const defects: Record<string, (store: Store) => Partial<Store>> = {
  'an experiment is loaded as it was created': (store) => ({
    load: async (id) => ({ ...(await store.load(id))!, tags: [] }),
  }),
  'an unknown experiment loads as undefined': (store) => ({
    writers: async (id) => ((await store.load(id)) ? store.writers(id) : []),
  }),
  'an id is given once': (store) => ({
    create: async (state) => {
      await store.remove(state.id);
      await store.create(state);
    },
  }),
  'experiments are listed by rising start': (store) => ({ list: async () => [...(await store.list())].reverse() }),
  'an update is one step': (store) => ({
    update: async (id, change) => {
      const state = change((await store.load(id))!);
      await new Promise(setImmediate);
      return store.update(id, () => state);
    },
  }),
  'an update whose change throws': (store) => ({
    update: async (id, change) => {
      await store.update(id, (state) => ({ ...state, pause_count: 9 }));
      return store.update(id, change);
    },
  }),
  'who watches an experiment hears of each change': (store) => ({
    watch: (id, listener) => {
      store.watch(id, listener);
      return () => undefined;
    },
  }),
  'who asks to write alone': (store) => ({
    openWriter: (id, { alone: _, ...options }) => store.openWriter(id, options),
  }),
  'a record is read as it was recorded': (store) => ({
    async *scan(id, options) {
      for (const batch of await batches(store.scan(id, options))) {
        yield new Proxy(batch, {
          get: (target, key) =>
            key === 'record'
              ? (row: number) =>
                  JSON.parse(JSON.stringify(target.record(row), (_, v) => (typeof v === 'bigint' ? 0 : v)))
              : Reflect.get(target, key, target),
        });
      }
    },
  }),
  'records come back by writer and sequence': (store) => ({
    async *scan(id, options) {
      yield* (await batches(store.scan(id, options))).reverse();
    },
  }),
  'a row counts from its commit on': (store) => ({
    async *scan(id, options) {
      for (const batch of await batches(store.scan(id, options))) {
        yield new Proxy(batch, {
          get: (target, key) => {
            if (key === 'rows') return target.rows + 1;
            const value: unknown = Reflect.get(target, key, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      }
    },
  }),
  'a tail reads what is added': (store) => ({
    tail: async (id) => ({
      hasPassed: (_, sequence) => sequence < 100,
      async *read() {
        for await (const batch of store.scan(id)) yield { batch, from: 0, to: batch.rows };
      },
      close: () => undefined,
    }),
  }),
  'experiments do not see each other': (store) => ({ scan: (_, options) => store.scan('a', options) }),
  'a range leaves out nothing': (store) => ({
    async *scan(id, options) {
      for await (const batch of store.scan(id)) {
        if (!options?.range || batch.minTimestamp >= options.range.from) yield batch;
      }
    },
  }),
  'newest first gives every batch once': (store) => ({ scan: (id) => store.scan(id) }),
  'writers are told in the order': (store) => ({ writers: async (id) => [...(await store.writers(id))].reverse() }),
  'a removed experiment is gone': (store) => ({ remove: async () => void store }),
  'a writer that is closed has its last rows': (store) => ({
    openWriter: (id, { ending: _, ...options }) => store.openWriter(id, options),
  }),
  'flushing and closing': () => {
    let closed = false;
    return {
      close: async () => {
        if (closed) throw new Error('closed already');
        closed = true;
      },
    };
  },
};

test('a store that breaks a law fails its test, and the store without the defect passes it', async () => {
  for (const [law, defect] of Object.entries(defects)) {
    const sound = [...lawsOf(() => memoryStore())].find(([name]) => name.startsWith(law))!;
    await sound[1]();
    const laws = lawsOf(() => {
      const store = memoryStore();
      const broken = defect(store);
      return new Proxy(store, {
        get: (target, key) => {
          if (key in broken) return Reflect.get(broken, key);
          const own: unknown = Reflect.get(target, key, target);
          return typeof own === 'function' ? own.bind(target) : own;
        },
      });
    });
    await expect(laws.get(sound[0])!(), law).rejects.toThrow();
  }
});

test('every law that does not need persistence is proved able to fail', () => {
  const names: string[] = [];
  storeConformance({ name: 'x', test: (name) => names.push(name.slice(3)), open: () => memoryStore() });
  expect(names.filter((name) => !Object.keys(defects).some((law) => name.startsWith(law)))).toEqual([]);
});
