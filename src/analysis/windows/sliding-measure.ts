import { between, place } from '../../stats/quantile.ts';
import { CompensatedSum } from '../../stats/sum.ts';
import { RankedCounts } from './ranked-counts.ts';
import { Mark, type TimeTable } from './time-table.ts';
import { WINDOW_PROBABILITIES, type WindowMeasure, type WindowNumbers, windowNumbers } from './window-numbers.ts';

/**
 * Measures windows that overlap a lot: each row enters once and leaves once, however many windows it is in, and the quantiles
 * stay exact. Windows must be asked for in the order of their starts and of their ends.
 */
export class SlidingMeasure implements WindowMeasure {
  readonly #table: TimeTable;
  readonly #ranks: Int32Array;
  readonly #latencies: RankedCounts;
  #low = 0;
  #high = 0;
  #latencySum = new CompensatedSum();
  #costSum = new CompensatedSum();
  #n = 0;
  #nonFinite = 0;
  #costN = 0;
  #successes = 0;
  #failures = 0;

  constructor(table: TimeTable) {
    this.#table = table;
    const { count, marks, latencies } = table;
    this.#latencies = new RankedCounts(latencies.subarray(0, count).filter((_, i) => marks[i]! & Mark.LATENCY));
    this.#ranks = new Int32Array(count);
    for (let i = 0; i < count; i++)
      if (marks[i]! & Mark.LATENCY) this.#ranks[i] = this.#latencies.rankOf(latencies[i]!);
  }

  of(low: number, high: number): WindowNumbers {
    while (this.#low < Math.min(low, this.#high)) this.#move(this.#low++, -1);
    // What rounding left of sums that are empty again must not be carried on.
    if (this.#n === 0) this.#latencySum = new CompensatedSum();
    if (this.#costN === 0) this.#costSum = new CompensatedSum();
    this.#low = low;
    this.#high = Math.max(this.#high, low);
    while (this.#high < high) this.#move(this.#high++, 1);
    const n = this.#n;
    return windowNumbers(
      high - low,
      {
        n,
        mean: n === 0 ? null : this.#latencySum.value / n,
        nonFinite: this.#nonFinite,
        quantiles: n === 0 ? [] : WINDOW_PROBABILITIES.map((p) => this.#quantile(p)),
      },
      this.#costN === 0 ? null : this.#costSum.value,
      this.#costN,
      this.#successes,
      this.#failures,
    );
  }

  #quantile(p: number): number | null {
    const { lower, upper, weight } = place(p, this.#n, 7);
    const low = this.#latencies.at(lower);
    return between(low, upper === lower ? low : this.#latencies.at(upper), weight);
  }

  #move(row: number, sign: 1 | -1): void {
    const { marks, latencies, costs } = this.#table;
    const mark = marks[row]!;
    if (mark & Mark.LATENCY) {
      this.#n += sign;
      this.#latencySum.add(sign * latencies[row]!);
      this.#latencies.add(this.#ranks[row]!, sign);
    }
    if (mark & Mark.COST) {
      this.#costN += sign;
      this.#costSum.add(sign * costs[row]!);
    }
    if (mark & Mark.SUCCESS) this.#successes += sign;
    if (mark & Mark.FAILURE) this.#failures += sign;
    if (mark & Mark.BAD_LATENCY) this.#nonFinite += sign;
  }
}
