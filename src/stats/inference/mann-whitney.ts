import { normalQuantileUpper } from '../distributions/normal.ts';
import { cliffEffect } from '../effect-size/cliff-delta.ts';
import { rankValues } from '../ranks.ts';
import { answer } from './answer.ts';
import { normalProbability } from './normal-statistic.ts';
import { type ResolvedOptions, requireChoice, resolveOptions, type TestOptions } from './options.ts';
import { kthDifference, middle } from './pair-selection.ts';
import {
  lowerProbability,
  mannWhitneyDistribution,
  type RankDistribution,
  rankQuantile,
  upperProbability,
} from './rank-distributions.ts';
import { rankInterval } from './rank-interval.ts';
import { cleanSample, type Values } from './sample.ts';
import type { Alternative, TestResult } from './test-result.ts';

export interface RankTestOptions extends TestOptions {
  /**
   * Whether the null distribution is counted out. Default: for at most 49 values (in each group), as in R. With ties (or zeros, for
   * signed ranks) the normal approximation is used in any case; true then says so in `assumptions`.
   */
  readonly exact?: boolean;
  /** Whether the normal approximation moves the statistic half a step towards its mean. Default true. */
  readonly correction?: boolean;
}

/** The largest group for which the exact distribution is the default. */
export const EXACT_UP_TO = 49;
/** The largest for which it may be asked for: beyond, it takes seconds and the approximation has enough digits. */
const EXACT_AT_MOST = 150;

/**
 * The rank-sum test of Mann and Whitney (1947) and Wilcoxon (1945): does one group tend to larger values? `statistic` is U, the number
 * of pairs in which the value of `second` is the larger, ties counting half. `estimate` is the median of all differences `second` −
 * `first` (Hodges and Lehmann 1963) with Moses' interval (1965): a shift in location only if the groups have the same shape. The
 * effect size is Cliff's delta. Without the exact distribution, p comes from the normal approximation with the variance
 * corrected for ties.
 *
 * An empty group, and values that are all equal, leave p null, with the reason in `assumptions`.
 */
export function mannWhitneyTest(first: Values, second: Values, options: RankTestOptions = {}): TestResult {
  const resolved = resolveOptions(options);
  const { exact, correction = true } = options;
  requireChoice('exact', exact ?? true, [true, false]);
  requireChoice('correction', correction, [true, false]);
  const a = cleanSample('first', first);
  const b = cleanSample('second', second);
  const [m, n] = [a.values.length, b.values.length];
  const supposes = 'The values are independent.';
  const known = {
    method: 'Mann–Whitney test',
    alternative: resolved.alternative,
    null_value: resolved.nullValue,
    n: [m, n],
    dropped: { not_finite: a.dropped + b.dropped, unpaired: 0 },
  };
  if (m === 0 || n === 0) return answer({ ...known, assumptions: [supposes, 'A group has no values.'] });

  const shifted = b.values.map((x) => x - resolved.nullValue);
  const all = new Float64Array(m + n);
  all.set(a.values);
  all.set(shifted, m);
  const { ranks, tied, tie_sum: tieSum } = rankValues(all);
  let rankSum = 0;
  for (let i = m; i < m + n; i++) rankSum += ranks[i]!;
  const u = rankSum - (n * (n + 1)) / 2;

  const largest = Math.max(m, n);
  const distribution =
    tied === 0 && (exact ? largest <= EXACT_AT_MOST : exact === undefined && largest <= EXACT_UP_TO)
      ? mannWhitneyDistribution(m, n)
      : undefined;
  const reasons: string[] = [];
  if (exact && !distribution) {
    reasons.push(`No exact p-value: there are ${tied > 0 ? 'ties' : `more than ${EXACT_AT_MOST} values in a group`}.`);
  }
  const count = m * n;
  const spread = Math.sqrt((count / 12) * (m + n + 1 - tieSum / ((m + n) * (m + n - 1))));
  const p = distribution
    ? exactProbability(distribution, u, resolved.alternative)
    : spread === 0
      ? null
      : normalProbability(toMean(u - count / 2, correction, resolved.alternative) / spread, resolved.alternative);
  if (p === null) reasons.push('All values are equal: their ranks have no variance.');

  const firstSorted = a.values.toSorted();
  const secondSorted = b.values.toSorted();
  const kth = (k: number) => kthDifference(firstSorted, secondSorted, k);
  const limits = rankInterval(
    depth(distribution, count, Math.sqrt((count / 12) * (m + n + 1)), resolved),
    count,
    kth,
    distribution ? 'Moses, exact' : 'Moses, normal approximation',
    resolved,
  );
  return answer({
    ...known,
    method: `Mann–Whitney test (${distribution ? 'exact' : correction ? 'normal approximation, continuity corrected' : 'normal approximation'})`,
    estimate: middle(count, kth),
    statistic: u,
    p_value: p,
    ci: limits.ci,
    effect_size: cliffEffect(firstSorted, secondSorted, resolved.level),
    assumptions: [
      supposes,
      'The estimate is a shift if both groups have the same shape.',
      ...(tied > 0 ? [`${tied} values are tied.`] : []),
      ...reasons,
      ...limits.reasons,
    ],
  });
}

/** The p-value of a rank statistic from its exact distribution. */
export function exactProbability(distribution: RankDistribution, statistic: number, alternative: Alternative): number {
  const lower = lowerProbability(distribution, statistic);
  const upper = upperProbability(distribution, statistic);
  if (alternative === 'two-sided') return Math.min(2 * Math.min(lower, upper), 1);
  return alternative === 'greater' ? upper : lower;
}

/** A deviation of a statistic, half a step nearer to 0 on the side that counts. */
export function toMean(deviation: number, correction: boolean, alternative: Alternative): number {
  if (!correction) return deviation;
  if (alternative === 'two-sided') return deviation - 0.5 * Math.sign(deviation);
  return alternative === 'greater' ? deviation - 0.5 : deviation + 0.5;
}

/** How deep into the sorted differences the interval goes: to the first one that the test at this level does not exclude. */
export function depth(
  distribution: RankDistribution | undefined,
  count: number,
  spread: number,
  { tail }: ResolvedOptions,
): number {
  if (distribution) return rankQuantile(distribution, tail);
  return Math.ceil(count / 2 - 0.5 - normalQuantileUpper(tail) * spread);
}
