/** Copies the values of some rows of a batch to a list that grows. */
function copyRows<T extends Float64Array | Int32Array | Uint8Array>(
  target: T,
  at: number,
  source: T,
  rows: Int32Array,
  count: number,
): void {
  const first = rows[0]!;
  // Mostly they are all rows of a batch.
  if (rows[count - 1]! - first === count - 1) target.set(source.subarray(first, first + count), at);
  else for (let i = 0; i < count; i++) target[at + i] = source[rows[i]!]!;
}

/** A list of numbers that grows by doubling, kept as doubles. */
export class GrowingNumbers {
  #values = new Float64Array(1024);
  #length = 0;

  /** Appends the values of those rows, which rise. */
  append(source: Float64Array, rows: Int32Array, count: number): void {
    if (count === 0) return;
    if (this.#length + count > this.#values.length) {
      const values = new Float64Array(Math.max(this.#values.length * 2, this.#length + count));
      values.set(this.#values.subarray(0, this.#length));
      this.#values = values;
    }
    copyRows(this.#values, this.#length, source, rows, count);
    this.#length += count;
  }

  /** Appends one value so many times. */
  fill(value: number, count: number): void {
    const values = new Float64Array(Math.max(this.#values.length, this.#length + count));
    values.set(this.#values.subarray(0, this.#length));
    this.#values = values.fill(value, this.#length, this.#length + count);
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
    if (count === 0) return;
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
    copyRows(this.#ids, this.#length, source, rows, count);
    this.#length += count;
  }

  /** undefined when all are −1. */
  get ids(): Int32Array | undefined {
    return this.#ids?.subarray(0, this.#length);
  }
}

/** The same for small numbers. */
export class GrowingBytes {
  #bytes = new Uint8Array(1024);
  #length = 0;

  append(source: Uint8Array, rows: Int32Array, count: number): void {
    if (count === 0) return;
    if (this.#length + count > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
      bytes.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = bytes;
    }
    copyRows(this.#bytes, this.#length, source, rows, count);
    this.#length += count;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
