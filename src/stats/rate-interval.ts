import { CrucibleError, show } from '../core/errors.ts';

/** A confidence interval for a rate. */
export interface RateInterval {
  /** Confidence level, such as 0.95. */
  readonly level: number;
  readonly low: number;
  readonly high: number;
  readonly method: 'wilson' | 'clopper-pearson' | 'jeffreys';
}

/** The probability left out at each end. Throws `invalid_argument` unless 0 ≤ successes ≤ n and 0 < level < 1. */
export function rateTail(successes: number, n: number, level: number): number {
  requireRate(successes, n);
  if (!(level > 0 && level < 1)) {
    throw new CrucibleError('invalid_argument', `level is ${show(level)}, which is not between 0 and 1.`, {
      hint: 'Give the confidence level as a fraction, such as 0.95.',
    });
  }
  return (1 - level) / 2;
}

/** Throws `invalid_argument` unless 0 ≤ successes ≤ n, both finite. Counts may be fractional (effective sample sizes). */
export function requireRate(successes: number, n: number): void {
  if (n >= 0 && n < Number.POSITIVE_INFINITY && successes >= 0 && successes <= n) return;
  throw new CrucibleError('invalid_argument', `${show(successes)} successes of ${show(n)} is not a rate.`, {
    hint: 'Give finite counts with 0 ≤ successes ≤ n.',
  });
}
