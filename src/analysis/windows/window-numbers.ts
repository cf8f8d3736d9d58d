import { quantiles } from '../../stats/quantile.ts';
import { sum } from '../../stats/sum.ts';
import { Mark, type TimeTable } from './time-table.ts';

/** The numbers of one window, without its place in time. */
export interface WindowNumbers {
  /** All events. */
  readonly count: number;
  /** Milliseconds of the measured events that did not fail; `n` is how many have one. Quantiles are exact (type 7). */
  readonly latency: {
    readonly n: number;
    readonly mean: number | null;
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
    readonly non_finite: number;
  };
  /** Sum of the known costs, of which there are `cost_n`; null without any. */
  readonly cost_usd: number | null;
  readonly cost_n: number;
  readonly successes: number;
  readonly failures: number;
  readonly success_rate: number | null;
}

/** Works out the numbers of the rows from `low` up to, but not with, `high`. */
export interface WindowMeasure {
  of(low: number, high: number): WindowNumbers;
}

export const WINDOW_PROBABILITIES: readonly number[] = [0.5, 0.95, 0.99];

/** Measures each window by itself, which takes time for every row of every window. */
export class DirectMeasure implements WindowMeasure {
  readonly #table: TimeTable;
  readonly #latencies: Float64Array;
  readonly #costs: Float64Array;

  constructor(table: TimeTable, longest: number) {
    this.#table = table;
    this.#latencies = new Float64Array(longest);
    this.#costs = new Float64Array(longest);
  }

  of(low: number, high: number): WindowNumbers {
    const { marks, latencies, costs } = this.#table;
    let n = 0;
    let nonFinite = 0;
    let costN = 0;
    let successes = 0;
    let failures = 0;
    for (let i = low; i < high; i++) {
      const mark = marks[i]!;
      if (mark & Mark.LATENCY) this.#latencies[n++] = latencies[i]!;
      if (mark & Mark.COST) this.#costs[costN++] = costs[i]!;
      if (mark & Mark.SUCCESS) successes++;
      if (mark & Mark.FAILURE) failures++;
      if (mark & Mark.BAD_LATENCY) nonFinite++;
    }
    const mean = n === 0 ? null : sum(this.#latencies, n) / n;
    const found = quantiles(this.#latencies.subarray(0, n), WINDOW_PROBABILITIES, { inPlace: true });
    const cost = costN === 0 ? null : sum(this.#costs, costN);
    return windowNumbers(high - low, { n, mean, nonFinite, quantiles: found }, cost, costN, successes, failures);
  }
}

interface Latencies {
  readonly n: number;
  readonly mean: number | null;
  readonly nonFinite: number;
  readonly quantiles: readonly (number | null)[];
}

export function windowNumbers(
  count: number,
  latency: Latencies,
  cost: number | null,
  costN: number,
  successes: number,
  failures: number,
): WindowNumbers {
  const [p50 = null, p95 = null, p99 = null] = latency.quantiles;
  const judged = successes + failures;
  return {
    count,
    latency: { n: latency.n, mean: latency.mean, p50, p95, p99, non_finite: latency.nonFinite },
    cost_usd: cost,
    cost_n: costN,
    successes,
    failures,
    success_rate: judged === 0 ? null : successes / judged,
  };
}
