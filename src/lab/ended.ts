import { CrucibleError, show } from '../core/errors.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';

/** The error for collecting in an experiment that has ended. */
export function ended(state: ExperimentState): CrucibleError {
  return new CrucibleError(
    'not_running',
    `Experiment ${show(state.name)} (${state.id}) is ${state.status} and takes no more events.`,
    {
      hint: 'Start another experiment: a stopped one stays as it is.',
    },
  );
}
