import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CrucibleError, show } from '../core/errors.ts';
import { EXPERIMENT_ID } from '../core/ids.ts';
import { isMissing, unreadable } from '../engine/file-errors.ts';
import type { Experiment } from '../lab/experiment.ts';
import type { Lab } from '../lab/lab.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { LocalStore } from '../stores/local/index.ts';

/** A folder of experiments that a command works on. */
export interface OpenedStore {
  /** As an absolute path. */
  readonly dir: string;
  readonly store: LocalStore;
  readonly lab: Lab;
}

/** The folder that `--dir`, `CRUCIBLE_DIR` or the default name, as an absolute path. */
export function storeFolder(command: Command): string {
  const { dir } = command.optsWithGlobals<{ dir?: string }>();
  return resolve(dir || process.env.CRUCIBLE_DIR || '.crucible');
}

/** Opens the store of a command for as long as `use` takes. It has to be there, unless the command `creates` it. */
export function withStore<T>(
  command: Command,
  use: (opened: OpenedStore) => Promise<T>,
  options: { creates?: boolean } = {},
): Promise<T> {
  return withFolder(storeFolder(command), use, options);
}

/** The same with a folder that was named otherwise. */
export async function withFolder<T>(
  dir: string,
  use: (opened: OpenedStore) => Promise<T>,
  { creates = false }: { creates?: boolean } = {},
): Promise<T> {
  if (!creates && !(await isFolderOfExperiments(resolve(dir, 'experiments')))) {
    throw new CrucibleError('experiment_not_found', `There are no experiments in ${resolve(dir)}.`, {
      hint: '--dir or CRUCIBLE_DIR names another folder; crucible demo makes some experiments to look at.',
    });
  }
  // The library takes a while to load: nothing that only prints help waits for it.
  const [{ createCrucible }, { localStore }] = await Promise.all([
    import('../lab/lab.ts'),
    import('../stores/local/index.ts'),
  ]);
  const store = localStore({ dir });
  const lab = createCrucible({ store });
  try {
    return await use({ dir: store.dir, store, lab });
  } finally {
    await lab.close();
  }
}

async function isFolderOfExperiments(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw unreadable(path, cause);
  }
}

/** The experiment that a person means: by id, by a name that only one has, or by the beginning of an id. */
export async function findExperiment(
  { lab, store }: OpenedStore,
  wanted: string,
  studyFlag?: string,
): Promise<Experiment> {
  return lab.getExperiment((await findState(store, wanted, studyFlag)).id);
}

/** The same for several, each once. `studyFlag` is the flag with which the command takes a study, for who names one without it. */
export async function findExperiments(
  opened: OpenedStore,
  wanted: readonly string[],
  studyFlag?: string,
): Promise<Experiment[]> {
  const found = new Map<string, Experiment>();
  for (const text of wanted) {
    const experiment = await findExperiment(opened, text, studyFlag);
    found.set(experiment.id, experiment);
  }
  return [...found.values()];
}

async function findState(store: LocalStore, wanted: string, studyFlag: string | undefined): Promise<ExperimentState> {
  const states = await store.list();
  const exact = states.find(({ id }) => id === wanted);
  if (exact) return exact;
  const named = states.filter(({ name }) => name === wanted);
  const matches = named.length > 0 ? named : states.filter(({ id }) => id.startsWith(wanted));
  const [only] = matches;
  if (only && matches.length === 1) return only;
  if (only) throw ambiguous(wanted, matches);
  // A definition that is damaged is not in the list; loading it says what is wrong with it.
  if (EXPERIMENT_ID.test(wanted)) await store.load(wanted);
  throw notFound(wanted, states, studyFlag);
}

function ambiguous(wanted: string, matches: readonly ExperimentState[]): CrucibleError {
  return new CrucibleError('invalid_argument', `${show(wanted)} may be any of ${matches.length} experiments.`, {
    hint: `Name one by its id: ${listed(matches)}.`,
  });
}

function listed(states: readonly ExperimentState[]): string {
  const shown = states.slice(0, 10).map(({ id, name }) => `${id} (${name})`);
  return shown.join(', ') + (states.length > shown.length ? ` and ${states.length - shown.length} more` : '');
}

function notFound(wanted: string, states: readonly ExperimentState[], studyFlag: string | undefined): CrucibleError {
  const members = states.filter(({ study }) => study === wanted);
  if (members.length > 0) {
    const word = /^[\w.-]+$/.test(wanted) ? wanted : show(wanted);
    return new CrucibleError('experiment_not_found', `There is no experiment ${show(wanted)}.`, {
      hint: studyFlag
        ? `It is a study: ${studyFlag} ${word} names all its experiments.`
        : `It is a study, of ${listed(members)}.`,
    });
  }
  const near = states.find(({ name, id }) => name.toLowerCase().includes(wanted.toLowerCase()) || id.includes(wanted));
  return new CrucibleError('experiment_not_found', `There is no experiment ${show(wanted)}.`, {
    hint: near ? `Did you mean ${near.name} (${near.id})? crucible list shows all.` : 'crucible list shows all.',
  });
}
