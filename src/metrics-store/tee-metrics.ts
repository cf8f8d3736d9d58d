import { CrucibleError } from '../core/errors.ts';
import { checkedStore } from './checked-store.ts';
import { type MetricsDriver, metricsStoreFrom } from './metrics-driver.ts';
import type { MetricPoint, MetricsRejects, MetricsStore } from './metrics-store.ts';

/**
 * A metrics store that keeps each point in several, with one timestamp for all: the clock of the process, where none is given.
 * Reads come from the first.
 *
 * What one store refuses the others keep all the same; `record`, `flush` and `close` then reject with the code of the first
 * failure and say which stores failed and why. `remove` exists if the first store has it, and leaves out those that only append.
 * Closing it closes them all. Throws `invalid_argument` for what is no metrics store.
 */
export function teeMetrics(first: MetricsStore, ...others: readonly MetricsStore[]): MetricsStore {
  return metricsStoreFrom(new TeeDriver([first, ...others]));
}

/** The driver behind `teeMetrics`, for a clock of one's own. */
export class TeeDriver implements MetricsDriver {
  readonly name: string;
  readonly remove?: (runId: string) => Promise<void>;
  readonly #stores: readonly [MetricsStore, ...MetricsStore[]];

  constructor(stores: readonly [MetricsStore, ...MetricsStore[]]) {
    stores.forEach((store, i) => {
      checkedStore(store, `Store ${i + 1} of teeMetrics`);
    });
    this.name = `tee of ${stores.length}`;
    this.#stores = stores;
    if (stores[0].remove) {
      this.remove = (runId) => this.#all('forgot the run', async (store) => store.remove?.(runId));
    }
  }

  get rejects(): MetricsRejects {
    return { ...this.#stores[0].rejects, refused: 0 };
  }

  append(point: MetricPoint): Promise<void> {
    return this.#all('kept the point', async (store) => store.record(point.run_id, point.metric, point.value, point));
  }

  scan(runId: string): AsyncIterable<MetricPoint> {
    return this.#stores[0].scan(runId);
  }

  flush(runId?: string): Promise<void> {
    return this.#all('flushed', async (store) => store.flush(runId));
  }

  close(): Promise<void> {
    return this.#all('closed', async (store) => store.close());
  }

  // An async function, so that a store which throws at once fails alone; it is called before this returns all the same.
  async #all(done: string, act: (store: MetricsStore) => Promise<void>): Promise<void> {
    const outcomes = await Promise.allSettled(this.#stores.map(act));
    const failures: Failure[] = [];
    outcomes.forEach((outcome, i) => {
      if (outcome.status === 'rejected') failures.push({ place: i + 1, reason: outcome.reason });
    });
    if (failures.length > 0) throw failureOf(failures, this.#stores.length, done);
  }
}

interface Failure {
  /** Counted from one. */
  readonly place: number;
  readonly reason: unknown;
}

function failureOf(failures: readonly Failure[], count: number, done: string): CrucibleError {
  const reasons = failures.map(({ reason }) => reason);
  const told = failures.map(({ place, reason }) => `store ${place}: ${messageOf(reason)}`).join('; ');
  const kept = count - failures.length;
  const known = reasons.find((reason) => reason instanceof CrucibleError);
  return new CrucibleError(
    known?.code ?? 'path_unwritable',
    `${failures.length} of ${count} metrics stores failed, ${kept === 0 ? 'none' : kept} ${done}; ${told}`,
    {
      hint: 'Look at what the failing store says; the others go on.',
      cause: reasons.length === 1 ? reasons[0] : new AggregateError(reasons),
    },
  );
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
