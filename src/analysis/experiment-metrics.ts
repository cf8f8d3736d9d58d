import type { Interval } from '../stats/inference/test-result.ts';
import type { WilsonInterval } from '../stats/wilson.ts';
import type { TrainingMetrics } from './training/training-metrics.ts';

/** When an experiment's events happened and how many there are. Times are microseconds since the Unix epoch. */
export interface ExperimentSummary {
  readonly total_events: number;
  /** The first and the last event; null without events. */
  readonly time_range: { readonly from: number; readonly to: number } | null;
  /**
   * From the first to the last event, the pauses between the experiment's phases taken out. Null without events, 0 of one.
   * Of several experiments: the sum of theirs.
   */
  readonly duration_seconds: number | null;
  /** Event names, sorted. */
  readonly event_types: readonly string[];
  readonly sample_size: SampleSize | null;
}

/** The sample size that was planned and what there is of it, among the records kept where they were sampled. Of several experiments: the sums of theirs. */
export interface SampleSize {
  readonly target: number;
  readonly observed: number;
  /** What is counted: distinct sample ids where any event has one, else requests where there are any, else events. */
  readonly basis: 'samples' | 'requests' | 'events';
  readonly reached: boolean;
}

/** Milliseconds of the requests that did not fail. Standard deviation is the sample's (n − 1), quantiles are exact (type 7). */
export interface LatencyMetrics {
  readonly count: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly std_dev: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Share of failed requests, which are not in the numbers above: fast failures must not look like speed. */
  readonly failure_rate: number | null;
  /** NaN and infinite values, counted here and in nothing else. */
  readonly non_finite: number;
}

/** US dollars, over the requests whose cost is known, failed ones included. */
export interface CostMetrics {
  /** Null when no cost is known: that is not the same as free. */
  readonly total: number | null;
  readonly count: number;
  readonly mean_per_request: number | null;
  readonly median_per_request: number | null;
  readonly cost_per_1k_requests: number | null;
  readonly cost_per_1m_requests: number | null;
  readonly coverage: CostCoverage;
}

/** Which costs are known: `priced + unknown + not_applicable` is the number of requests. */
export interface CostCoverage {
  readonly priced: number;
  /** Requests that cost something nobody knows. */
  readonly unknown: number;
  /** Requests that name neither a cost nor a model nor tokens, such as inferences on one's own machine. */
  readonly not_applicable: number;
  /** Unknown costs by model. */
  readonly unknown_models: Readonly<Record<string, number>>;
  /** Unknown costs by reason: `unknown_model`, `no_tokens`, …; `non_finite` for a reported NaN or infinity. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Whether data support a claim: `yes` when the whole interval does, `no` when none of it does. */
export type Support = 'yes' | 'no' | 'unknown';

/** How many requests succeeded, of those whose outcome is known. */
export interface ReliabilityMetrics {
  readonly total_requests: number;
  readonly successful: number;
  readonly failed: number;
  /** Requests without an outcome: in none of the other numbers. */
  readonly unjudged: number;
  readonly success_rate: number | null;
  /** Wilson, 95 %; where records were sampled, for the effective number of them. */
  readonly success_rate_ci: WilsonInterval | null;
  readonly failure_rate: number | null;
  /** Whether the observed rate is at least 99 %; null without requests. Likewise 99.9 % and 99.99 %. */
  readonly sla_99: boolean | null;
  readonly sla_999: boolean | null;
  readonly sla_9999: boolean | null;
  /** What the interval says: `yes` when its low end reaches the level, `no` when its high end does not. */
  readonly sla_99_supported: Support;
  readonly sla_999_supported: Support;
  readonly sla_9999_supported: Support;
}

/** A total over the requests that have the number. */
export interface AmountSummary {
  readonly count: number;
  readonly total: number | null;
  readonly mean: number | null;
  readonly non_finite: number;
}

/** Tokens of requests. Cached ones are among the input, reasoning ones among the output. */
export interface TokenMetrics {
  readonly input: AmountSummary;
  readonly output: AmountSummary;
  readonly cached: AmountSummary;
  readonly reasoning: AmountSummary;
  /** Input and output together. */
  readonly total: AmountSummary;
}

/** The numbers of one kind of event. */
export interface EventMetrics {
  readonly count: number;
  readonly latency: LatencyMetrics;
  readonly cost: CostMetrics;
  readonly reliability: ReliabilityMetrics;
  readonly tokens: TokenMetrics;
}

/** The scores of one name, from `eval.score.recorded`. */
export interface ScoreMetrics {
  readonly count: number;
  readonly mean: number | null;
  readonly std_dev: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly non_finite: number;
}

/** An estimate from sampled records, each weighted by 1 / its inclusion probability. */
export interface WeightedNumber {
  readonly estimate: number | null;
  readonly standard_error: number | null;
  readonly ci: Interval | null;
  /** Records behind it. */
  readonly n: number;
  /** How many of equal weight would tell as much (Kish). */
  readonly n_effective: number | null;
}

/**
 * The headline of a sampled experiment with its errors: means and shares by Hájek (1971), over what was kept or left together (a trace, a
 * sample); totals by Horvitz and Thompson (1952), by the design. `n` is how many records are behind it.
 */
export interface WeightedMetrics {
  /** How many there were before sampling. */
  readonly requests: WeightedNumber;
  readonly latency_mean_ms: WeightedNumber;
  /** Weighted quantiles with Woodruff's intervals. */
  readonly latency_p50_ms: WeightedNumber;
  readonly latency_p95_ms: WeightedNumber;
  /** Its interval is Wilson's, for the effective number of requests. */
  readonly success_rate: WeightedNumber;
  readonly cost_mean_usd: WeightedNumber;
  readonly cost_total_usd: WeightedNumber;
  /** Why there are no errors and no intervals; null where they can be told. */
  readonly reason: string | null;
}

/**
 * What `metrics()` answers. Quantities that are not defined are null, never 0 or NaN. `latency`, `cost`, `reliability` and
 * `tokens` are the headline: they are about requests only, and of requests that wrap others only the inner ones count.
 *
 * Of a sampled experiment every mean, deviation, share, quantile and total here is estimated for all events, by weights of 1 / the inclusion
 * probability. Counts (`count`, `successful`, `total_events`, …), least and greatest values and `training` are about the records that were
 * kept, so that `successful` / `total_requests` is not the success rate.
 */
export interface ExperimentMetrics {
  readonly summary: ExperimentSummary;
  /** The events behind the headline, sorted: those that were configured, else the registered request events that occurred. */
  readonly request_events: readonly string[];
  /** The same numbers for every event name, with wrapping requests counted under their own name. */
  readonly by_event: Readonly<Record<string, EventMetrics>>;
  readonly latency: LatencyMetrics;
  readonly cost: CostMetrics;
  readonly reliability: ReliabilityMetrics;
  readonly tokens: TokenMetrics;
  readonly training: TrainingMetrics;
  /** By name of the score. */
  readonly scores: Readonly<Record<string, ScoreMetrics>>;
  /** Events by name. */
  readonly events: Readonly<Record<string, number>>;
  /** The headline as estimates with errors, and how many requests there were; null where nothing was sampled. */
  readonly weighted: WeightedMetrics | null;
}
