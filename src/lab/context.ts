import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { Router } from '../experiment/router.ts';
import type { MetricsStore } from '../metrics-store/metrics-store.ts';
import type { PriceBook } from '../record/prices.ts';
import type { Store } from '../stores/store.ts';

/** What the experiments of a lab have in common. */
export interface LabContext {
  readonly store: Store;
  readonly metrics: MetricsStore;
  readonly bus: Bus;
  readonly router: Router;
  readonly clock: Clock;
  readonly random: Random;
  readonly prices: PriceBook;
}
