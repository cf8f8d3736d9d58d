import type { CompareOptions } from '../../analysis/comparison/compare-options.ts';
import type { ExperimentComparison } from '../../analysis/comparison/comparison-result.ts';
import type { HypothesisAnalysis } from '../../analysis/hypothesis/analyze.ts';
import type { ExperimentMetrics } from '../../analysis/metrics.ts';
import type { BatchSource } from '../../analysis/rows/read-leaves.ts';
import type { MetricPoint } from '../../metrics-store/metrics-store.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import type { LedgerCounts } from '../../stores/ledger-counts.ts';

/** An experiment to report on. */
export interface ReportSource {
  readonly state: ExperimentState;
  /** As it looks from outside: `crashed` and `idle` too. */
  readonly status: string;
  /** The account of all its writers. */
  readonly ledger: LedgerCounts;
  readonly crashed_writers: number;
  readonly batches: BatchSource;
  readonly points: () => AsyncIterable<MetricPoint>;
}

/** What a report says of one experiment. */
export interface ReportedExperiment extends Omit<ReportSource, 'batches' | 'points'> {
  /** The arm of the comparison that it is in; its own name where nothing is compared. */
  readonly arm: string;
  readonly metrics: ExperimentMetrics;
}

/** A distribution function by its points: the share of the values that are at most so large. */
export interface Distribution {
  readonly arm: string;
  readonly values: number;
  readonly points: readonly (readonly [number, number])[];
}

/** The latencies of one operation, arm by arm. */
export interface LatencyDistributions {
  readonly operation: string;
  readonly arms: readonly Distribution[];
}

/** The course of a metric over a run. */
export interface RunCurve {
  readonly experiment: string;
  readonly arm: string;
  /** Finite values, of which `points` may be a part, by rising x. */
  readonly values: number;
  readonly non_finite: number;
  /** The x from which on no value is finite; null where the last one is. */
  readonly diverged_at: number | null;
  readonly points: readonly (readonly [number, number])[];
}

export interface MetricCurves {
  readonly metric: string;
  readonly axis: 'epoch' | 'step' | 'point';
  /** The training events that it is drawn from; none of metric points. */
  readonly events: readonly string[];
  readonly runs: readonly RunCurve[];
}

/** Everything that a report is written from: plain data. */
export interface ReportData {
  readonly title: string | undefined;
  /** Microseconds since the Unix epoch. */
  readonly written_at: number;
  readonly experiments: readonly ReportedExperiment[];
  /** Names of the arms, the baseline first. */
  readonly arms: readonly string[];
  /** null for a single experiment. */
  readonly comparison: ExperimentComparison | null;
  /** The study held against its plan; `comparison` is then its own. null without a plan that can be tested. */
  readonly analysis: HypothesisAnalysis | null;
  /** Why a plan that could be tested was not; null where it was, or where there is none. */
  readonly untested: string | null;
  /** As given, so that the comparison can be repeated. */
  readonly options: CompareOptions;
  readonly latencies: readonly LatencyDistributions[];
  readonly curves: readonly MetricCurves[];
  /** Where the costs come from: `reported`, or the version of the price data. */
  readonly cost_sources: readonly string[];
}
