import { CrucibleError, show } from '../core/errors.ts';

/** The refusal to keep a new experiment under an id that is taken. */
export function experimentExists(id: string): CrucibleError {
  return new CrucibleError('experiment_exists', `There is an experiment ${show(id)} already.`, {
    hint: 'Leave the id out to get a new one; joinExperiment adds to the old one while it runs, resumeExperiment goes on with it.',
  });
}
