import { type Clock, systemClock } from '../core/clock.ts';
import { CrucibleError } from '../core/errors.ts';
import { warnOnce } from '../core/warn.ts';
import { metricFilter } from './metric-filter.ts';
import { checkedName, metricPoint } from './metric-point.ts';
import type { MetricFilter, MetricOptions, MetricPoint, MetricsRejects, MetricsStore } from './metrics-store.ts';

/**
 * What differs between one kind of metrics store and another. `metricsStoreFrom` adds the rest: checking, copying, filters, the
 * count of refusals, and what `close` means.
 */
export interface MetricsDriver {
  /** Names the store in messages, for example `jsonl runs/metrics.jsonl`. */
  readonly name: string;
  /** Keeps a point. Called in the order of `record`. If the point is not kept yet on return, returns a promise of that. */
  append(point: MetricPoint): Promise<void> | undefined;
  /** The points of a run, first recorded first, as objects nobody else holds. Must end even while points are being appended. */
  scan(runId: string): Iterable<MetricPoint> | AsyncIterable<MetricPoint>;
  /** Makes what was appended survive a loss of power. Default: nothing to do. */
  flush?(runId?: string): Promise<void>;
  /** Releases what appending holds; called once, after the last append and a flush. `scan` may be called afterwards. */
  close?(): Promise<void>;
  /** Forgets the points of a run. Left out where the medium only appends. */
  remove?(runId: string): Promise<void>;
  /** What the last finished scan skipped, and points refused after `append` had taken them. Default: nothing ever is. */
  readonly rejects?: Omit<MetricsRejects, 'refused'> & { readonly refused?: number };
}

/** A metrics store from its driver. `clock` gives the timestamps; default: the clock of the process. */
export function metricsStoreFrom(driver: MetricsDriver, options: { clock?: Clock | undefined } = {}): MetricsStore {
  return new DrivenMetricsStore(driver, options.clock ?? systemClock);
}

const KEPT = Promise.resolve();

class DrivenMetricsStore implements MetricsStore {
  readonly #driver: MetricsDriver;
  readonly #clock: Clock;
  readonly #pending = new Set<Promise<void>>();
  readonly remove?: (runId: string) => Promise<void>;
  #refused = 0;
  #closing: Promise<void> | undefined;

  constructor(driver: MetricsDriver, clock: Clock) {
    this.#driver = driver;
    this.#clock = clock;
    if (driver.remove) this.remove = (runId) => this.#remove(runId);
  }

  get rejects(): MetricsRejects {
    const { torn = 0, damaged = 0, refused = 0 } = this.#driver.rejects ?? {};
    return { torn, damaged, refused: this.#refused + refused };
  }

  // Not an async function: a point that is kept at once costs no promise of its own.
  record(runId: string, metric: string, value: number | bigint, options?: MetricOptions): Promise<void> {
    try {
      if (this.#closing) {
        throw new CrucibleError('store_closed', `The metrics store ${this.#driver.name} is closed.`, {
          hint: 'Record before close, or open another store on the same place.',
        });
      }
      const appending = this.#driver.append(metricPoint(this.#clock, runId, metric, value, options));
      return appending ? this.#track(appending) : KEPT;
    } catch (error) {
      return this.#refuse(error);
    }
  }

  async flush(runId?: string): Promise<void> {
    const run = runId === undefined ? undefined : checkedName(runId, 'The run id');
    if (this.#closing) return this.#closing;
    await this.#settled();
    await this.#driver.flush?.(run);
  }

  async read(runId: string, filter?: MetricFilter): Promise<MetricPoint[]> {
    const points: MetricPoint[] = [];
    for await (const point of this.scan(runId, filter)) points.push(point);
    return points;
  }

  scan(runId: string, filter?: MetricFilter): AsyncIterable<MetricPoint> {
    return this.#matching(checkedName(runId, 'The run id'), metricFilter(filter));
  }

  async *#matching(runId: string, matches: (point: MetricPoint) => boolean): AsyncGenerator<MetricPoint> {
    await this.#settled();
    for await (const point of this.#driver.scan(runId)) if (matches(point)) yield point;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#settled();
    try {
      await this.#driver.flush?.();
    } finally {
      await this.#driver.close?.();
    }
  }

  async #remove(runId: string): Promise<void> {
    await this.#settled();
    await this.#driver.remove?.(checkedName(runId, 'The run id'));
  }

  async #settled(): Promise<void> {
    if (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #track(appending: Promise<void>): Promise<void> {
    const outcome = appending.catch((error: unknown) => this.#refuse(error));
    const forget = () => this.#pending.delete(outcome);
    this.#pending.add(outcome);
    outcome.then(forget, forget);
    return outcome;
  }

  // Having a handler of our own, the rejection cannot end the process when the caller does not await it.
  #refuse(error: unknown): Promise<never> {
    this.#refused++;
    const rejection: Promise<never> = Promise.reject(error);
    rejection.catch(() => {
      const code = error instanceof CrucibleError ? error.code : 'failed';
      const reason = error instanceof Error ? error.message : String(error);
      warnOnce(`metric_refused:${code}:${this.#driver.name}`, `A metric point was not recorded. ${reason}`);
    });
    return rejection;
  }
}
