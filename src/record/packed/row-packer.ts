import type { ColumnBatch } from '../batch.ts';
import { type Column, ColumnKind } from '../column.ts';
import type { Dictionary } from '../dictionary.ts';
import { FIELDS, fieldIndex } from '../fields.ts';
import { toJsonText } from '../json.ts';
import type { BatchSchema } from '../schema.ts';
import { writeText } from './byte-writer.ts';
import { type PackedSpace, TAG_SHIFT, Tag } from './packed-layout.ts';

const EVENT_NAME = fieldIndex('event_name');

const DOUBLE = new Float64Array(1);
const DOUBLE_WORDS = new Int32Array(DOUBLE.buffer);

/** Thrown inside `pack` when the space is used up, and caught there. */
const FULL = Symbol('full');

/**
 * Packs rows of one writer's batches into bytes, for another thread to take apart. Dictionary texts, nested columns and
 * categories are announced once, in the row that first needs them, so rows must be taken apart in the order of packing.
 */
export class RowPacker {
  readonly #schema: BatchSchema;
  #announcedColumns = FIELDS.length;
  // By column: the number below which codes are announced, but for those in `#skipped`.
  readonly #announcedCodes: number[] = [];
  readonly #skipped = new Map<number, Set<number>>();
  // What the row packed last announces; it counts only if the row fits and is taken.
  #codesOfRow: [column: number, code: number][] = [];
  #columnsBefore = FIELDS.length;
  #isUnfinished = false;
  #space!: PackedSpace;
  #at = 0;
  #limit = 0;

  constructor(schema: BatchSchema) {
    this.#schema = schema;
  }

  /** Writes a row from word `at` on and returns the word after it; −1, with nothing changed, when it would pass `limit`. */
  pack(batch: ColumnBatch, row: number, sequence: number, space: PackedSpace, at: number, limit: number): number {
    this.#space = space;
    this.#at = at;
    this.#limit = limit;
    // The host's stack may have ended in the middle of the row before.
    if (this.#isUnfinished) this.takeBack();
    this.#isUnfinished = true;
    if (this.#codesOfRow.length > 0) this.#codesOfRow = [];
    this.#columnsBefore = this.#announcedColumns;
    try {
      this.#word(sequence);
      this.#word(Math.floor(sequence / 0x1_0000_0000));
      this.#announceColumns();
      const { columns } = batch;
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index];
        if (column) this.#cell(batch, column, index, row);
      }
      this.#rest(batch, row);
      this.#isUnfinished = false;
      return this.#at;
    } catch (error) {
      if (error !== FULL) throw error;
      this.takeBack();
      return -1;
    }
  }

  /** For a row that was packed and came to nothing: what it announced is announced again by the rows that need it. */
  takeBack(): void {
    this.#announcedColumns = this.#columnsBefore;
    for (const [column, code] of this.#codesOfRow) this.#skip(column, code);
    this.#codesOfRow = [];
    this.#isUnfinished = false;
  }

  #cell(batch: ColumnBatch, column: Column, index: number, row: number): void {
    if (column.kind === ColumnKind.NUMBER) {
      const number = column.numbers[row]!;
      if (!Number.isNaN(number)) {
        if (this.#at + 3 > this.#limit) throw FULL;
        const { words } = this.#space;
        DOUBLE[0] = number;
        words[this.#at++] = (Tag.NUMBER << TAG_SHIFT) | index;
        words[this.#at++] = DOUBLE_WORDS[0]!;
        words[this.#at++] = DOUBLE_WORDS[1]!;
        return;
      }
    } else if (column.kind === ColumnKind.CODE) {
      const code = column.codes[row]! - 2;
      if (code >= 0) {
        if (code >= (this.#announcedCodes[index] ?? 0) || (this.#skipped.size > 0 && this.#isSkipped(index, code)))
          this.#announceCode(column.dictionary, index, code);
        if (this.#at + 2 > this.#limit) throw FULL;
        const { words } = this.#space;
        words[this.#at++] = (Tag.CODE << TAG_SHIFT) | index;
        words[this.#at++] = code;
        return;
      }
    }
    const value = column.get(row);
    if (value === undefined) return;
    if (value === null) this.#item(Tag.NULL, index);
    else if (typeof value === 'string') this.#textCell(batch, value, index, row);
    else if (typeof value === 'boolean') this.#item(value ? Tag.TRUE : Tag.FALSE, index);
    else if (typeof value === 'number' && Number.isNaN(value)) this.#item(Tag.NAN, index);
    else if (typeof value === 'number') this.#numberItem(value, index);
    else this.#textItem(Tag.VALUE, index, toJsonText(value));
  }

  // A text of its own in many rows stands under its field and under the key that filled it: one of the two is enough.
  #textCell(batch: ColumnBatch, text: string, index: number, row: number): void {
    if (index < FIELDS.length) {
      for (const nested of this.#schema.copiesOf(index)) {
        if (batch.columns[nested]?.get(row) !== text) continue;
        this.#item(Tag.COPY, index);
        this.#word(nested);
        return;
      }
      if (index === EVENT_NAME) this.#announceCategory(text);
    }
    this.#textItem(Tag.TEXT, index, text);
  }

  #rest(batch: ColumnBatch, row: number): void {
    for (const entry of batch.rest('measurements', row)) this.#textItem(Tag.REST_MEASUREMENTS, 0, toJsonText(entry));
    for (const entry of batch.rest('metadata', row)) this.#textItem(Tag.REST_METADATA, 0, toJsonText(entry));
  }

  #announceColumns(): void {
    const { nested } = this.#schema;
    while (this.#announcedColumns - FIELDS.length < nested.length) {
      const { root, keys } = nested[this.#announcedColumns - FIELDS.length]!;
      this.#textItem(Tag.NEW_COLUMN, this.#announcedColumns, JSON.stringify({ root, keys }));
      this.#announcedColumns++;
    }
  }

  // Only what the row needs: other rows that brought new texts may not have been taken.
  #announceCode(dictionary: Dictionary, index: number, code: number): void {
    const known = this.#announcedCodes[index] ?? 0;
    for (let other = known; other < code; other++) this.#skip(index, other);
    this.#announcedCodes[index] = Math.max(known, code + 1);
    if (this.#skipped.get(index)?.delete(code) && this.#skipped.get(index)!.size === 0) this.#skipped.delete(index);
    this.#codesOfRow.push([index, code]);
    const text = dictionary.texts[code]!;
    if (index === EVENT_NAME) this.#announceCategory(text);
    this.#item(Tag.NEW_CODE, index);
    this.#word(code);
    this.#text(text);
  }

  #isSkipped(index: number, code: number): boolean {
    return this.#skipped.get(index)?.has(code) === true;
  }

  #skip(index: number, code: number): void {
    const skipped = this.#skipped.get(index);
    if (skipped) skipped.add(code);
    else this.#skipped.set(index, new Set([code]));
  }

  #announceCategory(eventName: string): void {
    this.#textItem(Tag.CATEGORY, 0, JSON.stringify([eventName, this.#schema.categoryOf(eventName)]));
  }

  #item(tag: number, index: number): void {
    this.#word((tag << TAG_SHIFT) | index);
  }

  #numberItem(value: number, index: number): void {
    this.#item(Tag.NUMBER, index);
    DOUBLE[0] = value;
    this.#word(DOUBLE_WORDS[0]!);
    this.#word(DOUBLE_WORDS[1]!);
  }

  #textItem(tag: number, index: number, text: string): void {
    this.#item(tag, index);
    this.#text(text);
  }

  #word(word: number): void {
    if (this.#at >= this.#limit) throw FULL;
    this.#space.words[this.#at++] = word;
  }

  #text(text: string): void {
    // The most bytes that UTF-8 takes for that many code units.
    if (this.#at + 1 + Math.ceil((text.length * 3) / 4) > this.#limit) throw FULL;
    const { bytes, words } = this.#space;
    const start = (this.#at + 1) * 4;
    const length = writeText(bytes, text, start);
    words[this.#at] = length;
    this.#at += 1 + ((length + 3) >> 2);
  }
}
