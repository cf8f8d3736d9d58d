import { ascendingOrder } from '../ascending-order.ts';
import { normalQuantileUpper } from '../distributions/normal.ts';
import type { Sample } from '../finite.ts';
import { requireFraction } from '../special/checks.ts';
import {
  ratioError,
  type WeightedEstimate,
  type WeightedOptions,
  weighted,
  withinDoubles,
} from './weighted-estimate.ts';

/**
 * A quantile of all items from a sample of them, weighted by 1/π. The values stand at the middles of their weights, scaled so
 * that the first is at 0 and the last at 1, with straight lines between: with equal probabilities this is the quantile of type 7. The
 * interval is Woodruff's (JASA 47, 1952): the quantiles at the ends of the interval for the share below. Values that are not
 * finite are left out and counted.
 *
 * `null`, with the reason, without values; so is the interval of fewer than two values or clusters, or where it would reach
 * beyond all values. Throws `invalid_argument` unless 0 < p < 1, and as `weightedMean`.
 */
export function weightedQuantile(
  values: Sample,
  inclusion: ArrayLike<number>,
  p: number,
  options: WeightedOptions = {},
): WeightedEstimate {
  const { level = 0.95 } = options;
  requireFraction('p', p);
  requireFraction('level', level);
  const { kept, weights, clusters, known } = weighted('weighted quantile', values, inclusion, options);
  const assumption = 'The inclusion probabilities are those that the items had.';
  if (kept.length === 0) return { ...known, assumptions: [assumption, 'No estimate: there are no values.'] };
  const at = curve(kept, weights);
  const estimate = at(p);
  const none = (reason: string): WeightedEstimate => ({
    ...known,
    estimate,
    assumptions: [assumption, `No interval: ${reason}.`],
  });
  if ((clusters?.count ?? kept.length) < 2) return none(`it needs two ${clusters ? 'clusters' : 'values'} or more`);
  const below = kept.map((value) => (value <= estimate ? 1 : 0));
  const reach = normalQuantileUpper((1 - level) / 2) * ratioError(below, weights, clusters, p);
  if (p - reach <= 0 || p + reach >= 1) return none('there are too few values beyond the quantile');
  const ci = { level, low: at(p - reach), high: at(p + reach), method: 'Woodruff' };
  return withinDoubles({ ...known, estimate, ci, assumptions: [assumption] });
}

/** Quantiles as `weightedQuantile` has them, without intervals; null without values. */
export function weightedQuantiles(
  values: Sample,
  inclusion: ArrayLike<number>,
  probabilities: readonly number[],
): (number | null)[] {
  for (const p of probabilities) requireFraction('p', p);
  const { kept, weights } = weighted('weighted quantiles', values, inclusion, {});
  return kept.length === 0 ? probabilities.map(() => null) : probabilities.map(curve(kept, weights));
}

function curve(values: Float64Array, weights: Float64Array): (p: number) => number {
  const order = ascendingOrder(values);
  const places = new Float64Array(order.length);
  for (let i = 1; i < order.length; i++) {
    places[i] = places[i - 1]! + weights[order[i - 1]!]! / 2 + weights[order[i]!]! / 2;
  }
  const end = places[places.length - 1]!;
  return (p) => {
    const place = p * end;
    let low = 0;
    let high = order.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (places[middle]! <= place) low = middle;
      else high = middle;
    }
    const [from, to] = [values[order[low]!]!, values[order[high]!]!];
    const part = high === low ? 0 : (place - places[low]!) / (places[high]! - places[low]!);
    if (part >= 1) return to;
    // Two ends may lie further apart than doubles reach.
    return Number.isFinite(to - from) ? from + part * (to - from) : (1 - part) * from + part * to;
  };
}
