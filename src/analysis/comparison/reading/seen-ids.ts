/** Which numbers of texts occurred. */
export class SeenIds {
  #marks = new Uint8Array(1024);
  #count = 0;

  add(ids: Int32Array, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const id = ids[row]!;
      if (id < 0) continue;
      if (id >= this.#marks.length) {
        const marks = new Uint8Array(Math.max(this.#marks.length * 2, id + 1));
        marks.set(this.#marks);
        this.#marks = marks;
      }
      if (this.#marks[id] === 0) {
        this.#marks[id] = 1;
        this.#count++;
      }
    }
  }

  get count(): number {
    return this.#count;
  }

  has(id: number): boolean {
    return this.#marks[id] === 1;
  }

  /** How many numbers below `end` occurred in any of several. */
  static countOfAny(seen: readonly SeenIds[], end: number): number {
    let count = 0;
    for (let id = 0; id < end; id++) if (seen.some((own) => own.has(id))) count++;
    return count;
  }
}
