import { normalSf } from '../distributions/normal.ts';
import type { Alternative } from './test-result.ts';

/** The p-value of a statistic that is standard normal under the null hypothesis. NaN for NaN. */
export function normalProbability(z: number, alternative: Alternative): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (alternative === 'two-sided') return 2 * normalSf(Math.abs(z));
  return normalSf(alternative === 'greater' ? z : -z);
}
