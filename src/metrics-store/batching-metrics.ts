import type { Clock } from '../core/clock.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { requireOptions } from '../core/options.ts';
import { beforeProcessEnds } from '../core/process-end.ts';
import { warnOnce } from '../core/warn.ts';
import { checkedStore } from './checked-store.ts';
import { type MetricsDriver, metricsStoreFrom } from './metrics-driver.ts';
import type { MetricPoint, MetricsRejects, MetricsStore } from './metrics-store.ts';

export interface BatchingOptions {
  /** So many points are handed over together. `record` of the last one waits until the store has them. Default 100. */
  readonly maxPoints?: number | undefined;
  /** No point waits longer than this, in milliseconds, while the event loop turns. Default 500. */
  readonly maxDelayMs?: number | undefined;
  /** Where timestamps come from. Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * A metrics store in front of a slower one: points wait in memory and are handed over in order, `maxPoints` at a time or after
 * `maxDelayMs`. `flush`, reading, `remove` and `close` hand over what waits first. So does the end of the process, unless it is
 * killed: at `exit`, SIGTERM and SIGINT a store that writes at once, as `jsonlMetrics` does, gets everything; one that answers later gets what waits
 * when the event loop runs empty, but not after `process.exit()` or an uncaught error.
 *
 * `record` resolves when the point waits. What the store refuses later counts in `rejects.refused`, warns once, and makes the
 * next `flush` or `close` reject. Closing it closes the store. Throws `invalid_argument` for options that cannot be meant.
 */
export function batchingMetrics(store: MetricsStore, options: BatchingOptions = {}): MetricsStore {
  requireOptions('batchingMetrics', options, ['maxPoints', 'maxDelayMs', 'clock']);
  const { maxPoints = 100, maxDelayMs = 500, clock } = options;
  if (!(Number.isSafeInteger(maxPoints) && maxPoints > 0)) {
    throw new CrucibleError('invalid_argument', `maxPoints is ${show(maxPoints)}.`, {
      hint: 'Give a whole number above 0.',
    });
  }
  if (!(typeof maxDelayMs === 'number' && maxDelayMs >= 0 && maxDelayMs <= MAX_TIMEOUT_MS)) {
    throw new CrucibleError('invalid_argument', `maxDelayMs is ${show(maxDelayMs)}.`, {
      hint: `Give milliseconds, from 0 to ${MAX_TIMEOUT_MS}.`,
    });
  }
  const driver = new BatchingDriver(checkedStore(store, 'The store of batchingMetrics'), maxPoints, maxDelayMs);
  return metricsStoreFrom(driver, { clock });
}

// One listener for all, there only while some points wait.
const waiting = new Set<BatchingDriver>();
const handOverAll = () => {
  for (const driver of waiting) void driver.handOver();
};
let takeBack = (): void => undefined;

class BatchingDriver implements MetricsDriver {
  readonly name = 'batching';
  readonly remove?: (runId: string) => Promise<void>;
  readonly #store: MetricsStore;
  readonly #maxPoints: number;
  readonly #maxDelayMs: number;
  #points: MetricPoint[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #handedOver: Promise<void> = Promise.resolve();
  #refused = 0;
  /** Refusals that no flush has told of yet, and the first of them. */
  #untold = 0;
  #firstUntold: unknown;

  constructor(store: MetricsStore, maxPoints: number, maxDelayMs: number) {
    this.#store = store;
    this.#maxPoints = maxPoints;
    this.#maxDelayMs = maxDelayMs;
    if (store.remove) this.remove = (runId) => this.handOver().then(() => store.remove?.(runId));
  }

  get rejects(): MetricsRejects {
    return { ...this.#store.rejects, refused: this.#refused };
  }

  append(point: MetricPoint): Promise<void> | undefined {
    this.#points.push(point);
    if (this.#points.length >= this.#maxPoints) return this.handOver();
    if (this.#points.length === 1) this.#wait();
    return undefined;
  }

  async *scan(runId: string): AsyncGenerator<MetricPoint> {
    await this.handOver();
    yield* this.#store.scan(runId);
  }

  async flush(runId?: string): Promise<void> {
    await this.handOver();
    await this.#store.flush(runId);
    this.#tell();
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** Resolves when the store has, or has refused, every point recorded before. Those that waited are passed on before it returns. */
  handOver(): Promise<void> {
    if (this.#points.length === 0) return this.#handedOver;
    const points = this.#points;
    this.#points = [];
    this.#stopWaiting();
    const outcomes = points.map((point) => this.#pass(point));
    this.#handedOver = Promise.all([this.#handedOver, ...outcomes]).then(() => undefined);
    return this.#handedOver;
  }

  // An async function, so that a store which throws at once is no different from one that rejects.
  async #pass(point: MetricPoint): Promise<void> {
    try {
      await this.#store.record(point.run_id, point.metric, point.value, point);
    } catch (error) {
      this.#refused++;
      if (this.#untold++ === 0) this.#firstUntold = error;
      warnOnce('batched_metric_refused', `A metric point that waited in a batch was refused. ${messageOf(error)}`);
    }
  }

  #tell(): void {
    const count = this.#untold;
    if (count === 0) return;
    const cause = this.#firstUntold;
    this.#untold = 0;
    this.#firstUntold = undefined;
    throw new CrucibleError(
      cause instanceof CrucibleError ? cause.code : 'path_unwritable',
      `${count} metric point(s) recorded since the last flush were refused, the first: ${messageOf(cause)}`,
      { hint: 'They are lost: record them again when the store takes points.', cause },
    );
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.handOver(), this.#maxDelayMs);
    this.#timer.unref();
    if (waiting.size === 0) {
      process.on('beforeExit', handOverAll);
      takeBack = beforeProcessEnds({ flush: handOverAll, end: handOverAll }, true);
    }
    waiting.add(this);
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    waiting.delete(this);
    if (waiting.size > 0) return;
    process.off('beforeExit', handOverAll);
    takeBack();
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
