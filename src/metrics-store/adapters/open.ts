import { isRecord } from '../../bus/records.ts';
import { CrucibleError, show } from '../../core/errors.ts';
import type { MetricsStore } from '../metrics-store.ts';
import { type JsonlMetricsOptions, jsonlMetrics } from './jsonl/jsonl-metrics.ts';
import { type LocalMetricsOptions, localMetrics } from './local/local-metrics.ts';
import { type MemoryMetricsOptions, memoryMetrics } from './memory/memory-metrics.ts';

/** The factory of a kind of metrics store: `jsonlMetrics`, `localMetrics`, `memoryMetrics` or your own. */
export type MetricsAdapter<Options extends object> = (options: Options) => MetricsStore;

/** A metrics store chosen by name, as it may stand in a configuration file: the adapter's own options beside its name. */
export type MetricsStoreConfig =
  | ({ readonly adapter: 'jsonl' } & JsonlMetricsOptions)
  | ({ readonly adapter: 'local' } & LocalMetricsOptions)
  | ({ readonly adapter: 'memory' } & MemoryMetricsOptions);

const ADAPTERS = new Map<unknown, MetricsAdapter<never>>([
  ['jsonl', jsonlMetrics],
  ['local', localMetrics],
  ['memory', memoryMetrics],
]);

/**
 * Opens a metrics store chosen by configuration: `{ adapter: 'jsonl', path }`, `{ adapter: 'local', dir }`,
 * `{ adapter: 'memory' }`, or an adapter of your own with its options, `{ adapter: myMetrics, url }`. Nothing is touched before the first point is recorded or read.
 *
 * Throws `invalid_argument` for what is no object, `unknown_adapter`, listing the known ones, and whatever the adapter throws for its options.
 */
export function openMetricsStore(config: MetricsStoreConfig): MetricsStore;
export function openMetricsStore<Options extends object>(
  config: { readonly adapter: MetricsAdapter<Options> } & Options,
): MetricsStore;
export function openMetricsStore(config: { readonly adapter: unknown }): MetricsStore {
  if (!isRecord(config)) {
    throw new CrucibleError('invalid_argument', `openMetricsStore was given ${show(config)}.`, {
      hint: "Give an object such as { adapter: 'jsonl', path }.",
    });
  }
  const { adapter, ...options } = config;
  const open = typeof adapter === 'function' ? (adapter as MetricsAdapter<never>) : ADAPTERS.get(adapter);
  if (!open) {
    throw new CrucibleError('unknown_adapter', `There is no metrics store adapter ${show(adapter)}.`, {
      hint: `Name one of ${[...ADAPTERS.keys()].map(show).join(', ')}, or pass the factory of your own.`,
    });
  }
  return open(options as never);
}
