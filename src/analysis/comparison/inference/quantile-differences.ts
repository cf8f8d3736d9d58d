import { orderStatistics } from '../../../stats/order-statistics.ts';
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
 * Differences of quantiles, treatment − baseline (type 7), from ordered values: no resampling, so that a million of them are quick. Each
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
  const arms = [first, second].map((arm) => {
    const ranks = probabilities.flatMap((quantile) => ranksAround(quantile, arm.values.length));
    return { ...arm, valueAt: ordered(arm.values, ranks), influences: new Float64Array(clusters) };
  });
  const found = probabilities.map((quantile) => {
    const [a, b] = arms.map((arm) => {
      const estimate = estimateOf(quantile, arm.values.length, arm.valueAt);
      const squares = influence(arm, quantile, estimate);
      return { estimate, squares, ...limitRanks(arm.values.length, squares, quantile, level) };
    });
    let products = 0;
    for (let i = 0; i < clusters; i++) products += arms[0]!.influences[i]! * arms[1]!.influences[i]!;
    const scale = Math.sqrt(a!.squares * b!.squares);
    return { quantile, sides: [a!, b!] as const, correlation: scale === 0 ? 0 : products / scale };
  });
  const valueAt = arms.map(({ values }, arm) => {
    const ranks = found.flatMap(({ sides }) => [sides[arm]!.low ?? [], sides[arm]!.high ?? []].flat());
    return ordered(values, ranks);
  });
  return found.map(({ quantile, sides, correlation }) => {
    const [a, b] = sides.map(({ estimate, low, high }, arm) => ({
      estimate,
      low: low === null ? null : valueAt[arm]!(low),
      high: high === null ? null : valueAt[arm]!(high),
    })) as [Limits, Limits];
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
}

/** Fills in each cluster's part in the error of the share of values below the quantile. Returns the sum of their squares. */
function influence(
  { values, clusters: ids, influences }: ClusteredValues & { readonly influences: Float64Array },
  quantile: number,
  estimate: number,
): number {
  const n = values.length;
  const [below, above] = [(1 - quantile) / n, (0 - quantile) / n];
  influences.fill(0);
  for (let i = 0; i < n; i++) influences[ids[i]!]! += values[i]! <= estimate ? below : above;
  let squares = 0;
  for (let i = 0; i < influences.length; i++) squares += influences[i]! ** 2;
  return squares;
}

/** The ranks (from 0) of the values that are the limits of a quantile; null for a limit that there is not. */
function limitRanks(
  n: number,
  squares: number,
  quantile: number,
  level: number,
): { low: number | null; high: number | null } {
  // As many independent values would tell as much.
  const effective = squares === 0 ? n : Math.min(n, (quantile * (1 - quantile)) / squares);
  const { low, high } = wilsonInterval(quantile * effective, effective, level)!;
  const tail = (1 - level) / 2;
  return {
    low: (1 - quantile) ** effective > tail ? null : Math.max(0, Math.floor(low * n) - 1),
    high: quantile ** effective > tail ? null : Math.min(n - 1, Math.ceil(high * n)),
  };
}

type ValueAt = (rank: number) => number;

/** The values at those ranks, without sorting all. */
function ordered(values: Float64Array, ranks: readonly number[]): ValueAt {
  const rising = [...new Set(ranks)].sort((a, b) => a - b);
  const found = orderStatistics(values, rising);
  const byRank = new Map(rising.map((rank, i) => [rank, found[i]!]));
  return (rank) => byRank.get(rank)!;
}

function ranksAround(quantile: number, n: number): [number, number] {
  const lower = Math.floor((n - 1) * quantile);
  return [lower, Math.min(lower + 1, n - 1)];
}

function estimateOf(quantile: number, n: number, valueAt: ValueAt): number {
  const [lower, upper] = ranksAround(quantile, n);
  return valueAt(lower) + ((n - 1) * quantile - lower) * (valueAt(upper) - valueAt(lower));
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
