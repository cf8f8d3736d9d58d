import { normalQuantileUpper } from './distributions/normal.ts';
import { type RateInterval, rateTail } from './rate-interval.ts';

/** A Wilson interval for a rate. */
export interface WilsonInterval extends RateInterval {
  readonly method: 'wilson';
}

/**
 * The score interval of Wilson (1927) for a rate, without continuity correction: it stays inside [0, 1] and keeps its level
 * near 0 and 1, where the textbook interval fails. `null` for n = 0. Counts may be fractional (effective sample sizes). Throws
 * `invalid_argument` unless 0 ≤ successes ≤ n and 0 < level < 1.
 */
export function wilsonInterval(successes: number, n: number, level = 0.95): WilsonInterval | null {
  const z = normalQuantileUpper(rateTail(successes, n, level));
  return n === 0 ? null : { level, ...wilsonLimits(successes, n, z), method: 'wilson' };
}

/** The limits at z standard errors, for n > 0. No checks. */
export function wilsonLimits(successes: number, n: number, z: number): { low: number; high: number } {
  return { low: lowerLimit(successes, n, z), high: 1 - lowerLimit(n - successes, n, z) };
}

// The smaller root of (n + z²)·x² − (2s + z²)·x + s²/n, in the form that has nothing to cancel.
function lowerLimit(successes: number, n: number, z: number): number {
  const rate = successes / n;
  const z2 = z * z;
  return (2 * successes * rate) / (2 * successes + z2 + z * Math.sqrt(z2 + 4 * successes * (1 - rate)));
}
