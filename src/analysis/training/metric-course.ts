import { ValueList } from '../tallies/value-list.ts';
import { bestDirection } from './best-direction.ts';
import { TrailingLoss } from './trailing-loss.ts';
import type { Divergence, MetricSummary } from './training-metrics.ts';

interface Ends<Time> {
  first: { time: Time; value: number };
  last: { time: Time; value: number };
}

/** The values of one metric over time, by run. Values may come in any order; of equal times the one that came first is the earlier. */
export class MetricCourse<Time extends number | string> {
  readonly #values = new ValueList();
  readonly #runs = new Map<string, Ends<Time>>();
  /** Only of runs with a value that is not finite. */
  readonly #losses = new Map<string, TrailingLoss<Time, Divergence>>();
  #lastRun: string | undefined;
  #lastEnds: Ends<Time> | undefined;

  /** Takes a value and, for one that is not finite, the epoch and step it names. */
  add(run: string, time: Time, value: number, epoch: number | null, step: number | null): void {
    this.#values.add(value);
    if (value - value !== 0) this.#lose(run, time, epoch, step);
    else this.#keep(run, time, value);
  }

  summary(name: string): MetricSummary {
    return MetricCourse.summaryOf(name, [this], []);
  }

  /** Of several courses, which have no run in common. */
  static summaryOf<Time extends number | string>(
    name: string,
    courses: readonly MetricCourse<Time>[],
    events: readonly string[],
  ): MetricSummary {
    const values = ValueList.joined(courses.map((course) => course.#values));
    const { count, mean, min, max } = values.description;
    const direction = bestDirection(name);
    const runs = courses.flatMap((course) => [...course.#runs.values()]);
    const diverged = courses.flatMap((course) => [...course.#losses.values()].flatMap(({ place }) => place ?? []));
    return {
      count,
      runs: runs.length,
      first: meanOf(runs.map(({ first }) => first.value)),
      last: diverged.length > 0 ? null : meanOf(runs.map(({ last }) => last.value)),
      best: direction === null ? null : direction === 'min' ? min : max,
      best_is: direction,
      mean,
      min,
      max,
      non_finite: values.nonFinite,
      diverged,
      events,
    };
  }

  #keep(run: string, time: Time, value: number): void {
    if (this.#losses.size > 0) this.#losses.get(run)?.keep(time);
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

  #lose(run: string, time: Time, epoch: number | null, step: number | null): void {
    let loss = this.#losses.get(run);
    if (!loss) {
      loss = new TrailingLoss();
      const kept = this.#runs.get(run);
      if (kept) loss.keep(kept.last.time);
      this.#losses.set(run, loss);
    }
    loss.lose(time, { run, epoch, step });
  }
}

function meanOf(values: readonly number[]): number | null {
  const list = new ValueList();
  for (const value of values) list.add(value);
  return list.mean;
}
