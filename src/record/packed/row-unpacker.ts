import type { ColumnBatch } from '../batch.ts';
import { fieldIndex } from '../fields.ts';
import { fromJsonText } from '../json.ts';
import type { RecordPath } from '../path.ts';
import type { BatchSchema } from '../schema.ts';
import { type PackedSpace, ROW_START, TAG_SHIFT, Tag } from './packed-layout.ts';

const EVENT_NAME = fieldIndex('event_name');
const COLUMN_MASK = (1 << TAG_SHIFT) - 1;

const DOUBLE = new Float64Array(1);
const DOUBLE_WORDS = new Int32Array(DOUBLE.buffer);

/** Puts rows that a `RowPacker` has packed back into batches, in the order of packing. */
export class RowUnpacker {
  readonly #schema: BatchSchema;
  readonly #texts: string[][] = [];

  /** @param schema Of the batches to fill. It must have no columns yet, unless `inherit` follows. */
  constructor(schema: BatchSchema) {
    this.#schema = schema;
  }

  /**
   * Takes over what was announced to somebody else, from the writer's own schema and the batch it packs its rows from. What is
   * announced again does no harm.
   */
  inherit(schema: BatchSchema, batch: ColumnBatch | undefined): void {
    for (const column of schema.nested) this.#schema.column(column);
    batch?.columns.forEach((column, index) => {
      if (column) this.#texts[index] = [...column.dictionary.texts];
    });
    for (const name of this.#texts[EVENT_NAME] ?? []) this.#schema.setCategory(name, schema.categoryOf(name));
  }

  /** Takes the text of a code from somebody who has read the row that announces it. */
  announce(column: number, code: number, text: string): void {
    this.#texts[column] ??= [];
    this.#texts[column][code] = text;
  }

  /** Adds the row packed between the words `at` and `end` to the batch. */
  unpack(space: PackedSpace, at: number, end: number, batch: ColumnBatch): void {
    this.#read(space, at, end, batch);
    batch.rows++;
  }

  #read(space: PackedSpace, start: number, end: number, batch: ColumnBatch): void {
    const { words } = space;
    const row = batch.rows;
    let copies: number[] | undefined;
    let at = start + ROW_START;
    while (at < end) {
      const head = words[at++]!;
      const index = head & COLUMN_MASK;
      const tag = head >> TAG_SHIFT;
      switch (tag) {
        case Tag.NUMBER:
          DOUBLE_WORDS[0] = words[at]!;
          DOUBLE_WORDS[1] = words[at + 1]!;
          at += 2;
          batch.allocate(index).setNumber(row, DOUBLE[0]!);
          break;
        case Tag.CODE:
          batch.allocate(index).setText(row, this.#texts[index]![words[at]!]!);
          at++;
          break;
        case Tag.TRUE:
          batch.allocate(index).setFlag(row, true);
          break;
        case Tag.FALSE:
          batch.allocate(index).setFlag(row, false);
          break;
        case Tag.NULL:
          batch.allocate(index).setNull(row);
          break;
        case Tag.NAN:
          batch.allocate(index).setNumber(row, Number.NaN);
          break;
        case Tag.COPY:
          copies ??= [];
          copies.push(index, words[at]!);
          at++;
          break;
        default: {
          const code = tag === Tag.NEW_CODE ? words[at++]! : 0;
          const length = words[at]!;
          const text = textAt(space, (at + 1) * 4, length);
          at += 1 + ((length + 3) >> 2);
          this.#takeText(tag, index, code, text, row, batch);
        }
      }
    }
    for (let i = 0; copies && i < copies.length; i += 2) {
      batch.allocate(copies[i]!).setText(row, batch.columns[copies[i + 1]!]!.get(row) as string);
    }
  }

  #takeText(tag: number, index: number, code: number, text: string, row: number, batch: ColumnBatch): void {
    if (tag === Tag.TEXT) batch.allocate(index).setText(row, text);
    else if (tag === Tag.VALUE) batch.allocate(index).setValue(row, fromJsonText(text));
    else if (tag === Tag.NEW_CODE) this.announce(index, code, text);
    else if (tag === Tag.NEW_COLUMN) this.#schema.column(JSON.parse(text) as RecordPath);
    else if (tag === Tag.CATEGORY) this.#schema.setCategory(...(JSON.parse(text) as [string, string | null]));
    else {
      const [keys, value] = fromJsonText(text) as [string[], unknown];
      batch.setRest(tag === Tag.REST_METADATA ? 'metadata' : 'measurements', row, keys, value);
    }
  }
}

function textAt({ bytes }: PackedSpace, start: number, length: number): string {
  return bytes.toString('utf8', start, start + length);
}
