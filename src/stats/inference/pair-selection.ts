/**
 * The k-th smallest (from 1) of all differences second[j] − first[i] of two ascending lists, without forming them: doubles are halved
 * by their order until the count of differences below fits, 64 passes at most.
 */
export function kthDifference(first: Float64Array, second: Float64Array, k: number): number {
  return kthSmallest(k, (limit) => {
    let count = 0;
    let i = first.length;
    // As the second value falls, ever smaller first values are enough.
    for (let j = second.length - 1; j >= 0; j--) {
      while (i > 0 && second[j]! - first[i - 1]! <= limit) i--;
      count += first.length - i;
    }
    return count;
  });
}

/** The k-th smallest (from 1) of the Walsh averages (xᵢ + xⱼ) / 2, i ≤ j, of an ascending list. */
export function kthWalshAverage(values: Float64Array, k: number): number {
  return kthSmallest(k, (limit) => {
    let count = 0;
    let to = values.length;
    for (let i = 0; i < values.length; i++) {
      while (to > i && values[i]! / 2 + values[to - 1]! / 2 > limit) to--;
      if (to <= i) break;
      count += to - i;
    }
    return count;
  });
}

/** The median of `count` values of which `kth` gives the k-th smallest. */
export function middle(count: number, kth: (k: number) => number): number {
  const half = count / 2;
  if (!Number.isInteger(half)) return kth(half + 0.5);
  return kth(half) / 2 + kth(half + 1) / 2;
}

/** The smallest double v with countUpTo(v) ≥ k. */
function kthSmallest(k: number, countUpTo: (limit: number) => number): number {
  let low = ordinal(Number.NEGATIVE_INFINITY);
  let high = ordinal(Number.POSITIVE_INFINITY);
  while (high - low > 1n) {
    const at = (low + high) >> 1n;
    if (countUpTo(double(at)) >= k) high = at;
    else low = at;
  }
  return double(high);
}

const SIGN = 1n << 63n;
const view = new DataView(new ArrayBuffer(8));

/** Whole numbers in the order of the doubles. */
function ordinal(x: number): bigint {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  return bits < SIGN ? bits : SIGN - bits;
}

function double(place: bigint): number {
  view.setBigUint64(0, place < 0n ? SIGN - place : place);
  return view.getFloat64(0);
}
