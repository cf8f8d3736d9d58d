import type { BucketData } from './histogram-data.ts';

const SMALLEST = 64;

/**
 * Counts by bucket index over one window of consecutive indices [low, high], kept in a ring of 2^k slots: bucket i lives in
 * slot i mod 2^k, so that the window grows at either end without moving anything. Slots outside the window are 0, the buckets
 * at its ends are not.
 */
export class BucketCounts {
  low = 0;
  high = -1;
  mask = 0;
  slots: Float64Array = new Float64Array(0);

  /** How often neighbours must be joined before the buckets from `low` to `high` and the present ones span at most `limit`. */
  halvings(low: number, high: number, limit: number): number {
    const [first, last] = this.#span(low, high);
    let by = 0;
    while ((last >> by) - (first >> by) >= limit) by++;
    return by;
  }

  /** Widens the window to hold the buckets from `low` to `high`. */
  cover(low: number, high: number): void {
    const [first, last] = this.#span(low, high);
    let size = Math.max(SMALLEST, this.slots.length);
    while (size <= last - first) size *= 2;
    if (size > this.slots.length) this.#rebuild(size, 0);
    this.low = first;
    this.high = last;
  }

  /** Joins each run of 2^by neighbouring buckets into one. */
  coarsen(by: number): void {
    if (by > 0) this.#rebuild(this.slots.length, by);
  }

  /** Adds the counts of `other`, whose buckets are 2^by times finer. */
  absorb(other: BucketCounts, by: number): void {
    if (other.high < other.low) return;
    this.cover(other.low >> by, other.high >> by);
    for (let i = other.low; i <= other.high; i++) this.slots[(i >> by) & this.mask]! += other.slots[i & other.mask]!;
  }

  toJSON(): BucketData {
    const counts: number[] = [];
    for (let i = this.low; i <= this.high; i++) counts.push(this.slots[i & this.mask]!);
    return { offset: this.low, counts };
  }

  restore({ offset, counts }: BucketData): void {
    for (const [i, held] of counts.entries()) {
      if (held === 0) continue;
      this.cover(offset + i, offset + i);
      this.slots[(offset + i) & this.mask]! += held;
    }
  }

  /** The window with the buckets from `low` to `high` in it; either may be empty. */
  #span(low: number, high: number): [number, number] {
    if (this.high < this.low) return [low, high];
    if (high < low) return [this.low, this.high];
    return [Math.min(low, this.low), Math.max(high, this.high)];
  }

  #rebuild(size: number, by: number): void {
    const slots = new Float64Array(size);
    const mask = size - 1;
    for (let i = this.low; i <= this.high; i++) slots[(i >> by) & mask]! += this.slots[i & this.mask]!;
    this.low >>= by;
    this.high >>= by;
    this.slots = slots;
    this.mask = mask;
  }
}
