import type { RandomStream } from '../random.ts';
import { requireAtLeast } from '../special/checks.ts';

/**
 * Which items of a stream of unknown length make a uniform sample of fixed size: Algorithm L of Kim-Hung Li (ACM Transactions on
 * Mathematical Software 20, 1994), which draws random numbers only for the items it takes. Every set of `size` items seen so far is as likely
 * as any other.
 */
export class ReservoirDraw {
  readonly size: number;
  readonly #stream: RandomStream;
  #seen = 0;
  #next = 0;
  #weight = 1;

  /** Throws `invalid_argument` unless `size` is a whole number of at least 1. */
  constructor(size: number, stream: RandomStream) {
    requireAtLeast('size', size, 1);
    this.size = size;
    this.#stream = stream;
  }

  /** The place in the sample, from 0 to `size` − 1, that the next item of the stream takes from whatever is there; −1 when it is passed over. */
  next(): number {
    const item = this.#seen++;
    if (item < this.size) {
      if (this.#seen === this.size) this.#leap();
      return item;
    }
    if (item < this.#next) return -1;
    const place = this.#stream.below(this.size);
    this.#leap();
    return place;
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

/** A sample of fixed size, drawn as `ReservoirDraw` does. */
export class Reservoir<T> {
  readonly #draw: ReservoirDraw;
  readonly #items: T[] = [];

  /** Throws `invalid_argument` unless `size` is a whole number of at least 1. */
  constructor(size: number, stream: RandomStream) {
    this.#draw = new ReservoirDraw(size, stream);
  }

  /** Shows an item to the reservoir; what it gives back is not in it: an item it let go, or this one. */
  add(item: T): T | undefined {
    const place = this.#draw.next();
    if (place < 0) return item;
    const gone = this.#items[place];
    this.#items[place] = item;
    return gone;
  }

  /** In no meaningful order. */
  get items(): readonly T[] {
    return this.#items;
  }

  get size(): number {
    return this.#draw.size;
  }

  get seen(): number {
    return this.#draw.seen;
  }

  /** As `ReservoirDraw` has it. */
  get inclusionProbability(): number {
    return this.#draw.inclusionProbability;
  }
}
