import { fSf } from '../distributions/f.ts';
import { sum } from '../sum.ts';
import { answer } from './answer.ts';
import { type GroupMoment, groupMoments, isRounding } from './group-moments.ts';
import { cleanGroups, type Values } from './sample.ts';
import type { TestResult } from './test-result.ts';

const INDEPENDENT = 'The values are independent and normal in each group.';

/**
 * One-way analysis of variance (Fisher 1925): do the means of two or more groups differ, if their variances are equal? `statistic` is
 * F with `df` [k − 1, N − k]; the effect size is ω², the share of the variance that the groups explain, less its bias (Hays 1963),
 * below 0 where F is below 1.
 *
 * An empty group, as many groups as values and equal values in every group (up to rounding) leave it undefined, with the reason in
 * `assumptions`. Throws `invalid_argument` for fewer than two groups.
 */
export function anova(groups: readonly Values[]): TestResult {
  const { groups: kept, dropped } = cleanGroups(groups, 2);
  const known = {
    method: 'One-way analysis of variance',
    n: kept.map(({ length }) => length),
    dropped: { not_finite: dropped, unpaired: 0 },
  };
  const assumptions = [INDEPENDENT, 'The variances of the groups are equal.'];
  const refuse = (reason: string) => answer({ ...known, assumptions: [...assumptions, reason] });
  if (known.n.includes(0)) return refuse('A group has no values.');
  const { center, unit, groups: moments } = groupMoments(kept);
  const count = sum(known.n);
  const between = moments.length - 1;
  const within = count - moments.length;
  if (within === 0) return refuse('No group has two values: there is no variance within groups.');
  const residual = sum(moments.map(({ squares }) => squares));
  const standardError = unit * Math.sqrt((residual / within) * sum(known.n.map((n) => 1 / n)));
  if (residual === 0 || isRounding(standardError, ...moments.map(({ mean }) => center + unit * mean)))
    return refuse('The values of each group are equal: there is no variance within groups.');
  const explained = weightedSquares(
    moments,
    moments.map(({ n }) => n),
  );
  const error = residual / within;
  const f = explained / between / error;
  return answer({
    ...known,
    statistic: f,
    df: [between, within],
    p_value: Number.isNaN(f) ? Number.NaN : fSf(f, between, within),
    effect_size: omegaSquared((explained - between * error) / (explained + residual + error)),
    assumptions,
  });
}

/**
 * Welch's analysis of variance (Biometrika 38, 1951): do the means of two or more groups differ, whatever their variances? `statistic`
 * is F, the second of its `df` a fraction. The effect size is ω² as F and its degrees of freedom give it.
 *
 * A group with fewer than two values or without variance beyond rounding leaves it undefined, with the reason in `assumptions`. Throws
 * `invalid_argument` for fewer than two groups.
 */
export function welchAnova(groups: readonly Values[]): TestResult {
  const { groups: kept, dropped } = cleanGroups(groups, 2);
  const known = {
    method: 'Welch analysis of variance',
    n: kept.map(({ length }) => length),
    dropped: { not_finite: dropped, unpaired: 0 },
    assumptions: [INDEPENDENT],
  };
  const refuse = (reason: string) => answer({ ...known, assumptions: [INDEPENDENT, reason] });
  if (known.n.some((n) => n < 2)) return refuse('A group has fewer than two values.');
  const { center, unit, groups: moments } = groupMoments(kept);
  const isConstant = ({ n, mean, squares }: GroupMoment): boolean =>
    squares === 0 || isRounding(unit * Math.sqrt(squares / (n - 1) / n), center, center + unit * mean);
  if (moments.some(isConstant)) return refuse('The values of a group are equal: it has no variance.');
  const weights = moments.map(({ n, squares }) => (n * (n - 1)) / squares);
  const total = sum(weights);
  const k = moments.length;
  const lack = sum(moments.map(({ n }, i) => (1 - weights[i]! / total) ** 2 / (n - 1)));
  const f = weightedSquares(moments, weights) / (k - 1) / (1 + ((2 * (k - 2)) / (k * k - 1)) * lack);
  const df = [k - 1, (k * k - 1) / (3 * lack)] as const;
  return answer({
    ...known,
    statistic: f,
    df,
    p_value: Number.isNaN(f) ? Number.NaN : fSf(f, ...df),
    effect_size: omegaSquared((df[0] * (f - 1)) / (df[0] * (f - 1) + sum(known.n))),
  });
}

/** Σ wᵢ (x̄ᵢ − x̄)² about the weighted mean. */
function weightedSquares(moments: readonly GroupMoment[], weights: readonly number[]): number {
  const mean = sum(moments.map((group, i) => weights[i]! * group.mean)) / sum(weights);
  return sum(moments.map((group, i) => weights[i]! * (group.mean - mean) ** 2));
}

function omegaSquared(value: number): TestResult['effect_size'] {
  return Number.isFinite(value) ? { name: 'omega_squared', value, ci: null } : null;
}
