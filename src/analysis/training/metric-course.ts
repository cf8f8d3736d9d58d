import { ValueList } from '../tallies/value-list.ts';
import { bestDirection } from './best-direction.ts';
import type { MetricSummary } from './training-metrics.ts';

interface Ends<Time> {
  first: { time: Time; value: number };
  last: { time: Time; value: number };
}

/** The values of one metric over time, by run. Values may come in any order; of equal times the one that came first is the earlier. */
export class MetricCourse<Time extends number | string> {
  readonly #values = new ValueList();
  readonly #runs = new Map<string, Ends<Time>>();
  #lastRun: string | undefined;
  #lastEnds: Ends<Time> | undefined;

  add(run: string, time: Time, value: number): void {
    this.#values.add(value);
    if (value - value !== 0) return;
    if (run !== this.#lastRun || !this.#lastEnds) {
      this.#lastRun = run;
      this.#lastEnds = this.#runs.get(run);
    }
    const ends = this.#lastEnds;
    if (!ends) {
      this.#lastEnds = { first: { time, value }, last: { time, value } };
      this.#runs.set(run, this.#lastEnds);
      return;
    }
    if (time < ends.first.time) ends.first = { time, value };
    if (time >= ends.last.time) {
      ends.last.time = time;
      ends.last.value = value;
    }
  }

  summary(name: string): MetricSummary {
    const { count, mean, min, max } = this.#values.description;
    const direction = bestDirection(name);
    const runs = [...this.#runs.values()];
    return {
      count,
      runs: runs.length,
      first: meanOf(runs.map(({ first }) => first.value)),
      last: meanOf(runs.map(({ last }) => last.value)),
      best: direction === null ? null : direction === 'min' ? min : max,
      best_is: direction,
      mean,
      min,
      max,
      non_finite: this.#values.nonFinite,
    };
  }
}

function meanOf(values: readonly number[]): number | null {
  const list = new ValueList();
  for (const value of values) list.add(value);
  return list.mean;
}
