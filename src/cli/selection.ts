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
  if (wanted.length > 0) return (await findExperiments(opened, wanted)).map(({ id }) => id);
  if (study === undefined) return undefined;
  wantsAllExperiments();
  const found = (await opened.store.list()).filter((state) => state.study === study);
  if (found.length > 0) return found.map(({ id }) => id);
  throw new CrucibleError('experiment_not_found', `There is no experiment of a study ${show(study)}.`, {
    hint: 'crucible list shows the studies.',
  });
}
