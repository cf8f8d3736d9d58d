/** How often each text came. */
export class TextCounts {
  readonly #counts = new Map<string, { count: number }>();
  #lastText: string | undefined;
  #last = { count: 0 };

  add(text: string, times = 1): void {
    if (text !== this.#lastText) {
      let counter = this.#counts.get(text);
      if (!counter) {
        counter = { count: 0 };
        this.#counts.set(text, counter);
      }
      this.#last = counter;
      this.#lastText = text;
    }
    this.#last.count += times;
  }

  merge(other: TextCounts): void {
    for (const [text, { count }] of other.#counts) this.add(text, count);
  }

  /** By text, in its order. */
  toRecord(): Record<string, number> {
    const texts = [...this.#counts.keys()].sort();
    return Object.fromEntries(texts.map((text) => [text, this.#counts.get(text)!.count]));
  }
}
