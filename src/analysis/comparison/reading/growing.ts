/** A list of numbers that grows by doubling, kept as doubles. */
export class GrowingNumbers {
  #values = new Float64Array(1024);
  #length = 0;

  /** Appends the values of those rows. */
  append(source: Float64Array, rows: Int32Array, count: number): void {
    if (this.#length + count > this.#values.length) {
      const values = new Float64Array(Math.max(this.#values.length * 2, this.#length + count));
      values.set(this.#values.subarray(0, this.#length));
      this.#values = values;
    }
    for (let i = 0; i < count; i++) this.#values[this.#length + i] = source[rows[i]!]!;
    this.#length += count;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** The same for numbers of texts, −1 where there is none. Takes no memory as long as there is none. */
export class GrowingIds {
  #ids: Int32Array | undefined;
  #length = 0;

  append(source: Int32Array, rows: Int32Array, count: number): void {
    if (this.#ids === undefined) {
      let found = false;
      for (let i = 0; i < count && !found; i++) found = source[rows[i]!]! >= 0;
      if (!found) {
        this.#length += count;
        return;
      }
      this.#ids = new Int32Array(Math.max(1024, this.#length + count)).fill(-1, 0, this.#length);
    }
    if (this.#length + count > this.#ids.length) {
      const ids = new Int32Array(Math.max(this.#ids.length * 2, this.#length + count));
      ids.set(this.#ids.subarray(0, this.#length));
      this.#ids = ids;
    }
    for (let i = 0; i < count; i++) this.#ids[this.#length + i] = source[rows[i]!]!;
    this.#length += count;
  }

  /** undefined when all are −1. */
  get ids(): Int32Array | undefined {
    return this.#ids?.subarray(0, this.#length);
  }
}
