import { betaTail } from '../special/beta-tail.ts';
import { requireNumber, requirePositive, requireProbability } from '../special/checks.ts';
import { fartherOut, logLowerTail, logUpperTail, lowerTail, type Tail, upperTail } from '../special/tail.ts';
import { normalQuantile } from './normal.ts';
import { solveTail } from './solve.ts';

/**
 * The density of F with `df1` > 0 and `df2` > 0 degrees of freedom. Infinity at 0 for df1 below 2. Like all functions of this
 * family, throws `invalid_argument` for NaN and for degrees of freedom that are not positive and finite.
 */
export function fPdf(f: number, df1: number, df2: number): number {
  check(f, df1, df2);
  if (f < 0 || f === Number.POSITIVE_INFINITY) return 0;
  if (f === 0) return df1 > 2 ? 0 : df1 === 2 ? 1 : Number.POSITIVE_INFINITY;
  return Math.exp(tailAt(f, df1, df2).logDensity - Math.log(f));
}

/** P(F ≤ f) for F with `df1` > 0 and `df2` > 0 degrees of freedom, which need not be whole. */
export function fCdf(f: number, df1: number, df2: number): number {
  check(f, df1, df2);
  if (f <= 0) return 0;
  return f === Number.POSITIVE_INFINITY ? 1 : lowerTail(tailAt(f, df1, df2));
}

/** P(F > f), accurate however small it is. */
export function fSf(f: number, df1: number, df2: number): number {
  check(f, df1, df2);
  if (f <= 0) return 1;
  return f === Number.POSITIVE_INFINITY ? 0 : upperTail(tailAt(f, df1, df2));
}

/** log P(F ≤ f), finite where the probability itself underflows to 0. */
export function fLogCdf(f: number, df1: number, df2: number): number {
  check(f, df1, df2);
  if (f <= 0) return Number.NEGATIVE_INFINITY;
  return f === Number.POSITIVE_INFINITY ? 0 : logLowerTail(tailAt(f, df1, df2));
}

/** log P(F > f), finite where the probability itself underflows to 0. */
export function fLogSf(f: number, df1: number, df2: number): number {
  check(f, df1, df2);
  if (f <= 0) return 0;
  return f === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : logUpperTail(tailAt(f, df1, df2));
}

/** The f with P(F ≤ f) = p. */
export function fQuantile(p: number, df1: number, df2: number): number {
  requireProbability('p', p);
  return quantile(p, 1 - p, df1, df2);
}

/** The f with P(F > f) = q: critical values, to all digits however small q is. */
export function fQuantileUpper(q: number, df1: number, df2: number): number {
  requireProbability('q', q);
  return quantile(1 - q, q, df1, df2);
}

const FAR = 1e290;

function quantile(lower: number, upper: number, df1: number, df2: number): number {
  requirePositive('df1', df1);
  requirePositive('df2', df2);
  if (lower === 0) return 0;
  if (upper === 0) return Number.POSITIVE_INFINITY;
  const z = lower < upper ? normalQuantile(lower) : -normalQuantile(upper);
  const start = Math.exp(z * Math.sqrt(2 / df1 + 2 / df2));
  return solveTail((f) => tailAt(f, df1, df2), lower, upper, start);
}

function tailAt(f: number, df1: number, df2: number): Tail {
  // Past these odds of 1e±290 the tails are powers of f, and squares and sums would over- or underflow.
  const odds = (df1 / df2) * f;
  const inner = odds > FAR ? (df2 / df1) * FAR : odds < 1 / FAR ? df2 / df1 / FAR : f;
  const total = df1 * inner + df2;
  const y = df2 / total;
  const tail = betaTail(df1 / 2, df2 / 2, (df1 * inner) / total, y, (df1 / 2) * (1 - inner) * y);
  if (inner === f) return tail;
  const out = Math.log(f) - Math.log(inner);
  return odds > 1 ? fartherOut(tail, true, df2 / 2, out) : fartherOut(tail, false, df1 / 2, -out);
}

function check(f: number, df1: number, df2: number): void {
  requireNumber('f', f);
  requirePositive('df1', df1);
  requirePositive('df2', df2);
}
