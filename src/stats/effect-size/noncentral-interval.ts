import { chiSquareQuantile, chiSquareQuantileUpper } from '../distributions/chi-square.ts';
import { noncentralTCdf, noncentralTSf } from '../distributions/noncentral-t.ts';
import { normalQuantile, normalQuantileUpper } from '../distributions/normal.ts';
import { rootBetween } from '../special/root.ts';

/** Where, in √df, the large-t form begins to guide the search, and where it alone has eight digits (seven for df = 2). */
const OUTER = 5;
const FAR = 200;

/**
 * The noncentralities of t at which the tail beyond an observed `t` is `tail`, above it and below it: the confidence interval of a
 * noncentrality by inversion (Steiger and Fouladi 1997).
 */
export function noncentralityInterval(t: number, df: number, tail: number): { low: number; high: number } {
  if (t < 0) {
    const { low, high } = noncentralityInterval(-t, df, tail);
    return { low: -high, high: -low };
  }
  const out = t / Math.sqrt(df);
  const z = normalQuantileUpper(tail);
  const spread = Math.sqrt(1 + (t * t) / (2 * df));
  let [low, high] = [t - z * spread, t + z * spread];
  let stride = 0.1 * spread;
  if (out > OUTER) {
    low = outerQuantile(t * Math.sqrt(chiSquareQuantile(tail, df) / df), t, df);
    high = outerQuantile(t * Math.sqrt(chiSquareQuantileUpper(tail, df) / df), t, df);
    if (out > FAR) return { low, high };
    stride = Math.min(1 / (out * out), 0.1) * spread;
  }
  // On the scale of normal deviates both tails are nearly straight lines, on which the search takes few steps.
  const above = (ncp: number) => normalQuantile(noncentralTSf(t, df, ncp)) + z;
  const below = (ncp: number) => normalQuantile(noncentralTCdf(t, df, ncp)) + z;
  return {
    low: rootBetween(above, ...bracket(above, low, stride)),
    high: rootBetween(below, ...bracket(below, high, stride)),
  };
}

/**
 * The end is a quantile of t S − Z, S the root of a chi-square over df: at large t that of t S, here `quantile`, moved by what the variance of
 * Z does to it.
 */
function outerQuantile(quantile: number, t: number, df: number): number {
  return quantile - 0.5 * ((df - 1) / quantile - ((quantile / t) * df) / t);
}

/** Two places around a guess between which a monotone function changes sign. */
function bracket(f: (x: number) => number, guess: number, start: number): [number, number] {
  let stride = start;
  let low = guess - stride;
  let high = guess + stride;
  for (let tries = 0; tries < 60 && f(low) > 0 === f(high) > 0; tries++) {
    stride *= 2;
    low -= stride;
    high += stride;
  }
  return [low, high];
}
