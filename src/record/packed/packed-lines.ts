import { ColumnBatch } from '../batch.ts';
import { FIELDS, fieldIndex } from '../fields.ts';
import { LineEncoder } from '../line-encoder.ts';
import { fieldText, nestedText, stringText } from '../line-text.ts';
import { nestedTrees } from '../nested-tree.ts';
import type { RecordPath } from '../path.ts';
import type { BatchSchema } from '../schema.ts';
import { ByteWriter } from './byte-writer.ts';
import { type LinePattern, linePattern, Step } from './line-pattern.ts';
import { type PackedSpace, ROW_START, sequenceAt, TAG_SHIFT, Tag } from './packed-layout.ts';
import { RowUnpacker } from './row-unpacker.ts';

const COLUMN_MASK = (1 << TAG_SHIFT) - 1;
const EVENT_NAME = fieldIndex('event_name');
const EXPERIMENT = ['experiment_id', 'experiment_name', 'study', 'condition', 'replicate', 'tags'].map(fieldIndex);
/** No number takes more bytes, a sequence included. */
const NUMBER_BYTES = 26;
/** Texts with lower codes are part of the patterns, unless that makes too many patterns. */
const COMMON_CODES = 4;
const MAX_PATTERNS = 500;

const DOUBLE = new Float64Array(1);
const DOUBLE_WORDS = new Int32Array(DOUBLE.buffer);

/**
 * Writes packed rows as lines of JSON, the same that `LineEncoder` writes, without making an object or a string on the way. Rows
 * must come in the order of packing.
 */
export class PackedLines {
  readonly out: ByteWriter = new ByteWriter(65_536);
  readonly #schema: BatchSchema;
  readonly #experiment: string;
  // By column and code: the text as JSON. By code of a name: its category, with the key.
  readonly #texts: Buffer[][] = [];
  readonly #categoryOfCode: Buffer[] = [];
  // Of the row under way: where its items are, and its shape.
  #places = new Int32Array(256);
  #shape = new Int32Array(256);
  #shapeWords = 0;
  #hash = 0;
  // Of the texts that stand in the row as codes, at most twice each.
  #codedBytes = 0;
  #commonCodes = COMMON_CODES;
  #pattern: LinePattern | undefined;
  readonly #patterns = new Map<number, LinePattern>();
  #lastNumber = 0;
  #lastText = '';
  // For rows that need more than columns of texts, numbers and flags.
  readonly #unpacker: RowUnpacker;
  readonly #batch: ColumnBatch;
  readonly #encoder = new LineEncoder();

  constructor(schema: BatchSchema) {
    this.#schema = schema;
    this.#unpacker = new RowUnpacker(schema);
    this.#batch = new ColumnBatch(schema, 1, 0);
    const probe = new ColumnBatch(schema, 1, 0);
    const known = EXPERIMENT.map((field) => [FIELDS[field]!.name, fieldText(probe.field(field, 0))]);
    this.#experiment = known.map(([name, text]) => (text === '' ? '' : `,"${name}":${text}`)).join('');
  }

  /** Takes over what was announced to somebody else: see `RowUnpacker.inherit`. */
  inherit(schema: BatchSchema, batch: ColumnBatch | undefined): void {
    this.#unpacker.inherit(schema, batch);
    batch?.columns.forEach((column, index) => {
      column?.dictionary.texts.forEach((text, code) => {
        this.#announceText(index, code, text);
      });
    });
  }

  /** Takes what a row announces and leaves the row. */
  skip(space: PackedSpace, at: number, end: number): void {
    this.#find(space, at, end);
  }

  /** Adds the row packed between the words `at` and `end` to `out`, with a line end. */
  add(space: PackedSpace, at: number, end: number): void {
    const plain = this.#find(space, at, end);
    const trees = nestedTrees(this.#schema);
    if (!plain || trees.measurements.tagged || trees.metadata.tagged) {
      this.#addSlowly(space, at, end);
      return;
    }
    const pattern = this.#patternOfRow();
    const { out } = this;
    const { kinds, items, columns, before, after } = pattern;
    // No byte of a text becomes more than six; a text may stand in the row twice.
    const most = pattern.bytes + 2 * this.#codedBytes + kinds.length * NUMBER_BYTES + (end - at) * 48;
    out.reserve(most);
    for (let step = 0; step < kinds.length; step++) {
      out.all(before[step]!);
      const place = this.#places[items[step]!]!;
      switch (kinds[step]) {
        case Step.SEQUENCE:
          out.integer(sequenceAt(space, at));
          break;
        case Step.FIELD_NUMBER:
          this.#number(space, place, fieldText);
          break;
        case Step.NESTED_NUMBER:
          this.#number(space, place, nestedText);
          break;
        case Step.CODE:
          out.all(this.#texts[columns[step]!]![space.words[place + 1]!]!);
          break;
        case Step.TEXT:
          this.#text(space, place);
          break;
        case Step.VALUE:
          out.copy(space.bytes, (place + 2) * 4, (place + 2) * 4 + space.words[place + 1]!);
          break;
        default: {
          const category = this.#category(space, place);
          out.reserve(most + category.length);
          out.all(category);
        }
      }
    }
    out.all(after);
  }

  // Notes where the items of a row are and takes what it announces. False for a row with values beyond the columns.
  #find(space: PackedSpace, start: number, end: number): boolean {
    const { words } = space;
    if (end - start > this.#places.length) {
      this.#places = new Int32Array(2 * (end - start));
      this.#shape = new Int32Array(2 * (end - start));
    }
    const places = this.#places;
    const shape = this.#shape;
    const commonCodes = this.#commonCodes;
    let plain = true;
    let hash = 0;
    let item = 0;
    let length = 0;
    let codedBytes = 0;
    let at = start + ROW_START;
    while (at < end) {
      const head = words[at]!;
      const tag = head >> TAG_SHIFT;
      if (tag < Tag.REST_MEASUREMENTS) {
        places[item++] = at;
        shape[length++] = head;
        hash = (Math.imul(hash, 31) + head) | 0;
        if (tag === Tag.NUMBER) {
          at += 3;
        } else if (tag === Tag.CODE) {
          const code = words[at + 1]!;
          const common = code < commonCodes ? code + 1 : 0;
          shape[length++] = common;
          hash = (Math.imul(hash, 31) + common) | 0;
          if (common === 0) codedBytes += this.#texts[head & COLUMN_MASK]![code]!.length;
          at += 2;
        } else if (tag === Tag.COPY) {
          shape[length++] = words[at + 1]!;
          hash = (Math.imul(hash, 31) + words[at + 1]!) | 0;
          at += 2;
        } else {
          at += tag < Tag.TEXT ? 1 : textWords(words, at + 1);
        }
      } else {
        plain = this.#take(space, at) && plain;
        at += tag === Tag.NEW_CODE ? 1 + textWords(words, at + 2) : textWords(words, at + 1);
      }
    }
    this.#hash = hash;
    this.#shapeWords = length;
    this.#codedBytes = codedBytes;
    return plain;
  }

  // Takes an item that is no column's; false when it is a value.
  #take(space: PackedSpace, at: number): boolean {
    const { words } = space;
    const tag = words[at]! >> TAG_SHIFT;
    if (tag === Tag.NEW_CODE) {
      this.#announceText(words[at]! & COLUMN_MASK, words[at + 1]!, textAt(space, at + 2));
    } else if (tag === Tag.NEW_COLUMN) {
      this.#schema.column(JSON.parse(textAt(space, at + 1)) as RecordPath);
    } else if (tag === Tag.CATEGORY) {
      this.#schema.setCategory(...(JSON.parse(textAt(space, at + 1)) as [string, string | null]));
    } else {
      return false;
    }
    return true;
  }

  #announceText(column: number, code: number, text: string): void {
    this.#unpacker.announce(column, code, text);
    this.#texts[column] ??= [];
    this.#texts[column][code] = Buffer.from(stringText(text));
    if (column === EVENT_NAME) this.#categoryOfCode[code] = this.#categoryText(text);
  }

  #patternOfRow(): LinePattern {
    if (this.#pattern && this.#isOfRow(this.#pattern)) return this.#pattern;
    let pattern = this.#patterns.get(this.#hash);
    if (!pattern || !this.#isOfRow(pattern)) {
      pattern = linePattern(this.#shape.slice(0, this.#shapeWords), {
        writerId: this.#schema.writerId,
        experiment: this.#experiment,
        ...nestedTrees(this.#schema),
        textOf: (column, code) => this.#texts[column]![code]!.toString(),
        categoryOf: (code) => this.#categoryOfCode[code]!.toString(),
      });
      if (this.#patterns.size >= MAX_PATTERNS) this.#forgetPatterns();
      this.#patterns.set(this.#hash, pattern);
    }
    this.#pattern = pattern;
    return pattern;
  }

  #forgetPatterns(): void {
    this.#patterns.clear();
    this.#commonCodes = 0;
  }

  #isOfRow({ shape }: LinePattern): boolean {
    if (shape.length !== this.#shapeWords) return false;
    const ofRow = this.#shape;
    for (let i = 0; i < shape.length; i++) if (shape[i] !== ofRow[i]) return false;
    return true;
  }

  #category({ words, bytes }: PackedSpace, place: number): Buffer {
    if (words[place]! >> TAG_SHIFT === Tag.CODE) return this.#categoryOfCode[words[place + 1]!]!;
    const start = (place + 2) * 4;
    return this.#categoryText(bytes.toString('utf8', start, start + words[place + 1]!));
  }

  #categoryText(eventName: string): Buffer {
    const category = this.#schema.categoryOf(eventName);
    return Buffer.from(category === null ? '' : `,"category":${stringText(category)}`);
  }

  #text(space: PackedSpace, place: number): void {
    const start = (place + 2) * 4;
    const end = start + space.words[place + 1]!;
    if (!this.out.quoted(space, start, end)) this.out.text(stringText(space.bytes.toString('utf8', start, end)));
  }

  // A measurement often fills a field as well: its digits are found once.
  #number({ words }: PackedSpace, place: number, textOf: (value: unknown) => string): void {
    const { out } = this;
    DOUBLE_WORDS[0] = words[place + 1]!;
    DOUBLE_WORDS[1] = words[place + 2]!;
    const number = DOUBLE[0]!;
    if (out.integer(number)) return;
    if (!Number.isFinite(number) || number === 0) {
      out.text(textOf(number));
      return;
    }
    if (number !== this.#lastNumber) {
      this.#lastNumber = number;
      this.#lastText = String(number);
    }
    out.text(this.#lastText);
  }

  #addSlowly(space: PackedSpace, at: number, end: number): void {
    const batch = this.#batch;
    batch.reset(sequenceAt(space, at));
    this.#unpacker.unpack(space, at, end, batch);
    const line = `${this.#encoder.lines(batch, 0, 1)[0]!}\n`;
    this.out.reserve(line.length * 3);
    this.out.text(line);
  }
}

// With the word of the item before it.
function textWords(words: Int32Array, at: number): number {
  return 2 + ((words[at]! + 3) >> 2);
}

function textAt({ words, bytes }: PackedSpace, at: number): string {
  const start = (at + 1) * 4;
  return bytes.toString('utf8', start, start + words[at]!);
}
