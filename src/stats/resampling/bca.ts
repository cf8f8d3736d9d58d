import { normalCdf, normalQuantile } from '../distributions/normal.ts';
import type { Alternative } from '../inference/test-result.ts';

/** What the BCa interval corrects for (Efron, "Better bootstrap confidence intervals", JASA 82, 1987). */
export interface BcaCorrection {
  /** z₀, by how much the bootstrap estimates lie to one side of the estimate. */
  readonly bias: number;
  /** a, how fast the standard error changes with the parameter. */
  readonly acceleration: number;
}

/** No correction: with it a BCa interval is a percentile interval. */
export const UNCORRECTED: BcaCorrection = { bias: 0, acceleration: 0 };

/** z₀ of sorted bootstrap estimates, those equal to the estimate counted half; infinite when all are on one side. */
export function biasOf(sorted: Float64Array, estimate: number): number {
  return normalQuantile((below(sorted, estimate) + notAbove(sorted, estimate)) / (2 * sorted.length));
}

/** The share of bootstrap estimates below the limit that a plain interval would have at `share`; `null` where there is none. */
export function correctedShare(share: number, { bias, acceleration }: BcaCorrection): number | null {
  const z = bias + normalQuantile(share);
  const stretch = 1 - acceleration * z;
  return stretch > 0 ? normalCdf(bias + z / stretch) : null;
}

/**
 * The p-value of `nullValue`: 1 − level of the widest interval that leaves it out. At least 1 / (B + 1), which is what B
 * resamples can tell.
 */
export function invertedP(
  sorted: Float64Array,
  nullValue: number,
  { bias, acceleration }: BcaCorrection,
  alternative: Alternative,
): number {
  const most = sorted.length + 1;
  const tail = (share: number): number => {
    const w = normalQuantile(share) - bias;
    const stretch = 1 + acceleration * w;
    return stretch > 0 ? normalCdf(w / stretch - bias) : w > 0 ? 1 : 0;
  };
  const greater = share(notAbove(sorted, nullValue) + 1, most, tail);
  const less = 1 - share(below(sorted, nullValue), most, tail);
  const p = alternative === 'greater' ? greater : alternative === 'less' ? less : 2 * Math.min(greater, less);
  return Math.min(Math.max(p, 1 / most), 1);
}

function share(count: number, most: number, tail: (share: number) => number): number {
  return count <= 0 ? 0 : count >= most ? 1 : tail(count / most);
}

function below(sorted: Float64Array, value: number): number {
  return firstWhere(sorted, (x) => x >= value);
}

function notAbove(sorted: Float64Array, value: number): number {
  return firstWhere(sorted, (x) => x > value);
}

function firstWhere(sorted: Float64Array, reached: (x: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
