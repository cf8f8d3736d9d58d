import { CrucibleError, show } from '../../core/errors.ts';
import { requireRate } from '../rate-interval.ts';

/** Methods whose `standard_error` is that of a logarithm, which no margin of the estimate goes with. */
export const RATIOS = { risk: 'Risk ratio', odds: 'Odds ratio' } as const;

/** Successes among `n` independent trials. Counts may be fractional (effective sample sizes) but where a method is exact. */
export interface Rate {
  readonly successes: number;
  readonly n: number;
}

/** Throws `invalid_argument` unless 0 ≤ successes ≤ n. */
export function requireRates(...rates: readonly Rate[]): void {
  for (const rate of rates) {
    if (typeof rate !== 'object' || rate === null) {
      throw new CrucibleError('invalid_argument', `${show(rate)} is not a rate.`, { hint: 'Give { successes, n }.' });
    }
    requireRate(rate.successes, rate.n);
  }
}

/** Failures of a rate, exactly. */
export function failures({ successes, n }: Rate): number {
  return n - successes;
}
