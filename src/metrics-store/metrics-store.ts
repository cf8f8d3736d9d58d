import type { Moment } from '../core/time.ts';

/** One value of a training metric. NaN and ±Infinity are values: a diverging run has them. */
export interface MetricPoint {
  run_id: string;
  metric: string;
  value: number;
  /** Null when none was given. */
  step: number | null;
  /** ISO 8601, UTC, with six digits of the second's fraction: `2026-11-23T10:15:30.123456Z`. */
  timestamp: string;
  metadata: Record<string, unknown>;
}

/** A `MetricPoint` is itself a valid set of options, so a point can be copied from one store to another. */
export interface MetricOptions {
  /** Any finite number, in any order; repeats are kept. */
  readonly step?: number | null | undefined;
  /** Default: the clock of the store, at the call. */
  readonly timestamp?: Moment | undefined;
  /** Copied at the call by the rules of `snapshot`: dates become text, functions `[Function: name]`, cycles `[Circular]`. */
  readonly metadata?: object | null | undefined;
}

/** Which points to read. All conditions must hold; both ends of a range are included. */
export interface MetricFilter {
  readonly metric?: string | readonly string[] | undefined;
  /** Leaves out points without a step, as does `maxStep`. */
  readonly minStep?: number | undefined;
  readonly maxStep?: number | undefined;
}

/** What is not among the points that a read returns, though somebody tried to store it. */
export interface MetricsRejects {
  /** Unfinished last entries that the last finished read skipped, at most one in a file. A writer was killed, or the disk was full. */
  readonly torn: number;
  /** Other entries that the last finished read skipped because they are not metric points, whatever run they were of. */
  readonly damaged: number;
  /** Points that were refused since this store was opened. */
  readonly refused: number;
}

/**
 * Where the metric points of training runs are kept: append, and read by run. Implement it with `metricsStoreFrom`; prove it
 * with `metricsStoreConformance` from `crucible-telemetry/testing`.
 */
export interface MetricsStore {
  /**
   * Keeps one point. When it resolves the point has left this process's memory, as far as the adapter has such a place.
   * `value` is a number or a safe bigint.
   *
   * Rejects with `invalid_argument` for anything that is not a metric point, `path_unwritable` when the medium refuses it and
   * `store_closed` after `close`. A call nobody awaits never ends the process: a refusal also counts in `rejects.refused` and
   * warns once.
   */
  record(runId: string, metric: string, value: number | bigint, options?: MetricOptions): Promise<void>;

  /** Resolves when every point recorded before the call would survive a loss of power, as far as the medium can promise it. */
  flush(runId?: string): Promise<void>;

  /** The points of a run in the order they were recorded, whatever their steps. An unknown run has none. Built on `scan`. */
  read(runId: string, filter?: MetricFilter): Promise<MetricPoint[]>;

  /**
   * The same points one at a time, without holding them all. Includes every point recorded before the call, and ends even if
   * recording goes on. The points are the caller's own: changing them changes nothing in the store.
   */
  scan(runId: string, filter?: MetricFilter): AsyncIterable<MetricPoint>;

  readonly rejects: MetricsRejects;

  /** Forgets the points of a run. Missing where the medium only appends, as a file that several processes share does. */
  remove?(runId: string): Promise<void>;

  /** Flushes and releases what writing holds; idempotent. What was recorded can still be read. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
