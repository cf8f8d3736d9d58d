import { CrucibleError, show } from '../core/errors.ts';
import type { ExperimentState, ExperimentStatus } from '../stores/experiment-state.ts';
import type { Store } from '../stores/store.ts';

/**
 * An experiment's status as it looks from outside. Of one that is running or paused by its own account: `crashed` when a writer is
 * gone without having closed and no other is at work, `idle` when a running one has no writer at all.
 */
export type ObservedStatus = ExperimentStatus | 'idle' | 'crashed';

const STATUSES: readonly ObservedStatus[] = ['running', 'paused', 'stopped', 'archived', 'idle', 'crashed'];

/** Throws `invalid_argument` for what is no status: a misspelt one would silently find nothing. */
export function requireStatus(status: unknown): void {
  if (status === undefined || STATUSES.some((each) => each === status)) return;
  throw new CrucibleError('invalid_argument', `status is ${show(status)}.`, {
    hint: `Give one of ${STATUSES.map((each) => `'${each}'`).join(', ')}, or leave it out.`,
  });
}

/** An experiment as a list shows it. */
export interface ListedExperiment extends Omit<ExperimentState, 'status'> {
  readonly status: ObservedStatus;
}

/** Looks at the writers of an experiment that has not ended. */
export async function observed(store: Store, state: ExperimentState): Promise<ListedExperiment> {
  if (state.status !== 'running' && state.status !== 'paused') return state;
  const writers = await store.writers(state.id);
  if (writers.some(({ status }) => status === 'open')) return state;
  // A crash is over once somebody has resumed the experiment.
  const isCurrent = (seenAt: number) => writers.every(({ opened_at }) => opened_at <= seenAt);
  if (writers.some(({ status, seen_at }) => status === 'crashed' && isCurrent(seen_at)))
    return { ...state, status: 'crashed' };
  return state.status === 'running' ? { ...state, status: 'idle' } : state;
}
