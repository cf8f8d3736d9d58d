import { betaQuantile, betaQuantileUpper } from './distributions/beta.ts';
import { type RateInterval, rateTail } from './rate-interval.ts';

/**
 * The interval of Jeffreys' prior for a rate: the quantiles of Beta(successes + ½, failures + ½), reaching 0 without successes and 1 without
 * failures (Brown, Cai and DasGupta 2001). `null` for n = 0. Throws `invalid_argument` unless 0 ≤ successes ≤ n and 0 < level < 1.
 */
export function jeffreysInterval(successes: number, n: number, level = 0.95): RateInterval | null {
  const tail = rateTail(successes, n, level);
  if (n === 0) return null;
  const failures = n - successes;
  return {
    level,
    low: successes === 0 ? 0 : betaQuantile(tail, successes + 0.5, failures + 0.5),
    high: failures === 0 ? 1 : betaQuantileUpper(tail, successes + 0.5, failures + 0.5),
    method: 'jeffreys',
  };
}
