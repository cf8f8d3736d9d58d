import { CrucibleError } from '../core/errors.ts';

/** The ranks of a list, and what its ties take from the variance of rank statistics. */
export interface Ranks {
  /** From 1, in the order of the values; equal values share the mean of the ranks they cover. */
  readonly ranks: Float64Array;
  /** How many values there are that have an equal among the others. */
  readonly tied: number;
  /** Σ (t³ − t) over the groups of t equal values: 0 without ties. */
  readonly tie_sum: number;
}

/**
 * Mid-ranks with the sum that corrects for ties in the tests of Wilcoxon, Mann and Whitney, and Kruskal and Wallis. 0 and −0 are
 * equal; infinities have ranks. Throws `invalid_argument` for NaN.
 */
export function rankValues(values: ArrayLike<number>): Ranks {
  const count = values.length;
  const sorted = Float64Array.from(values).sort();
  // NaN sorts last.
  if (count > 0 && Number.isNaN(sorted[count - 1])) {
    throw new CrucibleError('invalid_argument', 'One of the values is NaN, which has no rank.', {
      hint: 'Leave such values out.',
    });
  }
  const distinct = new Float64Array(count);
  const shared = new Float64Array(count);
  let groups = 0;
  let tied = 0;
  let tieSum = 0;
  for (let from = 0, to = 0; from < count; from = to) {
    const value = sorted[from]!;
    while (to < count && sorted[to] === value) to++;
    const size = to - from;
    if (size > 1) {
      tied += size;
      tieSum += size * (size - 1) * (size + 1);
    }
    distinct[groups] = value;
    shared[groups] = (from + 1 + to) / 2;
    groups++;
  }
  const ranks = new Float64Array(count);
  for (let i = 0; i < count; i++) ranks[i] = shared[lastNotAbove(distinct, groups, values[i]!)]!;
  return { ranks, tied, tie_sum: tieSum };
}

/** Where in the first `length` ascending values the last one is that is not above `value`. */
function lastNotAbove(ascending: Float64Array, length: number, value: number): number {
  let low = 0;
  let high = length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
