import type { ExperimentState } from '../../stores/experiment-state.ts';

interface Times {
  from: number;
  to: number;
}

/** When the events of each experiment happened. */
export class RunTimes {
  readonly #byRun = new Map<string, Times>();

  /** Takes the time of the earliest and the latest of some events of an experiment. */
  add(run: string, from: number, to: number): void {
    const times = this.#byRun.get(run);
    if (!times) {
      this.#byRun.set(run, { from, to });
      return;
    }
    times.from = Math.min(times.from, from);
    times.to = Math.max(times.to, to);
  }

  /** From the first to the last event of all; null without events. */
  range(): { from: number; to: number } | null {
    const all = [...this.#byRun.values()];
    if (all.length === 0) return null;
    return {
      from: all.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
      to: all.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY),
    };
  }

  /** Each experiment's time from its first to its last event without its pauses, summed; null without events. */
  seconds(states: readonly ExperimentState[]): number | null {
    if (this.#byRun.size === 0) return null;
    let micros = 0;
    for (const [run, times] of this.#byRun) {
      const state = states.find(({ id }) => id === run);
      micros += times.to - times.from - (state ? pausedMicros(state, times) : 0);
    }
    return micros / 1e6;
  }
}

// Time before the first and after the last phase is no pause: ingested events may lie there.
function pausedMicros({ phases }: ExperimentState, { from, to }: Times): number {
  let paused = 0;
  for (let i = 1; i < phases.length; i++) {
    const pausedAt = phases[i - 1]!.ended_at;
    if (pausedAt === null) continue;
    paused += Math.max(0, Math.min(to, phases[i]!.started_at) - Math.max(from, pausedAt));
  }
  return paused;
}
