import { CrucibleError, show } from '../core/errors.ts';

/** The error for an id that no experiment has. */
export function notFound(id: string, hint = 'listExperiments() names those that exist.'): CrucibleError {
  return new CrucibleError('experiment_not_found', `There is no experiment ${show(id)}.`, { hint });
}
