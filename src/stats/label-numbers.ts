const ROOM = 1024;
const SHARE = 8;

/**
 * Numbers for labels in the order in which they first come: 0, 1, 2 and so on. Small whole numbers, as most labels of many values are, are
 * looked up in a table: a million take a tenth of the time that they take in a Map.
 */
export class LabelNumbers {
  /** By label, one more than its number. */
  #table: Int32Array;
  readonly #most: number;
  readonly #others = new Map<string | number, number>();
  #count = 0;

  /** @param expected How many labels will be asked for, repeats included: what is large beside it does not make the table large. */
  constructor(expected: number) {
    this.#most = SHARE * expected + ROOM;
    this.#table = new Int32Array(Math.min(expected, ROOM));
  }

  /** How many different ones there are so far. */
  get count(): number {
    return this.#count;
  }

  of(label: string | number): number {
    if (typeof label !== 'number' || !(label >= 0 && label < this.#most) || label !== Math.floor(label)) {
      return this.#ofOther(label);
    }
    if (label >= this.#table.length) this.#grow(label);
    const known = this.#table[label]!;
    if (known > 0) return known - 1;
    this.#table[label] = ++this.#count;
    return this.#count - 1;
  }

  #grow(label: number): void {
    const larger = new Int32Array(Math.min(Math.max(label + 1, 2 * this.#table.length), this.#most));
    larger.set(this.#table);
    this.#table = larger;
  }

  #ofOther(label: string | number): number {
    let number = this.#others.get(label);
    if (number === undefined) {
      number = this.#count++;
      this.#others.set(label, number);
    }
    return number;
  }
}
