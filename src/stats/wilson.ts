import { CrucibleError, show } from '../core/errors.ts';
import { normalQuantile } from './distributions/normal.ts';

/** A confidence interval for a rate. */
export interface WilsonInterval {
  /** Confidence level, such as 0.95. */
  readonly level: number;
  readonly low: number;
  readonly high: number;
  readonly method: 'wilson';
}

/**
 * The score interval of Wilson (1927) for a rate, without continuity correction: it stays inside [0, 1] and keeps its level
 * near 0 and 1, where the textbook interval fails. `null` for n = 0. Counts may be fractional (effective sample sizes). Throws
 * `invalid_argument` unless 0 ≤ successes ≤ n and 0 < level < 1.
 */
export function wilsonInterval(successes: number, n: number, level = 0.95): WilsonInterval | null {
  if (!(n >= 0 && n < Number.POSITIVE_INFINITY && successes >= 0 && successes <= n)) {
    throw new CrucibleError('invalid_argument', `${show(successes)} successes of ${show(n)} is not a rate.`, {
      hint: 'Give finite counts with 0 ≤ successes ≤ n.',
    });
  }
  if (!(level > 0 && level < 1)) {
    throw new CrucibleError('invalid_argument', `level is ${show(level)}, which is not between 0 and 1.`, {
      hint: 'Give the confidence level as a fraction, such as 0.95.',
    });
  }
  if (n === 0) return null;
  const z = -normalQuantile((1 - level) / 2);
  return {
    level,
    low: lowerLimit(successes, n, z),
    high: 1 - lowerLimit(n - successes, n, z),
    method: 'wilson',
  };
}

// The smaller root of (n + z²)·x² − (2s + z²)·x + s²/n, in the form that has nothing to cancel.
function lowerLimit(successes: number, n: number, z: number): number {
  const rate = successes / n;
  const z2 = z * z;
  return (2 * successes * rate) / (2 * successes + z2 + z * Math.sqrt(z2 + 4 * successes * (1 - rate)));
}
