import type { ExperimentState } from '../experiment-state.ts';
import type { ExperimentFiles } from './experiment-files.ts';

type Listener = (state: ExperimentState | undefined) => void;

interface Watched {
  readonly listeners: Set<Listener>;
  /** Of the file that was last told about; undefined before the first look. */
  version: string | undefined;
}

// Others' changes are to arrive within a second.
const LOOK_EVERY_MS = 400;

/** Tells of changes of experiments' states: this store's own at once, those of other processes soon. */
export class StateWatch {
  readonly #files: ExperimentFiles;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(files: ExperimentFiles) {
    this.#files = files;
  }

  add(id: string, listener: Listener): () => void {
    let watched = this.#watched.get(id);
    if (!watched) {
      watched = { listeners: new Set(), version: undefined };
      this.#watched.set(id, watched);
    }
    const { listeners } = watched;
    listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#watched.get(id)?.listeners === listeners) this.#watched.delete(id);
      if (this.#watched.size === 0) this.close();
    };
  }

  /** Tells of a change that this store has made itself. */
  async tell(id: string, state: ExperimentState | undefined): Promise<void> {
    const watched = this.#watched.get(id);
    if (!watched) return;
    watched.version = state && (await this.#files.version(id));
    for (const listener of [...watched.listeners]) listener(state);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    for (const [id, watched] of [...this.#watched]) {
      const version = await this.#files.version(id);
      if (version === watched.version) continue;
      const known = watched.version !== undefined;
      watched.version = version;
      // The first look only learns what there is, except when it is gone.
      if (!known && version !== undefined) continue;
      const state = await this.#files.load(id).catch(() => undefined);
      if (state === undefined && version !== undefined) continue;
      for (const listener of [...watched.listeners]) listener(state);
    }
  }
}
