import { normalQuantileUpper } from '../distributions/normal.ts';
import { studentTQuantileUpper } from '../distributions/student-t.ts';
import type { Sample } from '../finite.ts';
import { requireFraction } from '../special/checks.ts';
import { wilsonInterval } from '../wilson.ts';
import { type WeightedEstimate, type WeightedOptions, weightedMean } from './weighted-estimate.ts';

/**
 * The share of ones among all items from a sample of zeros and ones: the Hájek mean, with Wilson's interval for as many independent items as would
 * have its error, widened for the degrees of freedom (Korn and Graubard, Survey Methodology 24, 1998; Dean and Pagano, Journal of Survey
 * Statistics and Methodology 3, 2015). It stays within 0 and 1, and is there where all values are equal: then for Kish's effective number
 * of them, and at most one for each cluster. Otherwise as `weightedMean`.
 */
export function weightedRate(
  values: Sample,
  inclusion: ArrayLike<number>,
  options: WeightedOptions = {},
): WeightedEstimate {
  const { level = 0.95 } = options;
  requireFraction('level', level);
  const mean = weightedMean(values, inclusion, options);
  const { estimate, standard_error, df, n_effective, n_clusters } = mean;
  if (estimate === null || n_effective === null) return mean;
  // Rounding may take a mean of ones beyond them.
  const rate = Math.min(Math.max(estimate, 0), 1);
  let n = Math.min(n_effective, n_clusters ?? n_effective);
  if (standard_error !== null && typeof df === 'number' && rate > 0 && rate < 1) {
    const tail = (1 - level) / 2;
    const widening = normalQuantileUpper(tail) / studentTQuantileUpper(tail, df);
    n = ((rate * (1 - rate)) / standard_error ** 2) * widening ** 2;
  }
  const found = wilsonInterval(rate * n, n, level);
  const ci = found && { level, low: found.low, high: found.high, method: 'Wilson, for the effective number of items' };
  const assumptions = mean.assumptions.filter((text) => !text.startsWith('No interval'));
  return { ...mean, estimate: rate, ci, assumptions };
}
