import { describe } from '../describe.ts';
import { normalSf } from '../distributions/normal.ts';
import { median, quantiles } from '../quantile.ts';
import { sum } from '../sum.ts';

/** How a value is held against others. */
export type AnomalyMethod = 'z' | 'mad' | 'iqr';

/** What values are held against. `null` center or spread: nothing can be told from these. */
export interface Baseline {
  /** How many values it was made of. */
  readonly n: number;
  /** What has a score of 0. */
  readonly center: number | null;
  /** What has a score of 1 more. */
  readonly spread: number | null;
  /** Why there is no center or spread. */
  readonly reason: string | null;
}

/** Of a normal distribution with standard deviation 1, the median absolute deviation is 1 / 1.4826… and the mean one √(2/π). */
const MEDIAN_DEVIATION = 1.482602218505602;
const MEAN_DEVIATION = 1.2533141373155003;

const EQUAL = 'The values do not vary.';
const TOO_FAR = 'The values are farther apart than doubles reach.';

/** Scores beyond these are anomalies by default. */
export const DEFAULT_THRESHOLDS: Readonly<Record<AnomalyMethod, number>> = { z: 3, mad: 3.5, iqr: 1.5 };

/**
 * The baseline of finite values. By `z`: mean and standard deviation. By `mad`: median and scaled median absolute deviation (Iglewicz
 * and Hoaglin 1993), or where more than half the values are equal the scaled mean absolute deviation about the median. By `iqr`:
 * quartiles of type 7, with a score that is the distance from the nearer quartile in interquartile ranges (Tukey 1977).
 */
export function baselineOf(values: Float64Array, method: AnomalyMethod): Baseline {
  const n = values.length;
  const none = (reason: string): Baseline => ({ n, center: null, spread: null, reason });
  if (n < 3) return none('There are fewer than three values.');
  if (method === 'z') {
    const { mean, std_dev: spread } = describe(values);
    return spread === 0 ? none(EQUAL) : spread === null ? none(TOO_FAR) : { n, center: mean, spread, reason: null };
  }
  if (method === 'iqr') {
    const [low, high] = quantiles(values, [0.25, 0.75]) as [number, number];
    const spread = high - low;
    if (!(spread > 0)) return none('The quartiles are equal.');
    return Number.isFinite(spread) ? { n, center: low / 2 + high / 2, spread, reason: null } : none(TOO_FAR);
  }
  const center = median(values)!;
  const deviations = values.map((value) => Math.abs(value - center));
  const spread = MEDIAN_DEVIATION * median(deviations)! || (MEAN_DEVIATION * sum(deviations)) / n;
  if (!(spread > 0)) return none(EQUAL);
  return Number.isFinite(spread) ? { n, center, spread, reason: null } : none(TOO_FAR);
}

/** How far a value is from the baseline, with its sign; `null` without a spread. */
export function scoreOf(value: number, { center, spread }: Baseline, method: AnomalyMethod): number | null {
  if (center === null || spread === null) return null;
  const distance = Math.min(Math.max((value - center) / spread, -Number.MAX_VALUE), Number.MAX_VALUE);
  if (method !== 'iqr') return distance;
  // Within half a range of the middle lie the quartiles.
  return Math.sign(distance) * Math.max(Math.abs(distance) - 0.5, 0);
}

/** Of a million normal values, how many have a score beyond the threshold. */
export function falseFlagsPerMillion(threshold: number, method: AnomalyMethod): number {
  // The quartiles of a normal distribution are ±0.6745.
  const z = method === 'iqr' ? 0.6744897501960817 * (1 + 2 * threshold) : threshold;
  return 2e6 * normalSf(z);
}

/** The largest score by z that n values can have among themselves: (n − 1) / √n. */
export function largestZ(n: number): number {
  return (n - 1) / Math.sqrt(n);
}
