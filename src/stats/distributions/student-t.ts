import { betaTail } from '../special/beta-tail.ts';
import { requireNumber, requirePositive, requireProbability } from '../special/checks.ts';
import { logRemainder } from '../special/remainders.ts';
import { stirlingError } from '../special/stirling.ts';
import { fartherOut, logUpperTail, lowerTail, type Tail, upperTail } from '../special/tail.ts';
import { normalQuantile } from './normal.ts';
import { solveTail } from './solve.ts';

/**
 * The density of Student's t with `df` > 0 degrees of freedom, which need not be whole. Like all functions of this family, throws
 * `invalid_argument` for NaN and for `df` that are not positive and finite.
 */
export function studentTPdf(t: number, df: number): number {
  check(t, df);
  const half = df / 2;
  // Γ(half + ½) / (Γ(half) √half), near 1 for many degrees of freedom.
  const ratio = half * logRemainder(0.5 / half) + stirlingError(half + 0.5) - stirlingError(half);
  const size = Math.abs(t);
  const logGrowth = size < FAR * Math.sqrt(df) ? Math.log1p((t / df) * t) : 2 * Math.log(size) - Math.log(df);
  return Math.exp(ratio - (half + 0.5) * logGrowth) * ONE_OVER_ROOT_2PI;
}

/** P(T ≤ t) for Student's t with `df` > 0 degrees of freedom. */
export function studentTCdf(t: number, df: number): number {
  return studentTSf(-t, df);
}

/** P(T > t), accurate however small it is. */
export function studentTSf(t: number, df: number): number {
  check(t, df);
  if (t === 0) return 0.5;
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return t < 0 ? 1 : 0;
  const tail = sizeTail(Math.abs(t), df);
  if (t > 0) return 0.5 * upperTail(tail);
  return tail.upper ? 1 - 0.5 * upperTail(tail) : 0.5 + 0.5 * lowerTail(tail);
}

/** log P(T ≤ t), finite where the probability itself underflows to 0. */
export function studentTLogCdf(t: number, df: number): number {
  return studentTLogSf(-t, df);
}

/** log P(T > t), finite where the probability itself underflows to 0. */
export function studentTLogSf(t: number, df: number): number {
  if (!(t > 0)) return Math.log1p(-studentTCdf(t, df));
  check(t, df);
  if (t === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return logUpperTail(sizeTail(t, df)) - Math.LN2;
}

/** The t with P(T ≤ t) = p. 0 gives −Infinity and 1 gives Infinity. */
export function studentTQuantile(p: number, df: number): number {
  requireProbability('p', p);
  requirePositive('df', df);
  return p <= 0.5 ? 0 - upperQuantile(p, df) : upperQuantile(1 - p, df);
}

/** The t with P(T > t) = q: critical values, to all digits however small q is. */
export function studentTQuantileUpper(q: number, df: number): number {
  requireProbability('q', q);
  requirePositive('df', df);
  return q <= 0.5 ? upperQuantile(q, df) : 0 - upperQuantile(1 - q, df);
}

const FAR = 1e145;
const ONE_OVER_ROOT_2PI = 0.3989422804014327;

/** The distribution of |T|, in log T². */
function sizeTail(t: number, df: number): Tail {
  const far = FAR * Math.sqrt(df);
  if (t > far) return fartherOut(sizeTail(far, df), true, df / 2, 2 * Math.log(t / far));
  const square = t * t;
  const y = df / (df + square);
  return betaTail(0.5, df / 2, square / (df + square), y, 0.5 * (1 - t) * (1 + t) * y);
}

/** For 0 ≤ q ≤ ½. */
function upperQuantile(q: number, df: number): number {
  if (q === 0) return Number.POSITIVE_INFINITY;
  if (q === 0.5) return 0;
  const z = -normalQuantile(q);
  return solveTail((t) => sizeTail(t, df), 1 - 2 * q, 2 * q, z, 0.5);
}

function check(t: number, df: number): void {
  requireNumber('t', t);
  requirePositive('df', df);
}
