import { hajek } from '../../stats/sampling/weighted-estimate.ts';
import { weightedQuantiles } from '../../stats/sampling/weighted-quantile.ts';
import { sum } from '../../stats/sum.ts';
import { Mark, type TimeTable } from './time-table.ts';
import { WINDOW_PROBABILITIES, type WindowMeasure, type WindowNumbers, windowNumbers } from './window-numbers.ts';

/** Measures each window of sampled records by itself: means, shares, quantiles and sums are estimates for all, counts those of the records. */
export class WeightedMeasure implements WindowMeasure {
  readonly #table: TimeTable;
  readonly #inclusion: Float64Array;

  constructor(table: TimeTable, inclusion: Float64Array) {
    this.#table = table;
    this.#inclusion = inclusion;
  }

  of(low: number, high: number): WindowNumbers {
    const { marks, latencies, costs } = this.#table;
    const inclusion = this.#inclusion;
    const [times, prices]: [number[], number[]] = [[], []];
    const outcomes: number[] = [];
    let successes = 0;
    let nonFinite = 0;
    for (let i = low; i < high; i++) {
      const mark = marks[i]!;
      if (mark & Mark.LATENCY) times.push(i);
      if (mark & Mark.COST) prices.push(i);
      if (mark & (Mark.SUCCESS | Mark.FAILURE)) outcomes.push(i);
      if (mark & Mark.SUCCESS) successes++;
      if (mark & Mark.BAD_LATENCY) nonFinite++;
    }
    const weightsOf = (rows: readonly number[]) => Float64Array.from(rows, (row) => 1 / inclusion[row]!);
    const durations = Float64Array.from(times, (row) => latencies[row]!);
    const chances = Float64Array.from(times, (row) => inclusion[row]!);
    const mean = times.length === 0 ? null : hajek(durations, weightsOf(times));
    const cost = prices.length === 0 ? null : sum(Float64Array.from(prices, (row) => costs[row]! / inclusion[row]!));
    const succeeded = Float64Array.from(outcomes, (row) => (marks[row]! & Mark.SUCCESS ? 1 : 0));
    const numbers = windowNumbers(
      high - low,
      { n: times.length, mean, nonFinite, quantiles: weightedQuantiles(durations, chances, WINDOW_PROBABILITIES) },
      cost,
      prices.length,
      successes,
      outcomes.length - successes,
    );
    return { ...numbers, success_rate: outcomes.length === 0 ? null : hajek(succeeded, weightsOf(outcomes)) };
  }
}
