import { warnOnce } from '../../core/warn.ts';
import type { ExperimentState } from '../experiment-state.ts';
import type { ExperimentFiles } from './experiment-files.ts';

type Listener = (state: ExperimentState | undefined) => void;

interface Watched {
  readonly listeners: Set<Listener>;
  /** Of the file that was last told about; before that, of the one that was there when the watch began. */
  version: string | undefined;
  /** How often something was told. */
  told: number;
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
  #looking = false;

  constructor(files: ExperimentFiles) {
    this.#files = files;
  }

  /** What changes after this returns is told. Who has read the state before may have missed a change, and reads it again. */
  add(id: string, listener: Listener): () => void {
    let watched = this.#watched.get(id);
    if (!watched) {
      watched = { listeners: new Set(), version: this.#versionNow(id), told: 0 };
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

  /** Tells of a change that this store has made itself, which gave the file that version. */
  tell(id: string, state: ExperimentState | undefined, version: string | undefined): void {
    const watched = this.#watched.get(id);
    if (!watched || (state && watched.version === version)) return;
    tellAll(watched, state, version);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #versionNow(id: string): string | undefined {
    try {
      return this.#files.versionSync(id);
    } catch {
      return UNREADABLE;
    }
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
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
    this.#looking = false;
  }

  async #lookAt(id: string, watched: Watched): Promise<void> {
    const { told } = watched;
    const version = await this.#files.version(id);
    if (version === watched.version) return;
    const state = version === undefined ? undefined : await this.#files.load(id);
    // Removed between the two looks: the next one sees it.
    if (state === undefined && version !== undefined) return;
    // What was told meanwhile may be newer than what was read: the next look sees which.
    if (watched.told !== told) return;
    tellAll(watched, state, version);
  }
}

function tellAll(watched: Watched, state: ExperimentState | undefined, version: string | undefined): void {
  watched.told++;
  watched.version = version;
  for (const listener of [...watched.listeners]) listener(state);
}
