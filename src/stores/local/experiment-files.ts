import { randomUUID } from 'node:crypto';
import { type Stats, statSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CrucibleError, show } from '../../core/errors.ts';
import { EXPERIMENT_ID } from '../../core/ids.ts';
import { warnOnce } from '../../core/warn.ts';
import { isMissing, unreadable, unwritable } from '../../engine/file-errors.ts';
import { makeFolder } from '../../engine/make-folder.ts';
import { experimentExists } from '../experiment-exists.ts';
import type { ExperimentState } from '../experiment-state.ts';
import { stateOf, textOf } from './experiment-text.ts';
import { type RequireHeld, withFileLock } from './file-lock.ts';
import { removeStaleDrafts } from './stale-drafts.ts';

const DEFINITION = 'experiment.json';

/** A state as it was written, with the version of its file. */
export interface Written {
  readonly state: ExperimentState;
  readonly version: string | undefined;
}

/** The folders of experiments and the file in each that holds its definition and lifecycle. */
export class ExperimentFiles {
  readonly #dir: string;
  // Changes of one experiment by this process come one after the other: only other processes meet at the lock.
  readonly #changes = new Map<string, Promise<unknown>>();

  /** @param dir The folder of the store. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Throws `experiment_not_found` for what is no id, such as `../elsewhere`. */
  folder(id: string): string {
    if (!EXPERIMENT_ID.test(id)) throw notFound(id);
    return join(this.#dir, 'experiments', id);
  }

  async create(state: ExperimentState): Promise<void> {
    const folder = this.folder(state.id);
    const parent = dirname(folder);
    const draft = join(parent, `.${state.id}.${randomUUID().slice(0, 8)}.tmp`);
    try {
      await this.#makeRoot();
      await mkdir(draft);
      await mkdir(join(draft, 'events'));
      await mkdir(join(draft, 'writers'));
      await writeSynced(join(draft, DEFINITION), textOf(state));
      // A folder with anything in it is never replaced, so of several that create the same id one succeeds.
      await rename(draft, folder);
    } catch (error) {
      await rm(draft, { recursive: true, force: true }).catch(() => undefined);
      if (await isFolder(folder)) throw experimentExists(state.id);
      throw unwritable(parent, error);
    }
    await removeStaleDrafts(parent);
  }

  async load(id: string): Promise<ExperimentState | undefined> {
    return EXPERIMENT_ID.test(id) ? this.#read(id) : undefined;
  }

  /** All experiments, by rising start. One whose file is damaged is left out with a warning. */
  async list(): Promise<ExperimentState[]> {
    const names = await readdir(join(this.#dir, 'experiments')).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw unreadable(join(this.#dir, 'experiments'), error);
    });
    const states: ExperimentState[] = [];
    for (const name of names) {
      if (name.startsWith('.')) continue;
      try {
        const state = await this.#read(name);
        if (state) states.push(state);
      } catch (error) {
        const { message } = error as Error;
        warnOnce(`damaged:${message}`, message);
      }
    }
    return states.sort((a, b) => a.started_at - b.started_at || (a.id < b.id ? -1 : 1));
  }

  /** Changes a state under the lock. Rejects with `experiment_not_found` for an unknown id. */
  async update(id: string, change: (state: ExperimentState) => ExperimentState): Promise<Written> {
    const turn = (this.#changes.get(id) ?? Promise.resolve()).then(
      () => this.#update(id, change),
      () => this.#update(id, change),
    );
    this.#changes.set(id, turn);
    try {
      return await turn;
    } finally {
      if (this.#changes.get(id) === turn) this.#changes.delete(id);
    }
  }

  /** Calls `action` while nobody else changes the experiment. */
  locked<T>(id: string, action: (requireHeld: RequireHeld) => Promise<T>): Promise<T> {
    return withFileLock(join(this.folder(id), 'experiment.lock'), action);
  }

  async remove(id: string): Promise<void> {
    const folder = this.folder(id);
    const aside = join(dirname(folder), `.${id}.${randomUUID().slice(0, 8)}.removed`);
    try {
      await rename(folder, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw unwritable(folder, error);
    }
    await rm(aside, { recursive: true, force: true });
  }

  /** A text that differs when the file of that experiment has changed; undefined when there is none. */
  async version(id: string): Promise<string | undefined> {
    const path = join(this.folder(id), DEFINITION);
    try {
      return versionOf(await stat(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
  }

  /** The same at once. */
  versionSync(id: string): string | undefined {
    const found = statSync(join(this.folder(id), DEFINITION), { throwIfNoEntry: false });
    return found && versionOf(found);
  }

  /** The state of an experiment. Rejects with `experiment_not_found` when there is none. */
  async require(id: string): Promise<ExperimentState> {
    const state = await this.load(id);
    if (!state) throw notFound(id);
    return state;
  }

  async #update(id: string, change: (state: ExperimentState) => ExperimentState): Promise<Written> {
    await this.require(id);
    const folder = this.folder(id);
    try {
      return await this.locked(id, async (requireHeld) => {
        const next = change(await this.require(id));
        await replaceText(join(folder, DEFINITION), textOf(next), async (draft, text) => {
          await writeSynced(draft, text);
          await requireHeld();
        });
        return { state: next, version: await this.version(id) };
      });
    } catch (error) {
      // Removed meanwhile: then there is nothing to lock and nothing to write to.
      if (await isFolder(folder)) throw error;
      throw notFound(id);
    }
  }

  // `name` is that of a folder in the store, whether it is an id or not.
  async #read(name: string): Promise<ExperimentState | undefined> {
    const path = join(this.#dir, 'experiments', name, DEFINITION);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
    return stateOf(text, path, name);
  }

  async #makeRoot(): Promise<void> {
    const experiments = join(this.#dir, 'experiments');
    const made = await makeFolder(experiments);
    // Records may hold what nobody wants in a repository. A folder that was there before may hold what everybody wants in one.
    if (made.includes(this.#dir))
      await writeFile(join(this.#dir, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
  }
}

/**
 * Replaces a file as one step: there is the old text or the new one, never a part. `write` is how the text gets into the new
 * file; by default it is synced, so that a loss of power does not undo the step.
 */
export async function replaceText(
  path: string,
  text: string,
  write: (path: string, text: string) => Promise<void> = writeSynced,
): Promise<void> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await write(draft, text);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw unwritable(path, error);
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function versionOf({ ino, mtimeMs, size }: Stats): string {
  return `${ino}:${mtimeMs}:${size}`;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function notFound(id: string): CrucibleError {
  return new CrucibleError('experiment_not_found', `There is no experiment ${show(id)}.`, {
    hint: 'listExperiments() names those that exist.',
  });
}
