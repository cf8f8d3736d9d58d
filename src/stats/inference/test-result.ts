/** Which way the alternative hypothesis points, from the first group or the null value to the second. */
export type Alternative = 'two-sided' | 'greater' | 'less';

/** An interval with its nominal level (0.95) and the method it was made by. An end that is unbounded is null. */
export interface Interval {
  readonly level: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly method: string;
}

/** A difference on a scale without units, so that it can be set beside those of other studies. */
export interface EffectSize {
  readonly name: string;
  readonly value: number;
  readonly ci: Interval | null;
}

/** Values that were given and not used, by reason. */
export interface DroppedCounts {
  /** NaN, infinite or null values. */
  readonly not_finite: number;
  /** Values whose partner is missing. */
  readonly unpaired: number;
}

/**
 * What every estimate and test answers. What has no meaning for a method, or cannot be computed from the data, is null, and
 * `assumptions` says why; no number in it is ever NaN.
 */
export interface TestResult {
  /** Name of the method, as it stands in a paper: `Welch two-sample t-test`. */
  readonly method: string;
  readonly alternative: Alternative;
  /** What the estimate is under the null hypothesis. */
  readonly null_value: number | null;
  readonly estimate: number | null;
  readonly standard_error: number | null;
  readonly statistic: number | null;
  /** Degrees of freedom; two of them for F statistics. */
  readonly df: number | readonly number[] | null;
  readonly p_value: number | null;
  readonly ci: Interval | null;
  readonly effect_size: EffectSize | null;
  /** Values used, by group. */
  readonly n: readonly number[];
  readonly n_pairs: number | null;
  readonly n_clusters: number | null;
  readonly dropped: DroppedCounts;
  /** What the method supposes of the data, and every reason for doubt that it found in them. */
  readonly assumptions: readonly string[];
  /** The seed of a method that draws random numbers: with it the result repeats to the bit. */
  readonly seed: number | null;
  readonly resamples: number | null;
}

const NOTHING: Omit<TestResult, 'method' | 'n'> = {
  alternative: 'two-sided',
  null_value: null,
  estimate: null,
  standard_error: null,
  statistic: null,
  df: null,
  p_value: null,
  ci: null,
  effect_size: null,
  n_pairs: null,
  n_clusters: null,
  dropped: { not_finite: 0, unpaired: 0 },
  assumptions: [],
  seed: null,
  resamples: null,
};

/** A result with null for all that is not given. */
export function testResult(known: Partial<TestResult> & Pick<TestResult, 'method' | 'n'>): TestResult {
  return { ...NOTHING, ...known };
}
