import { chiSquareSf } from '../distributions/chi-square.ts';
import { rankValues } from '../ranks.ts';
import { answer } from './answer.ts';
import { cleanGroups, type Values } from './sample.ts';
import type { TestResult } from './test-result.ts';

/**
 * The rank test of Kruskal and Wallis (1952): does one of several groups tend to larger values? `statistic` is H, corrected for ties; p is
 * that of chi-square with k − 1 degrees of freedom. The effect size is ε² = H / (N − 1), from 0 to 1 (Kelley 1935).
 *
 * An empty group, and values that are all equal, leave it undefined, with the reason in `assumptions`. Throws
 * `invalid_argument` for fewer than two groups.
 */
export function kruskalWallisTest(groups: readonly Values[]): TestResult {
  const { groups: kept, dropped } = cleanGroups(groups, 2);
  const n = kept.map(({ length }) => length);
  const assumptions = ['The values are independent.'];
  const known = { method: 'Kruskal–Wallis test', n, dropped: { not_finite: dropped, unpaired: 0 }, assumptions };
  const refuse = (reason: string) => answer({ ...known, assumptions: [...assumptions, reason] });
  if (n.includes(0)) return refuse('A group has no values.');
  const count = n.reduce((total, size) => total + size, 0);
  const all = new Float64Array(count);
  let at = 0;
  for (const values of kept) {
    all.set(values, at);
    at += values.length;
  }
  const { ranks, tied, tie_sum: tieSum } = rankValues(all);
  const untied = 1 - tieSum / (count * (count - 1) * (count + 1));
  if (!(untied > 0)) return refuse('All values are equal: their ranks have no variance.');
  let spread = 0;
  at = 0;
  for (const size of n) {
    let rankSum = 0;
    for (const end = at + size; at < end; at++) rankSum += ranks[at]!;
    spread += (rankSum - (size * (count + 1)) / 2) ** 2 / size;
  }
  const h = ((12 / (count * (count + 1))) * spread) / untied;
  const df = n.length - 1;
  const few = n.some((size) => size < 5)
    ? ['A group has fewer than 5 values: chi-square is a rough approximation.']
    : [];
  const ties = tied > 0 ? [`${tied} values are tied.`] : [];
  return answer({
    ...known,
    statistic: h,
    df,
    p_value: chiSquareSf(h, df),
    effect_size: { name: 'epsilon_squared', value: h / (count - 1), ci: null },
    assumptions: [...assumptions, ...ties, ...few],
  });
}
