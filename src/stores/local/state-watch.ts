import { warnOnce } from '../../core/warn.ts';
import type { ExperimentState } from '../experiment-state.ts';
import type { ExperimentFiles } from './experiment-files.ts';

type Listener = (state: ExperimentState | undefined) => void;

interface Watched {
  readonly listeners: Set<Listener>;
  /** Of the file that was last told about. */
  version: string | undefined;
  /** Whether it was looked at before. */
  looked: boolean;
}

// Others' changes are to arrive within a second.
const LOOK_EVERY_MS = 400;
// The version of no file.
const UNREADABLE = '';

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
      watched = { listeners: new Set(), version: undefined, looked: false };
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
    watched.looked = true;
    watched.version = state && (await this.#files.version(id));
    for (const listener of [...watched.listeners]) listener(state);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    for (const [id, watched] of [...this.#watched]) {
      try {
        await this.#lookAt(id, watched);
      } catch (error) {
        // That it cannot be read, or is damaged, does not mean that it was removed. What it says is heard once it can be read.
        watched.version = UNREADABLE;
        const { message } = error as Error;
        warnOnce(`watch:${message}`, `Changes of an experiment by others are not seen. ${message}`);
      }
    }
  }

  async #lookAt(id: string, watched: Watched): Promise<void> {
    const version = await this.#files.version(id);
    if (watched.looked && version === watched.version) return;
    const isFirst = !watched.looked;
    const state = version === undefined ? undefined : await this.#files.load(id);
    // Removed between the two looks: the next one sees it.
    if (state === undefined && version !== undefined) return;
    watched.looked = true;
    watched.version = version;
    // The first look only learns what there is, except when it is gone.
    if (isFirst && state) return;
    for (const listener of [...watched.listeners]) listener(state);
  }
}
