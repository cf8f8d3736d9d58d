import { normalQuantileUpper } from '../../../stats/distributions/normal.ts';
import { answer } from '../../../stats/inference/answer.ts';
import { isRounding } from '../../../stats/inference/group-moments.ts';
import { resolveOptions } from '../../../stats/inference/options.ts';
import { inferByT } from '../../../stats/inference/t-statistic.ts';
import type { TestResult } from '../../../stats/inference/test-result.ts';
import { labelNumbers } from '../../../stats/resampling/label-numbers.ts';
import { type WeightedEstimate, weightedMean } from '../../../stats/sampling/weighted-estimate.ts';
import { weightedRate } from '../../../stats/sampling/weighted-rate.ts';
import { sum } from '../../../stats/sum.ts';
import type { Groups } from '../items/arranged.ts';

/** Of unequal weights, so many items of equal weight must be what an arm tells for t to hold. */
const FEWEST = 20;

/**
 * The difference of two Hájek means with the errors of linearised ratios over clusters, by Welch's t with Satterthwaite's degrees of freedom, fewer
 * by as much as unequal weights tell less (Kish 1965).
 * What a cluster in both arms, such as a sample, adds to both means counts together; degrees of freedom are then at most the clusters less one.
 * An arm whose values are equal adds nothing to the error; one of rates as much as its Wilson interval is wide. Of weights so unequal that
 * an arm tells as much as fewer than 20 equal ones, the means are no longer nearly normal, and there is no test.
 */
export function weightedDifference(groups: WeightedArms, level: number, isRate: boolean): TestResult {
  const { first, second, firstClusters, secondClusters } = groups;
  const inclusion = groups.inclusion!;
  const arm = (values: Float64Array, kept: Float64Array, clusters: Int32Array | null | undefined) => {
    const options = { level, ...(clusters && { clusters }) };
    const mean = isRate ? weightedRate(values, kept, options) : weightedMean(values, kept, options);
    // What weights tell less, clusters of them do too.
    const told = (mean.n_effective ?? 0) / Math.max(values.length, 1);
    const freedom = Math.max(told * (mean.n_clusters ?? values.length) - 1, 1);
    return {
      ...mean,
      freedom,
      told,
      variance: varianceOf(mean, isRate, level),
    };
  };
  const [a, b] = [arm(first, inclusion.first, firstClusters), arm(second, inclusion.second, secondClusters)];
  const known = {
    method: "difference of Hájek means by Welch's t",
    alternative: 'two-sided' as const,
    null_value: 0,
    n: [first.length, second.length],
    n_clusters: a.n_clusters === null || b.n_clusters === null ? null : a.n_clusters + b.n_clusters,
    assumptions: [
      'The inclusion probabilities are those that the items had.',
      `The weighted values tell as much as ${effective(a.n_effective)} and ${effective(b.n_effective)} of equal weight.`,
    ],
  };
  const estimate = a.estimate === null || b.estimate === null ? null : b.estimate - a.estimate;
  const refuse = (reason: string, more: Partial<TestResult> = {}) =>
    answer({ ...known, estimate, ...more, assumptions: [...known.assumptions, `No interval: ${reason}.`] });
  if (estimate === null || a.variance === null || b.variance === null) return refuse('an arm has too few values');
  const [va, vb] = [a.variance, b.variance];
  const shared = va > 0 && vb > 0 ? sharedVariance(groups, inclusion, [a.estimate!, b.estimate!]) : undefined;
  const variance = shared?.variance ?? va + vb;
  const found = { n_clusters: shared?.clusters ?? known.n_clusters };
  // What is left of residuals that cancel.
  if (va + vb === 0 || variance <= (va + vb) * 2 ** -80 || isRounding(Math.sqrt(variance), a.estimate!, b.estimate!)) {
    return refuse(shared ? 'the clusters do not differ between the arms' : 'there is no variance', found);
  }
  const few = [a, b].some(({ told, n_effective }) => told < 0.9 && n_effective! < FEWEST);
  if (few) return refuse('the weights are so unequal that an arm tells as much as fewer than 20 values', found);
  const df = (va + vb) ** 2 / ((va > 0 ? va ** 2 / a.freedom : 0) + (vb > 0 ? vb ** 2 / b.freedom : 0));
  const error = Math.sqrt(variance);
  const freedom = shared ? Math.min(df, shared.clusters * Math.min(a.told, b.told) - 1) : df;
  return answer({
    ...known,
    ...found,
    ...inferByT(estimate, error, Math.max(freedom, 1), resolveOptions({ level })),
    estimate,
    standard_error: error,
    df: Math.max(freedom, 1),
  });
}

/** What the difference needs of groups. */
export interface WeightedArms
  extends Pick<Groups, 'first' | 'second'>,
    Partial<Pick<Groups, 'firstClusters' | 'secondClusters'>> {
  readonly inclusion?: Inclusion | undefined;
}

type Inclusion = Pick<NonNullable<Groups['inclusion']>, 'first' | 'second'>;

/** The variance of an arm's mean; null of too few values. */
function varianceOf(
  { estimate, standard_error, n_effective, ci }: WeightedEstimate,
  isRate: boolean,
  level: number,
): number | null {
  if (standard_error !== null) return standard_error ** 2;
  if (estimate === null || n_effective === null || n_effective < 2) return null;
  if (!isRate) return 0;
  const { low = null, high = null } = ci ?? {};
  return low === null || high === null ? null : ((high - low) / (2 * normalQuantileUpper((1 - level) / 2))) ** 2;
}

/** The variance of the difference where clusters are in both arms; undefined where none is. */
function sharedVariance(
  { first, second, firstClusters, secondClusters }: WeightedArms,
  inclusion: Inclusion,
  [m1, m2]: readonly [number, number],
): { readonly variance: number; readonly clusters: number } | undefined {
  if (!firstClusters || !secondClusters) return undefined;
  const ids = new Int32Array(first.length + second.length);
  ids.set(firstClusters);
  ids.set(secondClusters, first.length);
  const { numbers, count } = labelNumbers(
    ids.map((_, i) => i),
    ids,
    'cluster',
  );
  // Numbered as they come: what the first arm does not have is above all of its own.
  const own = numbers.subarray(0, first.length).reduce((most, number) => Math.max(most, number), -1);
  if (!numbers.subarray(first.length).some((number) => number <= own)) return undefined;
  const residuals = new Float64Array(count);
  const add = (values: Float64Array, chances: Float64Array, from: number, mean: number, sign: number) => {
    const total = sum(chances.map((p) => 1 / p));
    for (let i = 0; i < values.length; i++) {
      residuals[numbers[from + i]!]! += (sign * (values[i]! - mean)) / chances[i]! / total;
    }
  };
  add(first, inclusion.first, 0, m1, -1);
  add(second, inclusion.second, first.length, m2, 1);
  if (count < 2) return undefined;
  const squares = sum(residuals.map((residual) => residual ** 2));
  return { variance: (squares * count) / (count - 1), clusters: count };
}

function effective(n: number | null): string {
  return (n ?? 0).toFixed(1);
}
