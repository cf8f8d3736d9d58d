import { betaQuantile, betaQuantileUpper } from './distributions/beta.ts';
import { type RateInterval, rateTail } from './rate-interval.ts';

/**
 * The exact interval of Clopper and Pearson (1934) for a rate: it never covers with less than its level, at the price of width, which is
 * what a guarantee asks for. `null` for n = 0. Throws `invalid_argument` unless 0 ≤ successes ≤ n and 0 < level < 1.
 */
export function clopperPearsonInterval(successes: number, n: number, level = 0.95): RateInterval | null {
  const tail = rateTail(successes, n, level);
  if (n === 0) return null;
  const failures = n - successes;
  return {
    level,
    low: successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    high: failures === 0 ? 1 : betaQuantileUpper(tail, successes + 1, failures),
    method: 'clopper-pearson',
  };
}
