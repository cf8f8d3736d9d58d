import { CrucibleError, show } from '../../core/errors.ts';
import { requireChoice } from './options.ts';

export type Adjustment = 'none' | 'bonferroni' | 'holm' | 'hochberg' | 'hommel' | 'bh' | 'by';

/** What a method makes of ascending p-values. */
const METHODS: Record<Adjustment, (sorted: Float64Array) => Float64Array> = {
  none: (sorted) => sorted,
  bonferroni: (sorted) => sorted.map((p) => p * sorted.length),
  holm: (sorted) => runningMax(sorted.map((p, i) => p * (sorted.length - i))),
  hochberg: (sorted) => runningMin(sorted.map((p, i) => p * (sorted.length - i))),
  hommel,
  bh: (sorted) => runningMin(sorted.map((p, i) => (p * sorted.length) / (i + 1))),
  by: (sorted) => {
    let harmonic = 0;
    for (let i = sorted.length; i >= 1; i--) harmonic += 1 / i;
    return runningMin(sorted.map((p, i) => (p * sorted.length * harmonic) / (i + 1)));
  },
};

/**
 * p-values adjusted for being several, in the order given; compare them with the level that holds for all together. `holm` (1979; default),
 * `hochberg` (1988), `hommel` (1988) and `bonferroni` bound the probability of any false finding: Holm under any dependence, Hochberg
 * and Hommel where the tests are independent or positively dependent. `bh` (Benjamini and Hochberg 1995) bounds the expected share of
 * false findings for independent tests, `by` (Benjamini and Yekutieli 2001) for any.
 *
 * null, for what was not tested, stays null and does not count. Throws `invalid_argument` for what is neither null nor from 0 to 1 and for an
 * unknown method.
 */
export function adjustPValues(pValues: readonly (number | null)[], method: Adjustment = 'holm'): (number | null)[] {
  requireChoice('method', method, Object.keys(METHODS));
  if (!Array.isArray(pValues)) {
    throw new CrucibleError('invalid_argument', `pValues is ${show(pValues)}.`, { hint: 'Give a list of p-values.' });
  }
  for (const [i, p] of pValues.entries()) {
    if (p !== null && !(p >= 0 && p <= 1)) {
      throw new CrucibleError('invalid_argument', `p-value ${i} is ${show(p)}.`, {
        hint: 'Give numbers from 0 to 1, null for what was not tested.',
      });
    }
  }
  const tested = [...pValues.keys()].filter((i) => pValues[i] !== null);
  tested.sort((i, j) => pValues[i]! - pValues[j]!);
  const adjusted = METHODS[method](Float64Array.from(tested, (i) => pValues[i]!));
  const result: (number | null)[] = pValues.map(() => null);
  for (const [place, i] of tested.entries()) result[i] = Math.min(adjusted[place]!, 1);
  return result;
}

/**
 * By closed testing with Simes' test: for each size m of a family the worst one that holds p is p with the m − 1 largest others. Time grows
 * with the square of the number of tests.
 */
function hommel(sorted: Float64Array): Float64Array {
  const n = sorted.length;
  const adjusted = sorted.slice();
  for (let m = 2; m <= n; m++) {
    const from = n - m + 1;
    let others = Number.POSITIVE_INFINITY;
    for (let k = 2; k <= m; k++) others = Math.min(others, (m * sorted[from + k - 2]!) / k);
    for (let i = 0; i < n; i++) {
      // One of the m − 1 largest is in the family of the m largest.
      const smallest = sorted[Math.min(i, from - 1)]!;
      adjusted[i] = Math.max(adjusted[i]!, Math.min(m * smallest, others));
    }
  }
  return adjusted;
}

function runningMax(values: Float64Array): Float64Array {
  for (let i = 1; i < values.length; i++) values[i] = Math.max(values[i]!, values[i - 1]!);
  return values;
}

function runningMin(values: Float64Array): Float64Array {
  for (let i = values.length - 2; i >= 0; i--) values[i] = Math.min(values[i]!, values[i + 1]!);
  return values;
}
