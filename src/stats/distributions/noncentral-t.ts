import { requireFinite, requireNumber, requirePositive, requireProbability } from '../special/checks.ts';
import { expRemainder } from '../special/remainders.ts';
import { stirlingError } from '../special/stirling.ts';
import { normalQuantile, normalSf } from './normal.ts';

/**
 * The density of noncentral t: of (Z + ncp) / √(V / df) for a standard normal Z and an independent chi-square V. The power of a
 * t-test is a tail of this distribution. Like all functions of this family, throws `invalid_argument` for NaN, for `df` that are not
 * positive and finite and for an `ncp` that is not finite. A tail takes some 5 µs, a quantile ten times as long.
 */
export function noncentralTPdf(t: number, df: number, ncp: number): number {
  check(t, df, ncp);
  if (!Number.isFinite(t)) return 0;
  const kernel = (scale: number) => scale * Math.exp(-0.5 * (t * scale - ncp) ** 2);
  return ONE_OVER_ROOT_2PI * meanOverScale(df, ncp, kernel, t * ncp > 0 ? Math.log(ncp / t) : 0);
}

/** P(T ≤ t) for noncentral t with `df` > 0 degrees of freedom and a finite noncentrality `ncp`. */
export function noncentralTCdf(t: number, df: number, ncp: number): number {
  return noncentralTSf(-t, df, -ncp);
}

/** P(T > t), accurate however small it is. */
export function noncentralTSf(t: number, df: number, ncp: number): number {
  check(t, df, ncp);
  if (!Number.isFinite(t)) return t < 0 ? 1 : 0;
  const kernel = (scale: number) => normalSf(t * scale - ncp);
  return Math.min(meanOverScale(df, ncp, kernel, 0), 1);
}

/** The t with P(T ≤ t) = p. 0 gives −Infinity and 1 gives Infinity. */
export function noncentralTQuantile(p: number, df: number, ncp: number): number {
  requireProbability('p', p);
  return quantile(p, 1 - p, df, ncp);
}

/** The t with P(T > t) = q: critical values, to all digits however small q is. */
export function noncentralTQuantileUpper(q: number, df: number, ncp: number): number {
  requireProbability('q', q);
  return quantile(1 - q, q, df, ncp);
}

const ONE_OVER_ROOT_2PI = 0.3989422804014327;
const UNDERFLOW = 750;
const NEGLIGIBLE = 1e-18;

/**
 * The mean of `kernel(S)` over S = √(V / df), V chi-square: the trapezoidal rule over w = log S, whose error vanishes
 * exponentially for functions as smooth as these. The step is halved until nothing changes. Every term is positive. Below both
 * w = 0 and `settled` the terms only fall.
 */
function meanOverScale(df: number, ncp: number, kernel: (scale: number) => number, settled: number): number {
  const half = df / 2;
  const sum = (offset: number, step: number): number => {
    let total = 0;
    for (let w = offset; ; w += step) {
      const fall = half * expRemainder(2 * w);
      if (fall > UNDERFLOW) break;
      const weight = Math.exp(-fall);
      const scale = Math.exp(w);
      total += weight * kernel(scale);
      // No kernel is above the scale, from w = 0 on.
      if (weight * scale < total * NEGLIGIBLE) break;
    }
    for (let w = offset - step; ; w -= step) {
      const fall = half * expRemainder(2 * w);
      if (fall > UNDERFLOW) break;
      const term = Math.exp(-fall) * kernel(Math.exp(w));
      total += term;
      if (term < total * NEGLIGIBLE && w < settled) break;
    }
    return total;
  };
  // The density of w is 1 / √(2 df) wide, what a kernel does near ncp / t is 1 / ncp wide.
  let step = 0.7 / Math.sqrt(2 * df + ncp * ncp + 4);
  let mean = step * sum(0, step);
  for (let halvings = 0; halvings < 12; halvings++) {
    const refined = 0.5 * (mean + step * sum(0.5 * step, step));
    const settledDown = Math.abs(refined - mean) <= 1e-8 * refined;
    mean = refined;
    step /= 2;
    if (settledDown) break;
  }
  return 2 * mean * Math.sqrt(half / (2 * Math.PI)) * Math.exp(-stirlingError(half));
}

/** By Newton's method on the log of the smaller tail, over asinh t, within a bracket. */
function quantile(lower: number, upper: number, df: number, ncp: number): number {
  check(0, df, ncp);
  if (lower === 0) return Number.NEGATIVE_INFINITY;
  if (upper === 0) return Number.POSITIVE_INFINITY;
  const above = upper < lower;
  const wanted = above ? upper : lower;
  const z = above ? -normalQuantile(upper) : normalQuantile(lower);
  let at = Math.asinh(ncp + z * Math.sqrt(1 + (ncp * ncp) / (2 * df)));
  let low = -710;
  let high = 710;
  for (let tries = 0; tries < 200; tries++) {
    const t = Math.sinh(at);
    const tail = above ? noncentralTSf(t, df, ncp) : noncentralTCdf(t, df, ncp);
    const miss = Math.log(tail / wanted);
    if (above === miss > 0) low = at;
    else high = at;
    const step = (miss * tail) / (noncentralTPdf(t, df, ncp) * Math.cosh(at));
    const next = at + (above ? step : -step);
    const enclosed = next > low && next < high;
    if (enclosed && Math.abs(miss) < 1e-8) return Math.sinh(next);
    if (high - low < 1e-15 * Math.abs(at)) break;
    at = enclosed ? next : (low + high) / 2;
  }
  return Math.sinh(at);
}

function check(t: number, df: number, ncp: number): void {
  requireNumber('t', t);
  requirePositive('df', df);
  requireFinite('ncp', ncp);
}
