import { betaTail } from '../special/beta-tail.ts';
import { requireCount, requireNumber, requireProbability } from '../special/checks.ts';
import { deviance } from '../special/deviance.ts';
import { productDifference } from '../special/exact.ts';
import { stirlingError } from '../special/stirling.ts';
import { lowerTail, type Tail, upperTail } from '../special/tail.ts';
import { solveCount } from './solve.ts';

/**
 * P(X = k) for the number of successes X in n trials of probability p, by Loader's saddle point (2000). 0 where k is not one of
 * 0, …, n. Like all functions of this family, throws `invalid_argument` for NaN, for an n that is not a whole number from 0 to
 * 2^53 − 1 and for a p outside [0, 1].
 */
export function binomialPmf(k: number, n: number, p: number): number {
  check(k, n, p);
  if (!Number.isInteger(k) || k < 0 || k > n) return 0;
  if (p === 0 || p === 1) return k === n * p ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const rest = n - k;
  const excess = productDifference(k, 1, n, p);
  const logMass =
    deviance(k, excess, n * p) +
    deviance(rest, -excess, n * (1 - p)) +
    (stirlingError(n) - stirlingError(k) - stirlingError(rest));
  return Math.exp(logMass) * Math.sqrt(n / k / rest / (2 * Math.PI));
}

/** P(X ≤ k) for the number of successes X in n trials of probability p. */
export function binomialCdf(k: number, n: number, p: number): number {
  check(k, n, p);
  const whole = Math.floor(k);
  if (whole < 0) return 0;
  if (whole >= n || p === 0) return 1;
  return p === 1 ? 0 : upperTail(tailAt(whole, n, p));
}

/** P(X > k), accurate however small it is. At least k: `binomialSf(k - 1, n, p)`. */
export function binomialSf(k: number, n: number, p: number): number {
  check(k, n, p);
  const whole = Math.floor(k);
  if (whole < 0) return 1;
  if (whole >= n || p === 0) return 0;
  return p === 1 ? 1 : lowerTail(tailAt(whole, n, p));
}

/** The smallest k with P(X ≤ k) ≥ probability, where a difference in the last two digits counts as equal. */
export function binomialQuantile(probability: number, n: number, p: number): number {
  requireProbability('probability', probability);
  return quantile(probability, false, n, p);
}

/** The smallest k with P(X > k) ≤ q, where a difference in the last two digits counts as equal. */
export function binomialQuantileUpper(q: number, n: number, p: number): number {
  requireProbability('q', q);
  return quantile(q, true, n, p);
}

function quantile(tail: number, isUpper: boolean, n: number, p: number): number {
  check(0, n, p);
  return solveCount(tail, isUpper, {
    cdf: (k) => binomialCdf(k, n, p),
    sf: (k) => binomialSf(k, n, p),
    least: p === 1 ? n : 0,
    most: p === 0 ? 0 : n,
    normal: (z) => n * p + z * Math.sqrt(n * p * (1 - p)),
  });
}

/** The distribution of the p at which k + 1 successes come: its lower tail is P(X > k). For 0 ≤ k < n and 0 < p < 1. */
function tailAt(k: number, n: number, p: number): Tail {
  const q = 1 - p;
  const slope = productDifference(k + 1, q, n - k, p) + (k + 1) * (1 - q - p);
  return betaTail(k + 1, n - k, p, q, slope);
}

function check(k: number, n: number, p: number): void {
  requireNumber('k', k);
  requireCount('n', n);
  requireProbability('p', p);
}
