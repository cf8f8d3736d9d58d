import type { Clock } from '../core/clock.ts';
import { localMetrics } from '../metrics-store/adapters/local/local-metrics.ts';
import { memoryMetrics } from '../metrics-store/adapters/memory/memory-metrics.ts';
import type { MetricsStore } from '../metrics-store/metrics-store.ts';
import type { Store } from '../stores/store.ts';

const sharedMetrics = new WeakMap<Store, MetricsStore>();

/** Where the metric points of a store's experiments go by default. Labs that share a store share them. */
export function metricsOf(store: Store, clock: Clock): MetricsStore {
  let metrics = sharedMetrics.get(store);
  if (!metrics) {
    metrics = isLocal(store) ? localMetrics({ dir: store.dir, clock }) : memoryMetrics({ clock });
    sharedMetrics.set(store, metrics);
  }
  return metrics;
}

function isLocal(store: Store): store is Store & { readonly dir: string } {
  return store.kind === 'local' && 'dir' in store && typeof store.dir === 'string';
}
