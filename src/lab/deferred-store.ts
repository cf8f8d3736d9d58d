import { tailOf } from '../stores/scan-tail.ts';
import type { Store } from '../stores/store.ts';

/** A store that is opened by its first use, so that having a lab costs nothing. */
export function deferredStore(kind: string, open: () => Promise<Store>): Store {
  let opening: Promise<Store> | undefined;
  let opened: Store | undefined;
  const store = async () => {
    opening ??= open();
    opened = await opening;
    return opened;
  };
  return {
    kind,
    create: async (state) => (await store()).create(state),
    load: async (id) => (await store()).load(id),
    list: async () => (await store()).list(),
    update: async (id, change) => (await store()).update(id, change),
    remove: async (id) => (await store()).remove(id),
    watch: (id, listener) => {
      // Who watches has loaded the experiment before.
      if (!opened) throw new Error(`The store was not open when experiment ${id} was to be watched.`);
      return opened.watch(id, listener);
    },
    openWriter: async (id, options) => (await store()).openWriter(id, options),
    writers: async (id) => (await store()).writers(id),
    async *scan(id, options) {
      yield* (await store()).scan(id, options);
    },
    tail: async (id) => tailOf(await store(), id),
    flush: async () => (await opening)?.flush(),
    close: async () => (await opening)?.close(),
  };
}
