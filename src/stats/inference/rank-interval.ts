import { interval } from './answer.ts';
import type { ResolvedOptions } from './options.ts';
import type { Interval } from './test-result.ts';

/**
 * The interval between the k-th smallest and the k-th largest of `count` differences or averages. An end whose k is below 1 is
 * unbounded: so few values cannot exclude anything at this level.
 */
export function rankInterval(
  k: number,
  count: number,
  kth: (k: number) => number,
  method: string,
  options: ResolvedOptions,
): { ci: Interval; reasons: string[] } {
  const ends = interval(k >= 1 ? kth(k) : 0, k >= 1 ? kth(count + 1 - k) : 0, method, options);
  if (k >= 1) return { ci: ends, reasons: [] };
  return {
    ci: { ...ends, low: null, high: null },
    reasons: [`The interval is unbounded: there are too few values for the level ${options.level}.`],
  };
}
