import { rootBetween } from '../special/root.ts';
import { failures, type Rate } from './rate.ts';

/**
 * How far the difference of two rates, `second` − `first`, is from `delta`, in standard errors under it: the rates that enter these are the
 * likeliest ones whose difference is `delta` (Mee 1984; Farrington and Manning 1990). For −1 < delta < 1; it falls as delta grows.
 */
export function rateDifferenceScore(first: Rate, second: Rate, delta: number): number {
  const a = likeliestFirst(first, second, delta);
  const b = a + delta;
  const variance = (a * (1 - a)) / first.n + (b * (1 - b)) / second.n;
  return (second.successes / second.n - first.successes / first.n - delta) / Math.sqrt(Math.max(variance, 0));
}

/** The differences at which the score is z and −z: for z = 0 the estimate, beyond it the interval that agrees with the test. */
export function scoreLimits(first: Rate, second: Rate, z: number): { low: number; high: number } {
  const estimate = second.successes / second.n - first.successes / first.n;
  const score = (delta: number) => {
    const value = rateDifferenceScore(first, second, delta);
    // 0 / 0 where delta is the estimate and no rate can vary.
    return Number.isNaN(value) ? 0 : value;
  };
  return {
    low:
      estimate === -1
        ? -1
        : rootBetween((delta) => (delta === -1 ? Number.POSITIVE_INFINITY : score(delta)) - z, -1, estimate),
    high:
      estimate === 1
        ? 1
        : rootBetween((delta) => (delta === 1 ? Number.NEGATIVE_INFINITY : score(delta)) + z, estimate, 1),
  };
}

/** The first rate at the maximum of the likelihood of both, which is concave, when the second is larger by `delta`. */
function likeliestFirst(first: Rate, second: Rate, delta: number): number {
  const low = Math.max(0, -delta);
  const high = Math.min(1, 1 - delta);
  // A count of 0 has no say, however near its rate is to 0 or 1.
  const pull = (count: number, rate: number) => (count === 0 ? 0 : count / Math.max(rate, 0));
  const slope = (rate: number) =>
    pull(first.successes, rate) -
    pull(failures(first), 1 - rate) +
    pull(second.successes, rate + delta) -
    pull(failures(second), 1 - rate - delta);
  if (!(slope(low) > 0)) return low;
  if (!(slope(high) < 0)) return high;
  return rootBetween(slope, low, high);
}
