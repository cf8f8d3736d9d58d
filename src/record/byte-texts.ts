const SPARE = 1.1;

/** Texts of rows as UTF-8 bytes, for whom telling them apart is enough: no string is made until one is asked for. */
export class ByteTexts {
  bytes: Buffer = Buffer.allocUnsafe(0);
  /** Where the text of each row begins in `bytes`, −1 where there is none, and where it ends. Rows may share a text. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  #used = 0;

  constructor(rows: number) {
    this.starts = new Int32Array(rows).fill(-1);
    this.ends = new Int32Array(rows);
  }

  /** Keeps bytes and returns where they begin. */
  append(bytes: Uint8Array): number {
    const at = this.#used;
    const end = at + bytes.length;
    if (end > this.bytes.length) this.#grow(Math.max(end, 2 * this.bytes.length));
    this.bytes.set(bytes, at);
    this.#used = end;
    return at;
  }

  /** Writes the rows of another between `from` and `to` to those from `row` on. */
  copy(row: number, source: ByteTexts, from: number, to: number): void {
    let low = source.#used;
    let high = 0;
    for (let i = from; i < to; i++) {
      const start = source.starts[i]!;
      if (start < 0) continue;
      if (start < low) low = start;
      if (source.ends[i]! > high) high = source.ends[i]!;
    }
    const bytes = source.bytes.subarray(low, Math.max(low, high));
    // Those of the rows to come will take about as much.
    if (this.#used === 0) this.#grow(Math.ceil((SPARE * bytes.length * this.starts.length) / (to - from)));
    const shift = this.append(bytes) - low;
    for (let i = from; i < to; i++) {
      const start = source.starts[i]!;
      this.starts[row + i - from] = start < 0 ? -1 : start + shift;
      this.ends[row + i - from] = source.ends[i]! + shift;
    }
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(bytes);
    larger.set(this.bytes.subarray(0, this.#used));
    this.bytes = larger;
  }

  /** Lets go of all texts. */
  clear(): void {
    this.#used = 0;
  }

  /** The text of a row; undefined where there is none. */
  get(row: number): string | undefined {
    const start = this.starts[row]!;
    return start < 0 ? undefined : this.bytes.toString('utf8', start, this.ends[row]!);
  }
}
