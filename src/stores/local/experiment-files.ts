import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CrucibleError, show } from '../../core/errors.ts';
import { warnOnce } from '../../core/warn.ts';
import { unwritable } from '../../engine/file-errors.ts';
import { SCHEMA_VERSION } from '../../record/fields.ts';
import { fromJsonText, toJsonText } from '../../record/json.ts';
import type { ExperimentState } from '../experiment-state.ts';
import { withFileLock } from './file-lock.ts';

const DEFINITION = 'experiment.json';

/** The folders of experiments and the file in each that holds its definition and lifecycle. */
export class ExperimentFiles {
  readonly #dir: string;
  // Changes of one experiment by this process come one after the other: only other processes meet at the lock.
  readonly #changes = new Map<string, Promise<unknown>>();

  /** @param dir The folder of the store. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  folder(id: string): string {
    return join(this.#dir, 'experiments', id);
  }

  async create(state: ExperimentState): Promise<void> {
    const parent = join(this.#dir, 'experiments');
    const draft = join(parent, `.${state.id}.${randomUUID().slice(0, 8)}.tmp`);
    try {
      await this.#makeRoot();
      await mkdir(join(draft, 'events'), { recursive: true });
      await mkdir(join(draft, 'writers'));
      await writeSynced(join(draft, DEFINITION), textOf(state));
      // A folder with anything in it is never replaced, so of several that create the same id one succeeds.
      await rename(draft, this.folder(state.id));
    } catch (error) {
      await rm(draft, { recursive: true, force: true }).catch(() => undefined);
      if (error instanceof CrucibleError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw unwritable(parent, error);
      throw new CrucibleError('experiment_exists', `There is an experiment ${show(state.id)} already.`, {
        hint: 'Leave the id out to get a new one, or use resumeExperiment to go on with the old one.',
        cause: error,
      });
    }
  }

  async load(id: string): Promise<ExperimentState | undefined> {
    const path = join(this.folder(id), DEFINITION);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
    return stateOf(text, path);
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
        const state = await this.load(name);
        if (state) states.push(state);
      } catch (error) {
        const { message } = error as Error;
        warnOnce(`damaged:${message}`, message);
      }
    }
    return states.sort((a, b) => a.started_at - b.started_at || (a.id < b.id ? -1 : 1));
  }

  /** Changes a state under the lock. Rejects with `experiment_not_found` for an unknown id. */
  async update(id: string, change: (state: ExperimentState) => ExperimentState): Promise<ExperimentState> {
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

  async remove(id: string): Promise<void> {
    const aside = join(this.#dir, 'experiments', `.${id}.${randomUUID().slice(0, 8)}.removed`);
    try {
      await rename(this.folder(id), aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw unwritable(this.folder(id), error);
    }
    await rm(aside, { recursive: true, force: true });
  }

  /** A text that differs when the file of that experiment has changed; undefined when there is none. */
  async version(id: string): Promise<string | undefined> {
    const path = join(this.folder(id), DEFINITION);
    try {
      const { ino, mtimeMs, size } = await stat(path);
      return `${ino}:${mtimeMs}:${size}`;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
  }

  async require(id: string): Promise<void> {
    if (!(await this.version(id))) throw notFound(id);
  }

  async #update(id: string, change: (state: ExperimentState) => ExperimentState): Promise<ExperimentState> {
    await this.require(id);
    const folder = this.folder(id);
    return withFileLock(join(folder, 'experiment.lock'), async () => {
      const state = await this.load(id);
      if (!state) throw notFound(id);
      const next = change(state);
      await replaceText(join(folder, DEFINITION), textOf(next));
      return next;
    });
  }

  async #makeRoot(): Promise<void> {
    const first = await mkdir(join(this.#dir, 'experiments'), { recursive: true });
    // Records may hold what nobody wants in a repository.
    if (first !== undefined)
      await writeFile(join(this.#dir, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
  }
}

/** Replaces a file as one step: there is the old text or the new one, never a part. */
export async function replaceText(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeSynced(draft, text);
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

function textOf(state: ExperimentState): string {
  return `${toJsonText({ schema_version: SCHEMA_VERSION, ...state })}\n`;
}

function stateOf(text: string, path: string): ExperimentState {
  let parsed: unknown;
  try {
    parsed = fromJsonText(text);
  } catch (cause) {
    throw damaged(path, cause);
  }
  if (typeof parsed !== 'object' || parsed === null || !('schema_version' in parsed) || !('id' in parsed))
    throw damaged(path);
  const { schema_version, ...state } = parsed;
  if (typeof schema_version === 'number' && schema_version > SCHEMA_VERSION) {
    throw new CrucibleError(
      'unsupported_version',
      `${path} has schema version ${schema_version}; this version of crucible-telemetry reads up to ${SCHEMA_VERSION}.`,
      { hint: 'Update crucible-telemetry to read it.' },
    );
  }
  return { ...defaultsOf(String(state.id)), ...(state as Partial<ExperimentState>) };
}

/** What a key means that the version did not know yet by which a file was written. */
function defaultsOf(id: string): ExperimentState {
  return {
    id,
    name: id,
    study: null,
    condition: null,
    replicate: id,
    hypothesis: null,
    tags: [],
    metadata: {},
    sample_size: null,
    events: 'all',
    scope: 'auto',
    request_events: null,
    sampling: null,
    redact: [],
    // What has not ended is never removed to make room.
    status: 'running',
    started_at: 0,
    paused_at: null,
    pause_count: 0,
    stopped_at: null,
    archived_at: null,
    phases: [],
  };
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function damaged(path: string, cause?: unknown): CrucibleError {
  return new CrucibleError('damaged_data', `${path} is not the definition of an experiment.`, {
    hint: 'Restore it from a copy, or move its folder away; the records beside it are not touched.',
    cause,
  });
}

function unreadable(path: string, cause: unknown): CrucibleError {
  return new CrucibleError('path_unreadable', `Cannot read ${path}: ${(cause as Error).message}.`, {
    hint: 'Check that this process may read it.',
    cause,
  });
}

function notFound(id: string): CrucibleError {
  return new CrucibleError('experiment_not_found', `There is no experiment ${show(id)}.`, {
    hint: 'listExperiments() names those that exist.',
  });
}
