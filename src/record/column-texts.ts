import { type Column, ColumnKind } from './column.ts';
import type { Dictionary } from './dictionary.ts';

/**
 * Writes the cells of columns as text. Going column by column lets a string of a dictionary be encoded once however often it
 * occurs, which is most of the work of writing a file.
 */
export class ColumnTexts {
  readonly #encode: (value: unknown) => string;
  readonly #known = new WeakMap<Dictionary, string[]>();

  /** @param encode The text of a value; it is given null, and undefined for an absent cell, too. */
  constructor(encode: (value: unknown) => string) {
    this.#encode = encode;
  }

  /** The texts of the rows from `from` up to `to`. */
  read(column: Column, from: number, to: number): string[] {
    const texts: string[] = new Array(to - from);
    if (column.kind === ColumnKind.CONSTANT) return texts.fill(this.#encode(column.get(from)));
    const encode = this.#encode;
    if (column.kind !== ColumnKind.CODE) {
      for (let row = from; row < to; row++) texts[row - from] = encode(column.get(row));
      return texts;
    }
    let known = this.#known.get(column.dictionary);
    if (!known) {
      known = [];
      this.#known.set(column.dictionary, known);
    }
    for (let row = from; row < to; row++) {
      const code = column.codes[row]!;
      texts[row - from] = known[code] ??= encode(column.get(row));
    }
    return texts;
  }
}
