import type { Adjustment } from '../../stats/inference/adjust-p-values.ts';
import type { EffectSize, Interval } from '../../stats/inference/test-result.ts';
import type { SampleRatioResult } from '../../stats/randomization/sample-ratio.ts';

/**
 * What can be said of a treatment beside the baseline. `inconclusive` is an answer: the data do not decide, or what is missing from
 * them could turn the answer round. `equivalent` is said against a declared margin only.
 */
export type Verdict = 'better' | 'worse' | 'equivalent' | 'inconclusive';

/**
 * How a metric is compared. `latency`: geometric means, as a ratio. `cost`: arithmetic means, BCa bootstrap, no bolder than t. `mean`:
 * arithmetic means, t. `rate`: shares of yes. `replicate`: one number for each experiment.
 */
export type MetricKind = 'latency' | 'cost' | 'mean' | 'rate' | 'replicate';

/** Why an item has no value. `absent`: the arm never saw it. `not_finished`: it began and nothing says how it ended. */
export type MissingCause =
  | 'absent'
  | 'not_finished'
  | 'failed'
  | 'no_value'
  | 'not_finite'
  | 'not_positive'
  | 'no_sample_id';

/** How many items lack a value, by cause. Causes that do not occur are left out. */
export type MissingCounts = Readonly<Partial<Record<MissingCause, number>>>;

/** An arm: a condition with its replicates, or one experiment. */
export interface ArmOverview {
  readonly name: string;
  readonly condition: string | null;
  readonly baseline: boolean;
  readonly experiments: readonly {
    readonly id: string;
    readonly replicate: string;
    /** As it looks from outside: `crashed` and `idle` too. */
    readonly status: string;
    readonly sample_size: number | null;
    /** What counts against `sample_size`: distinct samples, without them requests, without them events. */
    readonly collected: number;
    /** Of the first event or metric point, in microseconds since the Unix epoch; null without any. */
    readonly first_event_at: number | null;
  }[];
  readonly events: number;
  /** Leaf requests that ended, and what became of them: of the records kept, where they were sampled, so that their shares say nothing of all requests. */
  readonly requests: number;
  readonly successful: number;
  readonly failed: number;
  readonly unjudged: number;
  /** Requests that began and of which nothing says how they ended; null where events were sampled at several rates. */
  readonly not_finished: number | null;
  /** Distinct samples (`pairBy`) of requests and scores. */
  readonly samples: number;
}

/**
 * The values of one metric in one arm, as observed: nothing is averaged, paired or left out but what has no value. Where they were sampled, all but
 * `n`, `min` and `max` are weighted.
 */
export interface ArmValues {
  readonly n: number;
  readonly mean: number | null;
  readonly std_dev: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
  /** Of latencies: failed requests as a share of the judged ones. */
  readonly failure_rate?: number | null;
}

/** The difference of one quantile of the values, treatment − baseline, in the unit of the metric. An end that the data do not bound is null. */
export interface QuantileDifference {
  readonly quantile: number;
  readonly baseline: number;
  readonly treatment: number;
  readonly estimate: number;
  readonly ci: Interval;
}

/** What the items without a value could do to the estimate. */
export interface Sensitivity {
  /** Items with a value in one arm only, or in none. */
  readonly missing: number;
  /**
   * The least and the greatest estimate: with what is missing at whatever makes it so, or of the complete items. null where nothing bounds it:
   * of latencies, costs and numbers of replicates on the bad side of an arm that lacks more of them than chance explains.
   */
  readonly low: number | null;
  readonly high: number | null;
  /** Whether the verdict of the complete data would not survive it. null where the complete data decide nothing. */
  readonly could_flip: boolean | null;
  /** Whether `not_worse_p_value` would not stay at or below alpha. null where it is not there now. */
  readonly not_worse_could_flip: boolean | null;
  readonly method: string;
}

/** How many samples tell the declared difference from none, at the variance observed and never at the effect observed. */
export interface NeededSamples {
  /** The declared minimum effect, else the margin. */
  readonly effect: number | null;
  readonly alpha: number;
  readonly power: number;
  readonly unit: 'pairs' | 'samples in each arm' | 'replicates in each arm' | 'pairs of replicates';
  readonly n: number | null;
  /** Why `n` is null. */
  readonly reason: string | null;
}

/** One metric of one treatment beside the baseline. What is undefined is null, and `reasons` says why. */
export interface MetricComparison {
  readonly metric: string;
  readonly kind: MetricKind;
  /** Of several primary metrics the p-values are corrected; an exploratory one is not, and suggests what to test next. */
  readonly role: 'primary' | 'exploratory';
  readonly better: 'higher' | 'lower' | null;
  /** Whether `better` is what scores usually are: nobody said it, nor does the name. */
  readonly better_is_assumed: boolean;
  /** The operations the values come from: event names without `.stop` and `.exception`. Scores and metric points say themselves. */
  readonly events: { readonly baseline: readonly string[]; readonly treatment: readonly string[] };
  readonly design: 'paired' | 'unpaired';
  /** What the values are grouped by because they are not independent; null for independent ones. */
  readonly cluster_by: string | null;
  /** Items that stand behind the estimate: samples (repeats averaged), requests without a sample, or replicates. */
  readonly n: {
    readonly baseline: number;
    readonly treatment: number;
    readonly pairs: number | null;
    readonly clusters: number | null;
  };
  /** What `estimate` and its interval are: treatment / baseline, or treatment − baseline. */
  readonly scale: 'ratio' | 'difference';
  readonly estimate: number | null;
  /** The means that `estimate` sets side by side, over the items of `n`: geometric ones for a ratio, weighted ones where events were sampled. */
  readonly means: { readonly baseline: number | null; readonly treatment: number | null };
  /** In the unit of the metric: (treatment − baseline) / baseline of what the estimate is about; null where the baseline is 0, below, or too near to it. */
  readonly relative_difference: number | null;
  /** On the scale of the test: of a logarithm for ratios. */
  readonly standard_error: number | null;
  readonly ci: Interval | null;
  /** Null on interim data. */
  readonly p_value: number | null;
  /** Holds at every look; null on complete data. */
  readonly anytime_p_value: number | null;
  /** Of the p-value that is given, corrected for the family of primary metrics; null for an exploratory metric. */
  readonly adjusted_p_value: number | null;
  readonly effect_size: EffectSize | null;
  readonly test: string;
  readonly quantile_differences: readonly QuantileDifference[];
  /** Of metrics with one number per replicate: what else speaks of few runs. */
  readonly over_replicates: OverReplicates | null;
  readonly missing: { readonly baseline: MissingCounts; readonly treatment: MissingCounts };
  readonly sensitivity: Sensitivity | null;
  readonly margin: number | null;
  /** p of "the difference is beyond the margin", corrected together with the other; null without a margin. */
  readonly equivalence_p_value: number | null;
  /** One-sided p of "the treatment is worse by the margin or more", corrected for the primary metrics; null without a margin or a better direction. */
  readonly not_worse_p_value: number | null;
  readonly verdict: Verdict;
  readonly verdict_source: string;
  readonly verdict_reason: string;
  readonly needed: NeededSamples | null;
  readonly arms: { readonly baseline: ArmValues; readonly treatment: ArmValues };
  /** What the test supposes of the data, and every doubt it found in them. */
  readonly assumptions: readonly string[];
  /** Why what is null is null, and whether an interval of shares was cut to −1 to +1. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  /** Of what is drawn at random, by a bootstrap or for permutations; null where nothing is. */
  readonly seed: number | null;
  readonly resamples: number | null;
  /** What was done, as it may stand in a paper. */
  readonly methods: string;
}

/** Beside the t-test of few runs: the exact permutation p-value, and the difference of interquartile means from five runs on. */
export interface OverReplicates {
  readonly permutation_p_value: number | null;
  readonly permutation_exact: boolean;
  readonly iqm_difference: number | null;
  readonly iqm_ci: Interval | null;
  readonly reasons: readonly string[];
}

/** One treatment beside the baseline. */
export interface TreatmentComparison {
  readonly name: string;
  readonly condition: string | null;
  readonly experiment_ids: readonly string[];
  /** By name: primary metrics first, in the order in which they were given. */
  readonly metrics: Readonly<Record<string, MetricComparison>>;
}

/** An experiment with less than was planned for it, of what its plan counts. */
export interface Shortfall {
  readonly id: string;
  readonly name: string;
  readonly planned: number;
  readonly seen: number;
  readonly of: 'samples' | 'requests' | 'events';
}

/** Experiments beside a baseline. Plain data: it may be kept as JSON. */
export interface ExperimentComparison {
  /** `condition` when the experiments have at least two: those of one condition are its replicates. */
  readonly by: 'condition' | 'experiment';
  /** Name of the arm that the others are compared with. */
  readonly baseline: string;
  readonly alpha: number;
  readonly correction: Adjustment;
  /** How many p-values are corrected together. */
  readonly family_size: number;
  readonly pair_by: string;
  readonly seed: number;
  /** True while an experiment has not stopped or not reached its sample size, unless `final` says that it will not: then all intervals are confidence sequences. */
  readonly interim: boolean;
  readonly interim_reasons: readonly string[];
  /** Experiments that were declared `final` before they reached their sample size; empty on interim data. */
  readonly shortfalls: readonly Shortfall[];
  readonly arms: readonly ArmOverview[];
  readonly comparisons: readonly TreatmentComparison[];
  /** Only where a ratio was declared. */
  readonly sample_ratio: SampleRatioResult | null;
  readonly warnings: readonly string[];
}
