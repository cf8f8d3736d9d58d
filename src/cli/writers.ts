import { CrucibleError, show } from '../core/errors.ts';
import type { Experiment } from '../lab/experiment.ts';
import type { OpenedStore } from './store-access.ts';

/** Throws `experiment_open` while some process writes to the experiment. */
export async function requireNobodyWrites({ store }: OpenedStore, experiment: Experiment, hint: string): Promise<void> {
  if (experiment.status !== 'running' && experiment.status !== 'paused') return;
  const open = (await store.writers(experiment.id)).filter(({ status }) => status === 'open');
  if (open.length === 0) return;
  throw new CrucibleError(
    'experiment_open',
    `Experiment ${show(experiment.name)} (${experiment.id}) is being written by ${open.length === 1 ? 'a process' : `${open.length} processes`}.`,
    { hint },
  );
}

/** What is wrong with doing something to an experiment that has not ended, in the words that lists have for its status. */
export async function stillOpen({ store }: OpenedStore, { name, id, state }: Experiment): Promise<CrucibleError> {
  const { observed } = await import('../lab/observed-status.ts');
  const { status } = await observed(store, state);
  const isWritten = (await store.writers(id)).some((writer) => writer.status === 'open');
  return new CrucibleError('not_stopped', `Experiment ${show(name)} (${id}) is ${status} and cannot be archived.`, {
    hint: isWritten
      ? `Stop it where it runs, or with crucible stop ${id} --force.`
      : `--stop stops it first; so does crucible stop ${id}.`,
  });
}
