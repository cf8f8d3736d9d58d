import { CrucibleError, show } from '../core/errors.ts';
import { wantsAllExperiments } from './damage.ts';
import { findExperiments, type OpenedStore } from './store-access.ts';

/** The ids of the experiments that were named, or of a study; undefined when nothing was named. */
export async function selectedIds(
  opened: OpenedStore,
  wanted: readonly string[],
  study: string | undefined,
): Promise<string[] | undefined> {
  if (wanted.length > 0 && study !== undefined) {
    throw new CrucibleError('invalid_argument', 'Both experiments and a study were named.', {
      hint: 'Name the experiments, or --study.',
    });
  }
  if (wanted.length > 0) return (await findExperiments(opened, wanted, '--study')).map(({ id }) => id);
  if (study === undefined) return undefined;
  return studyIds(opened, study);
}

/** The ids of the experiments of a study. Throws `experiment_not_found` where there are none. */
export async function studyIds(opened: OpenedStore, study: string): Promise<string[]> {
  wantsAllExperiments();
  const found = (await opened.store.list()).filter((state) => state.study === study);
  if (found.length > 0) return found.map(({ id }) => id);
  throw new CrucibleError('experiment_not_found', `There is no experiment of a study ${show(study)}.`, {
    hint: 'crucible list shows the studies.',
  });
}

/** The ids of a study or of experiments: a single word is a study before it is an experiment. Undefined when nothing was named. */
export async function studyOrIds(
  opened: OpenedStore,
  wanted: readonly string[],
  study: string | undefined,
): Promise<string[] | undefined> {
  const [first] = wanted;
  if (wanted.length === 1 && study === undefined) {
    const members = (await opened.store.list()).filter((state) => state.study === first);
    if (members.length > 0) return members.map(({ id }) => id);
  }
  return selectedIds(opened, wanted, study);
}

const MOST_CONDITIONS = 12;

/** A condition as it is, or the id of the experiment that was named as any may be. */
export async function namedBaseline(opened: OpenedStore, given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const states = await opened.store.list();
  const conditions = [...new Set(states.flatMap(({ condition }) => condition ?? []))];
  if (conditions.includes(given)) return given;
  try {
    return (await findExperiments(opened, [given]))[0]?.id ?? given;
  } catch (error) {
    if (!(error instanceof CrucibleError) || error.code !== 'experiment_not_found') throw error;
    const shown = conditions.sort().slice(0, MOST_CONDITIONS).join(', ');
    const others = conditions.length > MOST_CONDITIONS ? ' and others' : '';
    throw new CrucibleError('experiment_not_found', `There is no condition and no experiment ${show(given)}.`, {
      hint: `${conditions.length > 0 ? `Conditions are ${shown}${others}; ` : ''}crucible list shows the experiments.`,
      cause: error,
    });
  }
}
