import { type Column, ColumnKind } from '../../record/column.ts';
import type { Dictionary } from '../../record/dictionary.ts';

/** Numbers from 0 for the texts of columns: a text has the same number in every batch, whoever wrote it. */
export class TextIds {
  readonly texts: string[] = [];
  readonly #ids = new Map<string, number>();
  #last = -1;
  readonly #byCode = new WeakMap<Dictionary, number[]>();

  id(text: string): number {
    // What comes again often comes in the order of the first time, such as the samples of another experiment.
    let id: number | undefined = this.#last + 1;
    if (this.texts[id] !== text) {
      id = this.#ids.get(text);
      if (id === undefined) {
        id = this.texts.push(text) - 1;
        this.#ids.set(text, id);
      }
    }
    this.#last = id;
    return id;
  }

  /** Writes the numbers of the first `rows` texts of a column to `target`, −1 where there is none. */
  read(column: Column | undefined, rows: number, target: Int32Array): void {
    if (column === undefined) {
      target.fill(-1, 0, rows);
    } else if (column.readCodes(rows, target)) {
      this.#translate(column.dictionary, rows, target);
    } else if (column.kind === ColumnKind.CONSTANT) {
      target.fill(this.#idOf(column.get(0)), 0, rows);
    } else {
      for (let row = 0; row < rows; row++) target[row] = this.#idOf(column.get(row));
    }
  }

  #translate(dictionary: Dictionary, rows: number, target: Int32Array): void {
    let ids = this.#byCode.get(dictionary);
    if (!ids) {
      ids = [];
      this.#byCode.set(dictionary, ids);
    }
    for (let row = 0; row < rows; row++) {
      const code = target[row]!;
      if (code < 0) continue;
      let id = ids[code];
      if (id === undefined) {
        id = this.id(dictionary.texts[code]!);
        ids[code] = id;
      }
      target[row] = id;
    }
  }

  #idOf(value: unknown): number {
    return typeof value === 'string' ? this.id(value) : -1;
  }
}
