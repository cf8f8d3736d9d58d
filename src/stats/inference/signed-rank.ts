import { rankValues } from '../ranks.ts';
import { answer } from './answer.ts';
import { depth, EXACT_UP_TO, exactProbability, type RankTestOptions, toMean } from './mann-whitney.ts';
import { normalProbability } from './normal-statistic.ts';
import { differences } from './one-sample-t.ts';
import { requireChoice, resolveOptions } from './options.ts';
import { kthWalshAverage, middle } from './pair-selection.ts';
import { signedRankDistribution } from './rank-distributions.ts';
import { rankInterval } from './rank-interval.ts';
import { cleanPairs, type Values } from './sample.ts';
import type { TestResult } from './test-result.ts';

const EXACT_AT_MOST = 1000;

/**
 * Wilcoxon's signed-rank test (1945) of the differences of pairs, `second` − `first`. `statistic` is V, the sum of the ranks of the
 * differences above `nullValue`. `estimate` is the median of the averages of all pairs of differences (the pseudomedian of Hodges and
 * Lehmann 1963) with Tukey's interval. The effect size is the rank-biserial correlation (Kerby 2014), from −1 to 1.
 *
 * Differences equal to `nullValue` are left out, as Wilcoxon did and R does, and `assumptions` counts them; where there are any, or
 * ties, p comes from the normal approximation with the variance corrected for ties. No differences but those leave p null.
 */
export function signedRankTest(first: Values, second: Values, options: RankTestOptions = {}): TestResult {
  const resolved = resolveOptions(options);
  const { exact, correction = true } = options;
  requireChoice('exact', exact ?? true, [true, false]);
  requireChoice('correction', correction, [true, false]);
  const pairs = cleanPairs(first, second);
  const shifts = differences(pairs).map((d) => d - resolved.nullValue);
  const supposes = 'The pairs are independent and their differences symmetric about their median.';
  const known = {
    method: 'Wilcoxon signed-rank test',
    alternative: resolved.alternative,
    null_value: resolved.nullValue,
    n: [shifts.length, shifts.length],
    n_pairs: shifts.length,
    dropped: pairs.dropped,
  };
  const refuse = (reason: string, found: Partial<TestResult> = {}) =>
    answer({ ...known, ...found, assumptions: [supposes, reason] });
  if (shifts.length === 0) return refuse('There are no pairs.');
  if (shifts.some((d) => !Number.isFinite(d))) return refuse('A difference is beyond the range of doubles.');
  const used = shifts.filter((d) => d !== 0);
  const n = used.length;
  const zeros = shifts.length - n;
  if (n === 0) return refuse('All differences are equal to the null value.', { estimate: resolved.nullValue });

  const { ranks, tied, tie_sum: tieSum } = rankValues(used.map(Math.abs));
  let v = 0;
  for (let i = 0; i < n; i++) if (used[i]! > 0) v += ranks[i]!;
  const distribution =
    tied === 0 && zeros === 0 && (exact ? n <= EXACT_AT_MOST : exact === undefined && n <= EXACT_UP_TO)
      ? signedRankDistribution(n)
      : undefined;
  const why = tied > 0 ? 'ties' : zeros > 0 ? 'zeros' : `more than ${EXACT_AT_MOST} pairs`;
  const count = (n * (n + 1)) / 2;
  const wide = (count * (2 * n + 1)) / 12;
  const deviation = toMean(v - count / 2, correction, resolved.alternative);
  const sorted = used.toSorted();
  const kth = (k: number) => kthWalshAverage(sorted, k) + resolved.nullValue;
  const limits = rankInterval(
    depth(distribution, count, Math.sqrt(wide), resolved),
    count,
    kth,
    distribution ? 'Tukey, exact' : 'Tukey, normal approximation',
    resolved,
  );
  return answer({
    ...known,
    method: `Wilcoxon signed-rank test (${distribution ? 'exact' : correction ? 'normal approximation, continuity corrected' : 'normal approximation'})`,
    estimate: middle(count, kth),
    statistic: v,
    p_value: distribution
      ? exactProbability(distribution, v, resolved.alternative)
      : normalProbability(deviation / Math.sqrt(wide - tieSum / 48), resolved.alternative),
    ci: limits.ci,
    effect_size: { name: 'rank_biserial', value: (2 * v - count) / count, ci: null },
    assumptions: [
      supposes,
      ...(zeros > 0 ? [`${zeros} differences are equal to the null value and were left out of the ranks.`] : []),
      ...(tied > 0 ? [`${tied} differences are tied in size.`] : []),
      ...(exact && !distribution ? [`No exact p-value: there are ${why}.`] : []),
      ...limits.reasons,
    ],
  });
}
