import { requireMethods } from '../core/options.ts';
import type { MetricsStore } from './metrics-store.ts';

/** Throws `invalid_argument` for what has not the methods of a metrics store. */
export function checkedStore(store: MetricsStore, what: string): MetricsStore {
  requireMethods(
    what,
    store,
    ['record', 'flush', 'read', 'scan', 'close'],
    'Give a metrics store: memoryMetrics(), jsonlMetrics({ path }), localMetrics({ dir }) or openMetricsStore({ adapter, … }).',
  );
  return store;
}
