import { chiSquareQuantile, chiSquareQuantileUpper } from '../distributions/chi-square.ts';
import { noncentralTCdf, noncentralTSf } from '../distributions/noncentral-t.ts';
import { normalQuantile, normalQuantileUpper } from '../distributions/normal.ts';
import { rootBetween } from '../special/root.ts';

/** From here on the interval is the spread of the scale alone, whose relative error is below 1e-6. */
const FAR = 1000;

/**
 * The noncentralities of t at which the tail beyond an observed `t` is `tail`, above it and below it: the confidence interval of a
 * noncentrality by inversion (Steiger and Fouladi 1997).
 */
export function noncentralityInterval(t: number, df: number, tail: number): { low: number; high: number } {
  if (t < 0) {
    const { low, high } = noncentralityInterval(-t, df, tail);
    return { low: -high, high: -low };
  }
  if (t > FAR * Math.sqrt(df)) {
    return {
      low: t * Math.sqrt(chiSquareQuantile(tail, df) / df),
      high: t * Math.sqrt(chiSquareQuantileUpper(tail, df) / df),
    };
  }
  const z = normalQuantileUpper(tail);
  const spread = Math.sqrt(1 + (t * t) / (2 * df));
  // On the scale of normal deviates both tails are nearly straight lines, on which the search takes few steps.
  const above = (ncp: number) => normalQuantile(noncentralTSf(t, df, ncp)) + z;
  const below = (ncp: number) => normalQuantile(noncentralTCdf(t, df, ncp)) + z;
  return {
    low: rootBetween(above, ...bracket(above, t - z * spread, spread)),
    high: rootBetween(below, ...bracket(below, t + z * spread, spread)),
  };
}

/** Two places around a guess between which a monotone function changes sign. */
function bracket(f: (x: number) => number, guess: number, spread: number): [number, number] {
  let stride = 0.1 * spread;
  let low = guess - stride;
  let high = guess + stride;
  for (let tries = 0; tries < 60 && f(low) > 0 === f(high) > 0; tries++) {
    stride *= 2;
    low -= stride;
    high += stride;
  }
  return [low, high];
}
