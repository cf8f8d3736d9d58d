import { CrucibleError } from '../core/errors.ts';
import { ascendingOrder } from './ascending-order.ts';

/** The ranks of a list, and what its ties take from the variance of rank statistics. */
export interface Ranks {
  /** From 1, in the order of the values; equal values share the mean of the ranks they cover. */
  readonly ranks: Float64Array;
  /** How many values have an equal among the others. */
  readonly tied: number;
  /** Σ (t³ − t) over the groups of t equal values: 0 without ties. */
  readonly tie_sum: number;
}

/**
 * Mid-ranks, with the sum that corrects for ties in the tests of Wilcoxon, of Mann and Whitney and of Kruskal and Wallis. 0 and −0
 * are equal; infinities have ranks. Throws `invalid_argument` for NaN.
 */
export function rankValues(values: ArrayLike<number>): Ranks {
  const count = values.length;
  const copy = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      throw new CrucibleError('invalid_argument', `Value ${i} is NaN, which has no rank.`, {
        hint: 'Leave such values out.',
      });
    }
    // A zero of either sign becomes 0.
    copy[i] = value + 0;
  }
  const order = ascendingOrder(copy);
  const ranks = new Float64Array(count);
  let tied = 0;
  let tieSum = 0;
  for (let from = 0, to = 0; from < count; from = to) {
    const value = copy[order[from]!]!;
    while (to < count && copy[order[to]!] === value) to++;
    const size = to - from;
    if (size > 1) {
      tied += size;
      tieSum += size * (size - 1) * (size + 1);
    }
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + 1 + to) / 2;
  }
  return { ranks, tied, tie_sum: tieSum };
}
