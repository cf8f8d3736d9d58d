import { CrucibleError, show } from '../core/errors.ts';

/** The refusal to resume an experiment that others write to. */
export function runningElsewhere({ id, name }: { readonly id: string; readonly name?: string | null }): CrucibleError {
  return new CrucibleError('not_paused', `Experiment ${name ? `${show(name)} (${id})` : id} is running elsewhere.`, {
    hint: 'joinExperiment adds this process as another writer.',
  });
}
