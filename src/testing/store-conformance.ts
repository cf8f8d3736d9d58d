import { randomHex } from '../core/ids.ts';
import type { Store } from '../stores/store.ts';
import { type ConformanceOptions, declareLaws } from './conformance.ts';
import { STORE_LAWS } from './store-laws.ts';
import { TAIL_LAWS } from './store-tail-laws.ts';

export interface StoreConformance extends ConformanceOptions {
  /**
   * Opens a store that keeps its experiments at `place`, a word that is safe in file names and never the same twice. Each test
   * has a place of its own, empty at first; tests of persistent stores open it several times.
   */
  open(options: { readonly place: string }): Store | Promise<Store>;
}

/**
 * Declares one test for each law that a store must obey. Failures are thrown, so any runner does whose `test(name, asyncFunction)`
 * declares a test:
 *
 * ```ts
 * import { test } from 'vitest'; // or from 'node:test', or the global of jest
 *
 * storeConformance({ name: 'mine', test, persistent: true, open: ({ place }) => myStore({ schema: place }) });
 * ```
 */
export function storeConformance(options: StoreConformance): void {
  declareLaws(options, [...STORE_LAWS, ...TAIL_LAWS], async (check) => {
    const place = `conformance-${randomHex(12)}`;
    const opened: Store[] = [];
    const reopen = async () => {
      const store = await options.open({ place });
      opened.push(store);
      return store;
    };
    try {
      await check({ store: await reopen(), reopen });
    } finally {
      for (const store of opened) await store.close();
    }
  });
}
