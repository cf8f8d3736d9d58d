import { CrucibleError, show } from '../core/errors.ts';

/** The error for an id that no experiment has. */
export function notFound(id: string, hint = 'listExperiments() names those that exist.'): CrucibleError {
  return new CrucibleError('experiment_not_found', `There is no experiment ${show(id)}.`, { hint });
}

/** Refuses what is no text. */
export function requireId(id: unknown): string {
  if (typeof id === 'string') return id;
  throw new CrucibleError('invalid_argument', `The id of an experiment is ${show(id)}.`, {
    hint: "Give the text that experiment.id has, such as 'exp-20260101T000000-2a509ed588'.",
  });
}
