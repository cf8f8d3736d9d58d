const SMALLEST = 64;

/**
 * Counts by bucket index over one window of consecutive indices [low, high], kept in a ring of 2^k slots: bucket i lives in
 * slot i mod 2^k, so that the window grows at either end without moving anything. Slots outside the window are 0.
 */
export class BucketCounts {
  low = 0;
  high = -1;
  mask = 0;
  slots: Float64Array = new Float64Array(0);

  at(index: number): number {
    return index < this.low || index > this.high ? 0 : this.slots[index & this.mask]!;
  }

  /** Widens the window so that it holds every index from `low` to `high`. */
  cover(low: number, high: number): void {
    const empty = this.high < this.low;
    const newLow = empty ? low : Math.min(low, this.low);
    const newHigh = empty ? high : Math.max(high, this.high);
    const width = newHigh - newLow + 1;
    if (width > this.slots.length) {
      let size = Math.max(SMALLEST, this.slots.length);
      while (size < width) size *= 2;
      this.#rebuild(size, 0);
    }
    this.low = newLow;
    this.high = newHigh;
  }

  /** Joins each run of 2^by neighbouring buckets into one. */
  coarsen(by: number): void {
    if (this.high >= this.low) this.#rebuild(this.slots.length, by);
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
