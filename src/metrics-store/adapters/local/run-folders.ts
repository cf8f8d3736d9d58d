import { existsSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EXPERIMENT_ID } from '../../../core/ids.ts';
import { errnoOf, unreadable } from '../../../engine/file-errors.ts';
import { fileSafe } from './file-safe.ts';

/** Where below a store's folder the points of each run are. */
export class RunFolders {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Where points of the run go now: with the experiment of that id if there is one. */
  current(runId: string): string {
    return this.#isExperiment(runId) ? this.#ofExperiment(runId) : join(this.ofRun(runId), 'metrics');
  }

  /** The folder of a run that is no experiment, or was none yet. */
  ofRun(runId: string): string {
    return join(this.#dir, 'runs', fileSafe(runId));
  }

  /** Wherever points of the run may be. */
  all(runId: string): string[] {
    const folders = [join(this.ofRun(runId), 'metrics')];
    if (this.#isExperiment(runId)) folders.unshift(this.#ofExperiment(runId));
    return folders;
  }

  /** The files with points of the run, by folder and name. Throws `path_unreadable` for a folder that cannot be read. */
  async files(runId: string): Promise<string[]> {
    const files: string[] = [];
    for (const folder of this.all(runId)) {
      const names = await namesIn(folder);
      files.push(...names.filter((name) => name.endsWith('.jsonl')).map((name) => join(folder, name)));
    }
    return files;
  }

  #ofExperiment(runId: string): string {
    return join(this.#dir, 'experiments', runId, 'metrics');
  }

  // Where names have no case, `Exp` would find the folder of `exp`: the listing has it as it is.
  #isExperiment(runId: string): boolean {
    if (!EXPERIMENT_ID.test(runId)) return false;
    const experiments = join(this.#dir, 'experiments');
    return existsSync(join(experiments, runId)) && listed(experiments, runId);
  }
}

function listed(folder: string, name: string): boolean {
  try {
    return readdirSync(folder).includes(name);
  } catch {
    // What may be entered but not listed.
    return true;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw unreadable(folder, error);
  }
}
