import { CrucibleError, show } from '../core/errors.ts';
import type { ExperimentState, Phase } from '../stores/experiment-state.ts';

/** running → paused. Throws `already_paused` or `not_running`. */
export function paused(state: ExperimentState, now: number): ExperimentState {
  if (state.status === 'paused') {
    throw new CrucibleError('already_paused', `${describe(state)} is already paused.`, {
      hint: 'resume() lets it go on.',
    });
  }
  if (state.status !== 'running') throw notRunning(state, 'paused');
  return {
    ...state,
    status: 'paused',
    paused_at: now,
    pause_count: state.pause_count + 1,
    phases: ended(state.phases, now),
  };
}

/** paused → running. Throws `not_paused`. */
export function resumed(state: ExperimentState, now: number): ExperimentState {
  if (state.status !== 'paused') {
    throw new CrucibleError('not_paused', `${describe(state)} is ${state.status}, not paused.`, {
      hint: 'Only a paused experiment can be resumed.',
    });
  }
  return {
    ...state,
    status: 'running',
    paused_at: null,
    phases: [...state.phases, { started_at: now, ended_at: null }],
  };
}

/** running or paused → stopped. Throws `not_running`. */
export function stopped(state: ExperimentState, now: number): ExperimentState {
  if (state.status !== 'running' && state.status !== 'paused') throw notRunning(state, 'stopped');
  return { ...state, status: 'stopped', paused_at: null, stopped_at: now, phases: ended(state.phases, now) };
}

/** stopped → archived. Throws `not_stopped`. */
export function archived(state: ExperimentState, now: number): ExperimentState {
  if (state.status !== 'stopped') {
    throw new CrucibleError('not_stopped', `${describe(state)} is ${state.status} and cannot be archived.`, {
      hint: state.status === 'archived' ? 'It is archived already.' : 'stop() it first.',
    });
  }
  return { ...state, status: 'archived', archived_at: now };
}

/** The same where another may have done it meanwhile: what is archived stays as it is. */
export function archivedBefore(state: ExperimentState, now: number): ExperimentState {
  return state.status === 'archived' ? state : archived(state, now);
}

function ended(phases: readonly Phase[], now: number): Phase[] {
  return phases.map((phase) =>
    phase.ended_at === null ? { ...phase, ended_at: Math.max(now, phase.started_at) } : phase,
  );
}

function notRunning(state: ExperimentState, wanted: string): CrucibleError {
  return new CrucibleError('not_running', `${describe(state)} is ${state.status} and cannot be ${wanted}.`, {
    hint: 'Start another experiment: a stopped one stays as it is.',
  });
}

function describe(state: ExperimentState): string {
  return `Experiment ${show(state.name)} (${state.id})`;
}
