import { betaTail } from '../special/beta-tail.ts';
import { requireNumber, requirePositive, requireProbability } from '../special/checks.ts';
import { productDifference } from '../special/exact.ts';
import { logLowerTail, logUpperTail, lowerTail, type Tail, upperTail } from '../special/tail.ts';
import { normalQuantile } from './normal.ts';
import { solveTail } from './solve.ts';

/**
 * The density of the beta distribution with positive shapes. Infinity at an end whose shape is below 1. Like all functions of this
 * family, throws `invalid_argument` for NaN and for shapes that are not positive and finite.
 */
export function betaPdf(x: number, a: number, b: number): number {
  check(x, a, b);
  if (x < 0 || x > 1) return 0;
  if (x === 0) return atEnd(a, b);
  if (x === 1) return atEnd(b, a);
  return Math.exp(tailAt(x, a, b).logDensity - Math.log(x) - Math.log1p(-x));
}

/** P(X ≤ x) for the beta distribution with positive shapes: the regularised incomplete beta function I_x(a, b). */
export function betaCdf(x: number, a: number, b: number): number {
  check(x, a, b);
  if (x <= 0) return 0;
  return x >= 1 ? 1 : lowerTail(tailAt(x, a, b));
}

/** P(X > x), accurate however small it is. */
export function betaSf(x: number, a: number, b: number): number {
  check(x, a, b);
  if (x <= 0) return 1;
  return x >= 1 ? 0 : upperTail(tailAt(x, a, b));
}

/** log P(X ≤ x), finite where the probability itself underflows to 0. */
export function betaLogCdf(x: number, a: number, b: number): number {
  check(x, a, b);
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  return x >= 1 ? 0 : logLowerTail(tailAt(x, a, b));
}

/** log P(X > x), finite where the probability itself underflows to 0. */
export function betaLogSf(x: number, a: number, b: number): number {
  check(x, a, b);
  if (x <= 0) return 0;
  return x >= 1 ? Number.NEGATIVE_INFINITY : logUpperTail(tailAt(x, a, b));
}

/** The x with P(X ≤ x) = p. */
export function betaQuantile(p: number, a: number, b: number): number {
  requireProbability('p', p);
  return quantile(p, 1 - p, a, b);
}

/** The x with P(X > x) = q. */
export function betaQuantileUpper(q: number, a: number, b: number): number {
  requireProbability('q', q);
  return quantile(1 - q, q, a, b);
}

function quantile(lower: number, upper: number, a: number, b: number): number {
  requirePositive('a', a);
  requirePositive('b', b);
  if (lower === 0) return 0;
  if (upper === 0) return 1;
  const z = lower < upper ? normalQuantile(lower) : -normalQuantile(upper);
  const start = (a / b) * Math.exp(z * Math.sqrt(1 / a + 1 / b));
  const odds = solveTail((at) => betaTailAtOdds(at, a, b), lower, upper, start);
  return odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds);
}

function tailAt(x: number, a: number, b: number): Tail {
  const y = 1 - x;
  // What rounding took from y counts where a is large.
  const slope = productDifference(a, y, b, x) + a * (1 - y - x);
  return betaTail(a, b, x, y, slope);
}

/** One tail given the odds x / (1 − x) > 0, which keep their digits near either end. No checks. */
export function betaTailAtOdds(odds: number, a: number, b: number): Tail {
  const x = odds / (1 + odds);
  const y = 1 / (1 + odds);
  const slope = odds < 1e100 ? productDifference(a, 1, b, odds) * y : (a / odds - b) * x;
  return betaTail(a, b, x, y, slope);
}

function atEnd(own: number, other: number): number {
  return own > 1 ? 0 : own === 1 ? other : Number.POSITIVE_INFINITY;
}

function check(x: number, a: number, b: number): void {
  requireNumber('x', x);
  requirePositive('a', a);
  requirePositive('b', b);
}
