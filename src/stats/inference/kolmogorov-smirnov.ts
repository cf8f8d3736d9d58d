import { CrucibleError } from '../../core/errors.ts';
import { answer } from './answer.ts';
import { crossingProbability, kolmogorovSf } from './kolmogorov-distribution.ts';
import { requireChoice, resolveOptions } from './options.ts';
import { cleanSample, type Values } from './sample.ts';
import type { Alternative, TestResult } from './test-result.ts';

export interface KolmogorovSmirnovOptions {
  /** `greater`: the values of `second` tend to be larger. Default `two-sided`. */
  readonly alternative?: Alternative;
  /** Whether the null distribution is counted out, ties respected. Default: when m · n < 10,000, as in R; at most 10⁸. */
  readonly exact?: boolean;
}

const EXACT_BELOW = 10_000;
const EXACT_AT_MOST = 1e8;

/**
 * The two-sample test of Kolmogorov (1933) and Smirnov (1939): do two groups have the same distribution? `statistic`, also the `estimate`,
 * is D, the largest distance between their empirical distribution functions; for a one-sided alternative the largest distance of the
 * function of `first` above that of `second` (`greater`), or the other way round.
 *
 * An empty group leaves it null. Throws `invalid_argument` for exact: true on more than 10⁸ pairs.
 */
export function kolmogorovSmirnovTest(
  first: Values,
  second: Values,
  options: KolmogorovSmirnovOptions = {},
): TestResult {
  const { alternative } = resolveOptions(options);
  requireChoice('exact', options.exact ?? true, [true, false]);
  const a = cleanSample('first', first);
  const b = cleanSample('second', second);
  const [m, n] = [a.values.length, b.values.length];
  const known = {
    alternative,
    null_value: 0,
    n: [m, n],
    dropped: { not_finite: a.dropped + b.dropped, unpaired: 0 },
  };
  const exact = options.exact ?? m * n < EXACT_BELOW;
  if (exact && m * n > EXACT_AT_MOST) {
    throw new CrucibleError('invalid_argument', `exact is true for ${m} and ${n} values, which would take minutes.`, {
      hint: 'Leave exact out: the asymptotic p-value has enough digits here.',
    });
  }
  const method = `Two-sample Kolmogorov–Smirnov test (${exact ? 'exact' : 'asymptotic'})`;
  const assumptions = ['The values are independent.'];
  if (m === 0 || n === 0) return answer({ ...known, method, assumptions: [...assumptions, 'A group has no values.'] });

  const { looked, above, below, ties } = walk(a.values.toSorted(), b.values.toSorted());
  const reach = alternative === 'two-sided' ? Math.max(above, below) : alternative === 'greater' ? above : below;
  const distance = reach / n / m;
  const oneSided = alternative !== 'two-sided';
  let p = 1;
  if (reach > 0) {
    const scaled = Math.sqrt((m / (m + n)) * n) * distance;
    const order = alternative === 'less' ? { m: n, n: m, looked } : { m, n, looked };
    if (exact) p = crossingProbability(order, reach, oneSided);
    else p = oneSided ? Math.exp(-2 * scaled * scaled) : kolmogorovSf(scaled);
  }
  if (ties && !exact) assumptions.push('There are ties, which the asymptotic p-value ignores: it is too large.');
  return answer({ ...known, method, estimate: distance, statistic: distance, p_value: p, assumptions });
}

/**
 * Steps through the pooled values and finds the largest i n − j m, and j m − i n, in whole numbers: i values of the first and j of the second are
 * not larger.
 */
function walk(first: Float64Array, second: Float64Array) {
  const [m, n] = [first.length, second.length];
  const looked = new Uint8Array(m + n + 1);
  let [i, j, above, below] = [0, 0, 0, 0];
  let ties = false;
  while (i < m || j < n) {
    const value = Math.min(first[i] ?? Number.POSITIVE_INFINITY, second[j] ?? Number.POSITIVE_INFINITY);
    const from = i + j;
    while (i < m && first[i] === value) i++;
    while (j < n && second[j] === value) j++;
    ties ||= i + j > from + 1;
    looked[i + j] = 1;
    above = Math.max(above, i * n - j * m);
    below = Math.max(below, j * m - i * n);
  }
  return { looked, above, below, ties };
}
