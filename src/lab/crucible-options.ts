import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../core/clock.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { requireMethods, requireOptions } from '../core/options.ts';
import type { Random } from '../core/random.ts';
import { checkedStore } from '../metrics-store/checked-store.ts';
import type { MetricsStore } from '../metrics-store/metrics-store.ts';
import type { PriceOverrides } from '../record/prices.ts';
import type { Store } from '../stores/store.ts';

/** Of what a lab is made. Everything has a default. */
export interface CrucibleOptions {
  /** Where experiments live. Default: `memoryStore()`. */
  readonly store?: Store;
  /** Where metric points go. Default: beside the events of a local store, else memory, shared by the labs of one store. */
  readonly metricsStore?: MetricsStore;
  /** The bus whose events are collected. Default: the process-wide `telemetry`. */
  readonly bus?: Bus;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Your own prices by model, before the dated price data. */
  readonly prices?: PriceOverrides;
}

/** Throws `invalid_argument` for what is no part of a lab. */
export function checkParts(options: CrucibleOptions): void {
  requireOptions('createCrucible', options, ['store', 'metricsStore', 'bus', 'clock', 'random', 'prices']);
  const { store, metricsStore, bus, clock, random } = options;
  if (store !== undefined) {
    requireMethods('store', store, ['create', 'load', 'openWriter', 'scan'], 'Give a store, such as memoryStore().');
  }
  if (metricsStore !== undefined) checkedStore(metricsStore, 'metricsStore');
  if (bus !== undefined) requireMethods('bus', bus, ['execute', 'tap'], 'Give a bus: createBus(), or leave it out.');
  if (clock !== undefined) {
    requireMethods(
      'clock',
      clock,
      ['nowMicros'],
      'Give { nowMicros: () => … }, whole microseconds since the Unix epoch.',
    );
  }
  if (random === undefined || typeof random === 'function') return;
  throw new CrucibleError('invalid_argument', `random is ${show(random)}.`, {
    hint: 'Give a function that returns numbers in [0, 1).',
  });
}
