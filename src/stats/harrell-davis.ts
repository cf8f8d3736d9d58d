import { CrucibleError, show } from '../core/errors.ts';
import { describe } from './describe.ts';
import { betaCdf, betaQuantile, betaQuantileUpper, betaSf } from './distributions/beta.ts';
import { CompensatedSum } from './sum.ts';

/** A quantile as Harrell and Davis estimate it. */
export interface HarrellDavisEstimate {
  /** `null` of no values. */
  readonly estimate: number | null;
  /** By the jackknife; `null` for fewer than two values. */
  readonly standard_error: number | null;
  readonly n: number;
}

/**
 * The quantile estimator of Harrell and Davis (Biometrika 69, 1982): the mean of all order statistics, weighted by how likely each
 * is to be the quantile, which is steadier than any one of them; with its jackknife standard error.
 *
 * Throws `invalid_argument` for values that are not finite and unless 0 < p < 1.
 */
export function harrellDavis(values: ArrayLike<number>, p: number): HarrellDavisEstimate {
  if (!(p > 0 && p < 1)) {
    throw new CrucibleError('invalid_argument', `p is ${show(p)}.`, { hint: 'Give a number between 0 and 1.' });
  }
  const n = values.length;
  const { min, max } = describe(values);
  if (min === null || max === null) return { estimate: null, standard_error: null, n };
  const sorted = Float64Array.from(values).sort();
  const estimate = new CompensatedSum();
  const { first, weights } = rankWeights(n, p);
  for (let i = 0; i < weights.length; i++) estimate.add(weights[i]! * sorted[first + i]!);
  // The weights sum to 1 but for rounding, which must not carry the mean past the values.
  return { estimate: Math.min(Math.max(estimate.value, min), max), standard_error: jackknife(sorted, p), n };
}

interface RankWeights {
  /** The rank, from 0, that the first weight is for. */
  readonly first: number;
  readonly weights: Float64Array;
}

/** The weights of the order statistics of n values; those left out are below 1e-20. */
function rankWeights(n: number, p: number): RankWeights {
  const a = (n + 1) * p;
  const b = (n + 1) * (1 - p);
  const first = Math.floor(n * betaQuantile(1e-20, a, b));
  const end = Math.min(Math.ceil(n * betaQuantileUpper(1e-20, a, b)), n);
  const weights = new Float64Array(end - first);
  // Differences of the smaller tail, which has the digits.
  let lower = betaCdf(first / n, a, b);
  let upper = betaSf(first / n, a, b);
  for (let i = first; i < end; i++) {
    const next = (i + 1) / n;
    const above = betaSf(next, a, b);
    const below = above > 0.5 ? betaCdf(next, a, b) : 1 - above;
    weights[i - first] = below < 0.5 ? below - lower : upper - above;
    lower = below;
    upper = above;
  }
  return { first, weights };
}

/** From the estimates that leave out one value each: they differ from the first one by sums of weighted gaps. */
function jackknife(sorted: Float64Array, p: number): number | null {
  const n = sorted.length;
  if (n < 2) return null;
  const { first, weights } = rankWeights(n - 1, p);
  const estimates = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const weight = weights[i - 1 - first] ?? 0;
    estimates[i] = estimates[i - 1]! - weight * (sorted[i]! - sorted[i - 1]!);
  }
  const { variance } = describe(estimates);
  return variance === null ? null : Math.sqrt(variance / n) * (n - 1);
}
