import { CrucibleError, show } from '../core/errors.ts';
import type { MetricsStore } from './metrics-store.ts';

/** Throws `invalid_argument` for what has not the methods of a metrics store. */
export function checkedStore(store: unknown, what: string): MetricsStore {
  const methods = typeof store === 'object' && store !== null ? (store as Partial<MetricsStore>) : {};
  if ([methods.record, methods.flush, methods.scan, methods.close].every((method) => typeof method === 'function')) {
    return store as MetricsStore;
  }
  throw new CrucibleError('invalid_argument', `${what} is ${show(store)}, which is no metrics store.`, {
    hint: 'Open one with jsonlMetrics({ path }), memoryMetrics(), localMetrics({ dir }) or openMetricsStore({ adapter, … }).',
  });
}
