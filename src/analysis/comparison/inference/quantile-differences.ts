import { wilsonInterval } from '../../../stats/wilson.ts';
import type { QuantileDifference } from '../comparison-result.ts';

/** Why weighted latencies have no differences of quantiles. */
export const NO_QUANTILES = 'No quantile differences: the values are weighted.';

/** The values of an arm and the number of each one's cluster: values of one cluster are not independent. */
export interface ClusteredValues {
  readonly values: Float64Array;
  readonly clusters: Int32Array;
}

/**
 * Differences of quantiles, treatment − baseline (type 7), from sorted values: no resampling, so that a million of them are quick. Each
 * arm's limits are Woodruff's (JASA 47, 1952): the interval of the share of values below, with the variance of clusters and
 * Wilson's form, read off the values. They are joined by the method of variance estimates recovery (Zou and Donner, Statistics in
 * Medicine 27, 2008), with the correlation of clusters that are in both arms. `clusters` is how many there are at most.
 *
 * A quantile so far out that too few values lie beyond it has no limit on that side, and then neither has the difference.
 */
export function quantileDifferences(
  first: ClusteredValues,
  second: ClusteredValues,
  clusters: number,
  probabilities: readonly number[],
  level: number,
): QuantileDifference[] {
  if (first.values.length === 0 || second.values.length === 0) return [];
  const sorted = [first.values.slice().sort(), second.values.slice().sort()] as const;
  const rooms = [new Float64Array(clusters), new Float64Array(clusters)] as const;
  return probabilities.map((quantile) => {
    const [a, b] = [
      limits(first, sorted[0], rooms[0].fill(0), quantile, level),
      limits(second, sorted[1], rooms[1].fill(0), quantile, level),
    ];
    let products = 0;
    for (let i = 0; i < clusters; i++) products += a.influences[i]! * b.influences[i]!;
    const scale = Math.sqrt(a.squares * b.squares);
    const correlation = scale === 0 ? 0 : products / scale;
    const estimate = b.estimate - a.estimate;
    return {
      quantile,
      baseline: a.estimate,
      treatment: b.estimate,
      estimate,
      ci: {
        level,
        low: minus(estimate, leg(b.estimate, b.low, a.high, a.estimate, correlation)),
        high: plus(estimate, leg(b.high, b.estimate, a.estimate, a.low, correlation)),
        method: 'Woodruff limits, joined by MOVER',
      },
    };
  });
}

interface Limits {
  readonly estimate: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Each cluster's part in the error of the share of values below, until the next quantile. */
  readonly influences: Float64Array;
  readonly squares: number;
}

function limits(
  { values, clusters: ids }: ClusteredValues,
  sorted: Float64Array,
  influences: Float64Array,
  quantile: number,
  level: number,
): Limits {
  const n = sorted.length;
  const estimate = at(sorted, quantile);
  const [below, above] = [(1 - quantile) / n, (0 - quantile) / n];
  for (let i = 0; i < n; i++) influences[ids[i]!]! += values[i]! <= estimate ? below : above;
  let squares = 0;
  for (let i = 0; i < influences.length; i++) squares += influences[i]! ** 2;
  // As many independent values would tell as much.
  const effective = squares === 0 ? n : Math.min(n, (quantile * (1 - quantile)) / squares);
  const { low, high } = wilsonInterval(quantile * effective, effective, level)!;
  const tail = (1 - level) / 2;
  return {
    estimate,
    low: (1 - quantile) ** effective > tail ? null : sorted[Math.max(0, Math.floor(low * n) - 1)]!,
    high: quantile ** effective > tail ? null : sorted[Math.min(n - 1, Math.ceil(high * n))]!,
    influences,
    squares,
  };
}

function at(sorted: Float64Array, quantile: number): number {
  const place = (sorted.length - 1) * quantile;
  const lower = Math.floor(place);
  const upper = Math.min(lower + 1, sorted.length - 1);
  return sorted[lower]! + (place - lower) * (sorted[upper]! - sorted[lower]!);
}

/** √(x² − 2ρxy + y²) of the two distances to limits; null where one is unbounded. */
function leg(
  above: number | null,
  below: number | null,
  otherAbove: number | null,
  otherBelow: number | null,
  correlation: number,
): number | null {
  if (above === null || below === null || otherAbove === null || otherBelow === null) return null;
  const [own, other] = [above - below, otherAbove - otherBelow];
  // Squares of what is very large or small are beyond the range of doubles.
  const unit = Math.max(own, other);
  if (unit === 0) return 0;
  const [x, y] = [own / unit, other / unit];
  return unit * Math.sqrt(Math.max(x * x - 2 * correlation * x * y + y * y, 0));
}

function minus(estimate: number, distance: number | null): number | null {
  return plus(estimate, distance === null ? null : -distance);
}

function plus(estimate: number, distance: number | null): number | null {
  const end = distance === null ? null : estimate + distance;
  return end !== null && Number.isFinite(end) ? end : null;
}
