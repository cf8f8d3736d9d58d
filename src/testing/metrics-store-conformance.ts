import type { Clock } from '../core/clock.ts';
import { randomHex } from '../core/ids.ts';
import type { MetricsStore } from '../metrics-store/metrics-store.ts';
import { type ConformanceOptions, declareLaws } from './conformance.ts';
import { METRICS_STORE_LAWS } from './metrics-store-laws.ts';

export interface MetricsStoreConformance extends ConformanceOptions {
  /**
   * Opens a store that takes its timestamps from `clock` and keeps its points at `place`, a word that is safe in file names and
   * never the same twice. Each test has a place of its own, empty at first; tests of persistent stores open it several times.
   */
  open(options: { readonly place: string; readonly clock: Clock }): MetricsStore | Promise<MetricsStore>;
}

const START_MICROS = Date.UTC(2026, 0, 1) * 1000;

/**
 * Declares one test for each law that a metrics store must obey. Failures are thrown, so any runner does whose
 * `test(name, asyncFunction)` declares a test:
 *
 * ```ts
 * import { test } from 'vitest'; // or from 'node:test', or the global of jest
 *
 * metricsStoreConformance({ name: 'mine', test, open: ({ place, clock }) => myMetrics({ table: place, clock }) });
 * ```
 */
export function metricsStoreConformance(options: MetricsStoreConformance): void {
  declareLaws(options, METRICS_STORE_LAWS, async (check) => {
    const place = `conformance-${randomHex(12)}`;
    const opened: MetricsStore[] = [];
    let micros = START_MICROS;
    const reopen = async () => {
      const store = await options.open({ place, clock: { nowMicros: () => micros++ } });
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
