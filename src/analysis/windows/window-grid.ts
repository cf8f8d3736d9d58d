import { CrucibleError } from '../../core/errors.ts';
import type { TimeRange } from '../../stores/query.ts';

/** More windows than this are a mistake in the units. */
export const MAX_WINDOWS = 1_000_000;

/** One window and the rows in it: those from `low` up to, but not with, `high`. */
export interface WindowRows {
  /** Start of the window, in steps since the Unix epoch. */
  readonly index: number;
  readonly low: number;
  readonly high: number;
}

/** Windows of one size that start at the whole multiples of a step since the Unix epoch. All in whole microseconds. */
export class WindowGrid {
  readonly size: number;
  readonly step: number;

  constructor(size: number, step: number) {
    this.size = size;
    this.step = step;
  }

  start(index: number): number {
    return index * this.step;
  }

  end(index: number): number {
    return index * this.step + this.size;
  }

  /** The first window that ends after a time, and so may hold it. */
  firstWith(time: number): number {
    return Math.floor((time - this.size) / this.step) + 1;
  }

  /** The last window that starts at a time or before. */
  lastWith(time: number): number {
    return Math.floor(time / this.step);
  }

  /** The windows that hold any of the first `count` times, which must ascend. */
  filled(times: Float64Array, count: number): WindowRows[] {
    const windows: WindowRows[] = [];
    let low = 0;
    let high = 0;
    for (let index = Number.NEGATIVE_INFINITY; low < count; index++) {
      // Where the next window would be empty, the next that is not may be far away.
      if (high <= low) index = Math.max(index, this.firstWith(times[low]!));
      while (low < count && times[low]! < this.start(index)) low++;
      high = Math.max(high, low);
      while (high < count && times[high]! < this.end(index)) high++;
      if (high > low) windows.push({ index, low, high });
      if (windows.length > MAX_WINDOWS) throw this.#tooMany(windows.length);
    }
    return windows;
  }

  /** All windows that touch a bounded range, filled or not. */
  all(filled: readonly WindowRows[], range: TimeRange): WindowRows[] {
    const first = range.from === Number.NEGATIVE_INFINITY ? filled[0]?.index : this.firstWith(range.from);
    const last = range.to === Number.POSITIVE_INFINITY ? filled.at(-1)?.index : this.lastWith(range.to);
    if (first === undefined || last === undefined) return [...filled];
    const length = last - first + 1;
    if (length > MAX_WINDOWS) throw this.#tooMany(length);
    const windows: WindowRows[] = [];
    let next = 0;
    let high = 0;
    for (let index = first; index <= last; index++) {
      const window = filled[next];
      if (window?.index === index) {
        windows.push(window);
        high = window.high;
        next++;
      } else {
        windows.push({ index, low: high, high });
      }
    }
    return windows;
  }

  #tooMany(count: number): CrucibleError {
    return new CrucibleError(
      'invalid_argument',
      `Windows of ${this.size / 1e6} s every ${this.step / 1e6} s are ${count > MAX_WINDOWS + 1 ? count : `more than ${MAX_WINDOWS}`} windows.`,
      { hint: 'Give a longer step, or a shorter stretch of time by last, or from and to.' },
    );
  }
}
