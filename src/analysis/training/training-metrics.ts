/** The numeric fields of training events. */
export const TRAINING_FIELDS = ['loss', 'accuracy', 'learning_rate', 'gradient_norm'] as const;
export type TrainingField = (typeof TRAINING_FIELDS)[number];

/** A run whose newest value of a metric is NaN or infinite, and where it became so for good; null where the value named no epoch or step. */
export interface Divergence {
  /** The experiment's id. */
  readonly run: string;
  /** Always null of metric points, which have none. */
  readonly epoch: number | null;
  readonly step: number | null;
}

/** The course of one metric, over its finite values. */
export interface MetricSummary {
  readonly count: number;
  /** How many of the experiments have a finite value of it. */
  readonly runs: number;
  /** The earliest value by time. Of several experiments: the mean of their first values. */
  readonly first: number | null;
  /**
   * The latest value by time. Of several experiments: the mean of their last values. Null where one has `diverged`: it has no last value, and
   * an earlier one, or the mean of the others, would make it look healthy.
   */
  readonly last: number | null;
  /** The least or greatest value; null where neither is better, as for a learning rate. */
  readonly best: number | null;
  readonly best_is: 'min' | 'max' | null;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** NaN and infinite values, counted here and in nothing else but `diverged`. */
  readonly non_finite: number;
  /** The runs whose latest value is not finite. */
  readonly diverged: readonly Divergence[];
  /**
   * The events whose values these are, without `.stop`: of each run those of one source, as `compare` takes them. The epochs' own where they
   * have values, else those of the first event by name. None of metric points.
   */
  readonly events: readonly string[];
}

/**
 * One epoch: the mean of each metric over its `*.epoch.stop` events that have it, and only where there is none over those of the first other
 * training event by name that has it in that epoch, so that batches do not blur what the epoch itself reports. Of several experiments: over
 * all.
 */
export interface EpochMetrics extends Readonly<Record<TrainingField, number | null>> {
  readonly epoch: number;
}

/** Training, from events of the category `training`, and what was written with `logMetric`. */
export interface TrainingMetrics extends Readonly<Record<TrainingField, MetricSummary>> {
  /** By rising epoch. */
  readonly by_epoch: readonly EpochMetrics[];
  /** Metric points by metric. */
  readonly logged: Readonly<Record<string, MetricSummary>>;
}
