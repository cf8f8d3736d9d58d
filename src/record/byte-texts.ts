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
    if (end > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, at));
      this.bytes = larger;
    }
    this.bytes.set(bytes, at);
    this.#used = end;
    return at;
  }

  /** Writes rows of another to those from `row` on. */
  copy(row: number, source: ByteTexts, from: number, to: number): void {
    const shift = this.append(source.bytes.subarray(0, source.#used));
    for (let i = from; i < to; i++) {
      const start = source.starts[i]!;
      this.starts[row + i - from] = start < 0 ? -1 : start + shift;
      this.ends[row + i - from] = source.ends[i]! + shift;
    }
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
