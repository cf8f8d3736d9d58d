import { normalQuantileUpper } from '../distributions/normal.ts';
import { answer } from '../inference/answer.ts';
import { resolveOptions } from '../inference/options.ts';
import { cleanSample, type Values } from '../inference/sample.ts';
import type { EffectSize, TestResult } from '../inference/test-result.ts';
import type { EffectSizeOptions } from './cohen-d.ts';

/**
 * Cliff's delta (1993): the probability that a value of `second` is larger than one of `first`, less the probability that it is smaller;
 * from −1 to 1. Its standard error is from Cliff's consistent variance, its interval the asymmetric one of Feng and Cliff (2004), which stays
 * within −1 and 1.
 *
 * An empty group leaves it null. One value in a group, and groups that do not overlap, whose sampled variance is 0, leave the
 * estimate alone. The reason is in `assumptions`.
 */
export function cliffDelta(first: Values, second: Values, options: EffectSizeOptions = {}): TestResult {
  const { level } = resolveOptions(options);
  const a = cleanSample('first', first);
  const b = cleanSample('second', second);
  const assumptions = ['The values are independent.'];
  const known = {
    method: 'Cliff delta',
    null_value: 0,
    n: [a.values.length, b.values.length],
    dropped: { not_finite: a.dropped + b.dropped, unpaired: 0 },
  };
  if (known.n.includes(0)) return answer({ ...known, assumptions: [...assumptions, 'A group has no values.'] });
  const { delta, variance } = dominance(a.values.toSorted(), b.values.toSorted());
  if (variance === null) assumptions.push('A group of one value has no variance.');
  else if (variance === 0)
    assumptions.push('The sampled variance is 0: the groups do not overlap, or all values are equal.');
  return answer({
    ...known,
    estimate: delta,
    standard_error: variance === null ? null : Math.sqrt(variance),
    ci: fengCliff(delta, variance, level),
    assumptions,
  });
}

/** Cliff's delta of two ascending lists, neither of them empty. */
export function cliffEffect(first: Float64Array, second: Float64Array, level: number): EffectSize {
  const { delta, variance } = dominance(first, second);
  return { name: 'cliff_delta', value: delta, ci: fengCliff(delta, variance, level) };
}

function fengCliff(delta: number, variance: number | null, level: number): EffectSize['ci'] {
  if (variance === null || variance === 0) return null;
  const z = normalQuantileUpper((1 - level) / 2);
  const rest = 1 - delta * delta;
  const noise = z * z * variance;
  const middle = delta * rest;
  const reach = z * Math.sqrt(variance * (rest * rest + noise));
  return {
    level,
    low: (middle - reach) / (rest + noise),
    high: (middle + reach) / (rest + noise),
    method: 'Feng and Cliff',
  };
}

/** delta and its variance, from how each value stands to the other list. */
function dominance(first: Float64Array, second: Float64Array): { delta: number; variance: number | null } {
  const [m, n] = [first.length, second.length];
  const ofFirst = standings(first, second);
  const ofSecond = standings(second, first);
  const delta = ofSecond.total / (m * n);
  if (m < 2 || n < 2) return { delta, variance: null };
  const rows = ofFirst.squaresAbout(-delta) / (m - 1);
  const columns = ofSecond.squaresAbout(delta) / (n - 1);
  const cells = ofSecond.decided - m * n * delta * delta;
  const variance = ((n - 1) * rows + (m - 1) * columns + cells / ((m - 1) * (n - 1))) / (m * n);
  // Rounding alone makes it negative.
  return { delta, variance: Math.max(variance, 0) };
}

/** For each value of one ascending list, how many of the other are below it less how many are above it. */
function standings(own: Float64Array, other: Float64Array) {
  const signs = new Float64Array(own.length);
  let below = 0;
  let upTo = 0;
  let total = 0;
  let decided = 0;
  for (let i = 0; i < own.length; i++) {
    while (below < other.length && other[below]! < own[i]!) below++;
    while (upTo < other.length && other[upTo]! <= own[i]!) upTo++;
    const above = other.length - upTo;
    signs[i] = below - above;
    total += below - above;
    decided += below + above;
  }
  const squaresAbout = (mean: number) => signs.reduce((sum, sign) => sum + (sign / other.length - mean) ** 2, 0);
  return { total, decided, squaresAbout };
}
