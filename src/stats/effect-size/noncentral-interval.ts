import { chiSquareQuantile, chiSquareQuantileUpper } from '../distributions/chi-square.ts';
import { noncentralTCdf, noncentralTSf } from '../distributions/noncentral-t.ts';
import { normalQuantile, normalQuantileUpper } from '../distributions/normal.ts';

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
  if (out > OUTER) {
    low = outerQuantile(t * Math.sqrt(chiSquareQuantile(tail, df) / df), t, df);
    high = outerQuantile(t * Math.sqrt(chiSquareQuantileUpper(tail, df) / df), t, df);
    if (out > FAR) return { low, high };
  }
  return {
    low: solve((ncp) => normalQuantile(noncentralTSf(t, df, ncp)) + z, low, spread),
    high: solve((ncp) => normalQuantile(noncentralTCdf(t, df, ncp)) + z, high, -spread),
  };
}

/**
 * The end is a quantile of t S − Z, S the root of a chi-square over df: at large t that of t S, here `quantile`, moved by what the variance of
 * Z does to it.
 */
function outerQuantile(quantile: number, t: number, df: number): number {
  return quantile - 0.5 * ((df - 1) / quantile - ((quantile / t) * df) / t);
}

/** By the secant method: on the scale of normal deviates both tails are nearly straight lines, that fall or grow by 1 over `spread`. */
function solve(f: (x: number) => number, guess: number, spread: number): number {
  let before = guess;
  let missBefore = f(before);
  let at = guess - missBefore * spread;
  for (let tries = 0; tries < 50 && Math.abs(at - before) > 1e-11 * Math.abs(spread); tries++) {
    const miss = f(at);
    const step = ((at - before) * miss) / (miss - missBefore);
    if (!Number.isFinite(step)) break;
    before = at;
    missBefore = miss;
    at -= step;
  }
  return at;
}
