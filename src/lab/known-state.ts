import { stopped } from '../experiment/lifecycle.ts';
import type { ExperimentState, ExperimentStatus } from '../stores/experiment-state.ts';
import { notFound } from './not-found.ts';

const RANK: Readonly<Record<ExperimentStatus, number>> = { running: 0, paused: 0, stopped: 1, archived: 2 };

/**
 * An experiment's state as a handle shows it: the one last heard of from the store, or, while changes are under way, the one they lead
 * to. What is heard may come late, from looks that overlap; it never takes the state back to an earlier one.
 */
export class KnownState {
  #shown: ExperimentState;
  #stored: ExperimentState;
  #underWay = 0;
  #isRemoved = false;

  constructor(state: ExperimentState) {
    this.#shown = state;
    this.#stored = state;
  }

  get current(): ExperimentState {
    return this.#shown;
  }

  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  /** Whether it is stopped or archived by what the store says. */
  get hasEnded(): boolean {
    return RANK[this.#stored.status] > 0;
  }

  /** What the store has under its id. Throws `experiment_not_found` for another one that was started since. */
  same(stored: ExperimentState): ExperimentState {
    if (stored.started_at === this.#stored.started_at) return stored;
    throw notFound(stored.id);
  }

  /** Takes that there is no such experiment any more: if it had not ended, it has now. */
  remove(now: number): void {
    this.#isRemoved = true;
    if (!this.hasEnded) this.hear(stopped(this.#stored, now));
  }

  /** Takes what the store says. */
  hear(stored: ExperimentState): void {
    if (isEarlier(stored, this.#stored)) return;
    this.#stored = stored;
    if (this.#underWay === 0 || !isEarlier(stored, this.#shown)) this.#shown = stored;
  }

  /** Shows a change at once. `settle` has to follow when the store has made it, and was heard, or has refused it. */
  begin(next: ExperimentState): void {
    this.#underWay++;
    this.#shown = next;
  }

  settle(): void {
    if (--this.#underWay === 0) this.#shown = this.#stored;
  }
}

// A pause adds to the pauses, a resume to the phases.
function isEarlier(a: ExperimentState, b: ExperimentState): boolean {
  if (RANK[a.status] !== RANK[b.status]) return RANK[a.status] < RANK[b.status];
  return a.phases.length + a.pause_count < b.phases.length + b.pause_count;
}
