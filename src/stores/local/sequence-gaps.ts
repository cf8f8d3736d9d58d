import { CrucibleError } from '../../core/errors.ts';
import { plural } from '../../core/figures.ts';
import type { OnSkipped, SkippedData } from './segment-sources.ts';

/** Notices where records of one writer are not there, since its sequences have no gaps: a file that was removed is damage like any other. */
export class SequenceGaps {
  readonly #onSkipped: OnSkipped;
  #next = 0;
  /** Whether something was left out since the last segment that was met, and that was said. */
  #isSaid = false;

  constructor(onSkipped: OnSkipped) {
    this.#onSkipped = onSkipped;
  }

  /** Passes on what is left out. */
  readonly skip: OnSkipped = (skipped: SkippedData) => {
    this.#isSaid = true;
    this.#onSkipped(skipped);
  };

  /** A segment in its turn, with its first and last sequence where it has records. */
  meet(path: string, first: number | undefined, last: number | undefined): void {
    if (first === undefined || last === undefined) return;
    this.#report(path, first, 'comes after them');
    this.#next = Math.max(this.#next, last + 1);
    this.#isSaid = false;
  }

  /** After the last segment. @param path What says that so many records were `stored`. */
  end(path: string, stored: number): void {
    this.#report(path, stored, 'says that they were written');
  }

  #report(path: string, end: number, why: string): void {
    const count = end - this.#next;
    if (count <= 0 || this.#isSaid) return;
    const message = `${plural(count, 'record')} (sequences ${this.#next} to ${end - 1}) ${count === 1 ? 'is' : 'are'} missing: ${path} ${why}.`;
    const error = new CrucibleError('damaged_data', message, { hint: 'crucible verify says what else is damaged.' });
    this.#onSkipped({ path, error });
  }
}
