import { requireNumber, requirePositive } from '../special/checks.ts';
import { gammaCdf, gammaLogCdf, gammaLogSf, gammaPdf, gammaQuantile, gammaQuantileUpper, gammaSf } from './gamma.ts';

/**
 * The density of chi-square with `df` > 0 degrees of freedom, which need not be whole. Infinity at 0 for df below 2. Like all
 * functions of this family, throws `invalid_argument` for NaN and for `df` that are not positive and finite.
 */
export function chiSquarePdf(x: number, df: number): number {
  return gammaPdf(half(x), shape(df)) / 2;
}

/** P(X ≤ x) for chi-square with `df` > 0 degrees of freedom. */
export function chiSquareCdf(x: number, df: number): number {
  return gammaCdf(half(x), shape(df));
}

/** P(X > x), accurate however small it is. */
export function chiSquareSf(x: number, df: number): number {
  return gammaSf(half(x), shape(df));
}

/** log P(X ≤ x), finite where the probability itself underflows to 0. */
export function chiSquareLogCdf(x: number, df: number): number {
  return gammaLogCdf(half(x), shape(df));
}

/** log P(X > x), finite where the probability itself underflows to 0. */
export function chiSquareLogSf(x: number, df: number): number {
  return gammaLogSf(half(x), shape(df));
}

/** The x with P(X ≤ x) = p. */
export function chiSquareQuantile(p: number, df: number): number {
  return 2 * gammaQuantile(p, shape(df));
}

/** The x with P(X > x) = q: critical values, to all digits however small q is. */
export function chiSquareQuantileUpper(q: number, df: number): number {
  return 2 * gammaQuantileUpper(q, shape(df));
}

function half(x: number): number {
  requireNumber('x', x);
  return x / 2;
}

function shape(df: number): number {
  requirePositive('df', df);
  return df / 2;
}
