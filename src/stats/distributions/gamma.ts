import { requireNumber, requirePositive, requireProbability } from '../special/checks.ts';
import { productError } from '../special/exact.ts';
import { gammaTail } from '../special/gamma-tail.ts';
import { logLowerTail, logUpperTail, lowerTail, type Tail, upperTail } from '../special/tail.ts';
import { normalQuantile } from './normal.ts';
import { solveTail } from './solve.ts';

/**
 * The density of the gamma distribution with positive `shape` and `scale` (default 1), whose mean is shape · scale. Infinity at 0
 * for shapes below 1. Like all functions of this family, throws `invalid_argument` for NaN and for parameters that are not positive
 * and finite.
 */
export function gammaPdf(x: number, shape: number, scale: number = 1): number {
  check(x, shape, scale);
  if (x < 0 || x === Number.POSITIVE_INFINITY) return 0;
  if (x === 0) return shape > 1 ? 0 : shape === 1 ? 1 / scale : Number.POSITIVE_INFINITY;
  return Math.exp(scaledTail(x, shape, scale).logDensity - Math.log(x));
}

/** P(X ≤ x) for the gamma distribution with positive `shape` and `scale`. */
export function gammaCdf(x: number, shape: number, scale: number = 1): number {
  check(x, shape, scale);
  if (x <= 0) return 0;
  return x === Number.POSITIVE_INFINITY ? 1 : lowerTail(scaledTail(x, shape, scale));
}

/** P(X > x), accurate however small it is. */
export function gammaSf(x: number, shape: number, scale: number = 1): number {
  check(x, shape, scale);
  if (x <= 0) return 1;
  return x === Number.POSITIVE_INFINITY ? 0 : upperTail(scaledTail(x, shape, scale));
}

/** log P(X ≤ x), finite where the probability itself underflows to 0. */
export function gammaLogCdf(x: number, shape: number, scale: number = 1): number {
  check(x, shape, scale);
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  return x === Number.POSITIVE_INFINITY ? 0 : logLowerTail(scaledTail(x, shape, scale));
}

/** log P(X > x), finite where the probability itself underflows to 0. */
export function gammaLogSf(x: number, shape: number, scale: number = 1): number {
  check(x, shape, scale);
  if (x <= 0) return 0;
  return x === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : logUpperTail(scaledTail(x, shape, scale));
}

/** The x with P(X ≤ x) = p. */
export function gammaQuantile(p: number, shape: number, scale: number = 1): number {
  requireProbability('p', p);
  return quantile(p, 1 - p, shape, scale);
}

/** The x with P(X > x) = q: critical values, to all digits however small q is. */
export function gammaQuantileUpper(q: number, shape: number, scale: number = 1): number {
  requireProbability('q', q);
  return quantile(1 - q, q, shape, scale);
}

function quantile(lower: number, upper: number, shape: number, scale: number): number {
  requirePositive('shape', shape);
  requirePositive('scale', scale);
  if (lower === 0) return 0;
  if (upper === 0) return Number.POSITIVE_INFINITY;
  const z = lower < upper ? normalQuantile(lower) : -normalQuantile(upper);
  // The second is a bound for the upper tail, where the first is far too high for small shapes.
  const depth = -Math.log(upper);
  const start = Math.min(shape * Math.exp(z / Math.sqrt(shape)), shape + Math.sqrt(2 * shape * depth) + depth);
  return scale * solveTail((x) => gammaTail(shape, x), lower, upper, start);
}

function scaledTail(x: number, shape: number, scale: number): Tail {
  const ratio = x / scale;
  const rounding = (x - ratio * scale - productError(ratio, scale, ratio * scale)) / scale;
  return gammaTail(shape, ratio, shape - ratio - (Number.isFinite(rounding) ? rounding : 0));
}

function check(x: number, shape: number, scale: number): void {
  requireNumber('x', x);
  requirePositive('shape', shape);
  requirePositive('scale', scale);
}
