import type { RandomStream } from '../random.ts';
import { requireAtLeast } from '../special/checks.ts';

/**
 * A uniform sample of fixed size from a stream of unknown length: Algorithm L of Kim-Hung Li (ACM Transactions on Mathematical Software 20,
 * 1994), which draws random numbers only for the items it takes. Every set of `size` items seen so far is as likely as any other.
 */
export class Reservoir<T> {
  readonly size: number;
  readonly #stream: RandomStream;
  readonly #items: T[] = [];
  #seen = 0;
  #next = 0;
  #weight = 1;

  /** Throws `invalid_argument` unless `size` is a whole number of at least 1. */
  constructor(size: number, stream: RandomStream) {
    requireAtLeast('size', size, 1);
    this.size = size;
    this.#stream = stream;
  }

  /** Shows an item to the reservoir; what it gives back is not in it: an item it let go, or this one. */
  add(item: T): T | undefined {
    const place = this.#seen++;
    if (place < this.size) {
      this.#items.push(item);
      if (this.#seen === this.size) this.#leap();
      return undefined;
    }
    if (place < this.#next) return item;
    const at = this.#stream.below(this.size);
    const gone = this.#items[at]!;
    this.#items[at] = item;
    this.#leap();
    return gone;
  }

  /** In no meaningful order. */
  get items(): readonly T[] {
    return this.#items;
  }

  get seen(): number {
    return this.#seen;
  }

  /** Of every item seen, as of now: it falls while more are seen, so it belongs to the sample when that is closed. */
  get inclusionProbability(): number {
    return this.#seen <= this.size ? 1 : this.size / this.#seen;
  }

  /** Draws how many items to pass over. */
  #leap(): void {
    this.#weight *= Math.exp(Math.log(this.#open()) / this.size);
    this.#next = this.#seen + Math.floor(Math.log(this.#open()) / Math.log1p(-this.#weight));
  }

  #open(): number {
    let u = this.#stream.uniform();
    while (u === 0) u = this.#stream.uniform();
    return u;
  }
}
