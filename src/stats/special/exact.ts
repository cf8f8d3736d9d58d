/**
 * What rounding took from the product: a·b is exactly `product + productError(a, b, product)` (Dekker 1971), provided that
 * nothing over- or underflows.
 */
export function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** a·b − c·d with one rounding's error, however much cancels. */
export function productDifference(a: number, b: number, c: number, d: number): number {
  const left = a * b;
  const right = c * d;
  const difference = left - right;
  if (!(Math.abs(left) < LARGE && Math.abs(right) < LARGE)) return difference;
  // The rounding of the difference itself (Knuth), for when little cancels.
  const back = difference - left;
  const lost = left - (difference - back) - (right + back);
  return difference + (lost + (productError(a, b, left) - productError(c, d, right)));
}

const SPLITTER = 2 ** 27 + 1;
const LARGE = 2 ** 990;

function upperHalf(x: number): number {
  const spread = SPLITTER * x;
  return spread - (spread - x);
}
