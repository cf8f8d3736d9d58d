import { ColumnBatch } from '../batch.ts';
import { FIELDS, fieldIndex } from '../fields.ts';
import { LineEncoder } from '../line-encoder.ts';
import { fieldText, nestedText, stringText } from '../line-text.ts';
import { type NestedNode, nestedTrees } from '../nested-tree.ts';
import type { RecordPath } from '../path.ts';
import type { BatchSchema } from '../schema.ts';
import { ByteWriter } from './byte-writer.ts';
import { type PackedSpace, TAG_SHIFT, Tag } from './packed-layout.ts';
import { RowUnpacker } from './row-unpacker.ts';

const COLUMN_MASK = (1 << TAG_SHIFT) - 1;
const EVENT_ID = fieldIndex('event_id');
const EVENT_NAME = fieldIndex('event_name');
const WRITER_ID = fieldIndex('writer_id');
const SEQUENCE = fieldIndex('sequence');
const EXPERIMENT = ['experiment_id', 'experiment_name', 'study', 'condition', 'replicate', 'tags'].map(fieldIndex);
const MEASUREMENTS = fieldIndex('measurements');
const METADATA = fieldIndex('metadata');

const OPEN = 123;
const CLOSE = 125;
const COMMA = 44;
const NEWLINE = 10;
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

const DOUBLE = new Float64Array(1);
const DOUBLE_WORDS = new Int32Array(DOUBLE.buffer);

/**
 * Writes packed rows as lines of JSON, the same that `LineEncoder` writes, without making an object or a string on the way. Rows
 * must come in the order of packing.
 */
export class PackedLines {
  readonly out: ByteWriter = new ByteWriter(65_536);
  readonly #schema: BatchSchema;
  readonly #keys: Buffer[] = FIELDS.map(({ name }, index) => Buffer.from(`${index === 0 ? '' : ','}"${name}":`));
  readonly #keyBytes: number;
  readonly #prefixes = new Map<NestedNode, Buffer>();
  readonly #context: Buffer;
  readonly #writer: Buffer;
  // By column and code: the text as JSON with the key before it, and the category likewise.
  readonly #texts: Buffer[][] = [];
  readonly #categories = new Map<string, Buffer>();
  readonly #categoryOfCode: Buffer[] = [];
  // Where in the row under way a column's item is; valid where the mark is the row's.
  #places = new Int32Array(256);
  #marks = new Int32Array(256);
  #mark = 0;
  // Of the texts that stand in the row as codes.
  #codedBytes = 0;
  #nestedBytes = 0;
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
    let context = '';
    for (const field of EXPERIMENT) {
      const text = fieldText(probe.field(field, 0));
      if (text !== '') context += `,"${FIELDS[field]!.name}":${text}`;
    }
    this.#context = Buffer.from(context);
    this.#writer = Buffer.from(`,"writer_id":${stringText(schema.writerId)}`);
    this.#keyBytes = this.#keys.reduce((total, key) => total + key.length, this.#context.length) + 200;
  }

  /** Takes over what was announced to somebody else: see `RowUnpacker.inherit`. */
  inherit(schema: BatchSchema, batch: ColumnBatch | undefined): void {
    this.#unpacker.inherit(schema, batch);
    batch?.columns.forEach((column, index) => {
      column?.dictionary.texts.forEach((text, code) => {
        this.#announceText(index, code, text);
      });
    });
    this.#announceColumns();
  }

  /** The sequence of the row packed at word `at`. */
  sequence(space: PackedSpace, at: number): number {
    return this.#unpacker.sequence(space, at);
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
    const { out } = this;
    // No byte of a text becomes more than six, no number more than 26; a text may stand in the row twice.
    out.reserve(this.#keyBytes + this.#nestedBytes + this.#codedBytes + (end - at) * 52);
    out.byte(OPEN);
    for (let field = 0; field < FIELDS.length; field++) {
      if (field === MEASUREMENTS || field === METADATA) {
        out.all(this.#keys[field]!);
        this.#object(field === METADATA ? trees.metadata : trees.measurements, space);
      } else if (this.#marks[field] === this.#mark) {
        this.#field(field, space);
        if (field === EVENT_NAME) this.#category(space);
      } else if (field === EVENT_ID) {
        this.#derivedId(space, at);
      } else if (field === WRITER_ID) {
        out.all(this.#writer);
      } else if (field === SEQUENCE) {
        out.all(this.#keys[field]!);
        out.integer(this.sequence(space, at));
      } else if (field === EXPERIMENT[0]) {
        out.all(this.#context);
      }
    }
    out.byte(CLOSE);
    out.byte(NEWLINE);
  }

  // Notes where the items of a row are and takes what it announces. False for a row with values beyond the columns.
  #find(space: PackedSpace, start: number, end: number): boolean {
    const { words } = space;
    let plain = true;
    this.#mark++;
    this.#codedBytes = 0;
    let at = start + 1;
    while (at < end) {
      const head = words[at]!;
      const column = head & COLUMN_MASK;
      const tag = head >> TAG_SHIFT;
      if (tag < Tag.REST_MEASUREMENTS) {
        if (column >= this.#places.length) this.#growTo(column);
        this.#places[column] = at;
        this.#marks[column] = this.#mark;
        if (tag === Tag.CODE) this.#codedBytes += this.#texts[column]![words[at + 1]!]!.length;
        at += itemWords(tag, words, at);
      } else if (tag === Tag.NEW_CODE) {
        this.#announceText(column, words[at + 1]!, textAt(space, at + 2));
        at += 1 + textWords(words, at + 2);
      } else {
        if (tag === Tag.NEW_COLUMN) {
          this.#schema.column(JSON.parse(textAt(space, at + 1)) as RecordPath);
          this.#announceColumns();
        } else if (tag === Tag.CATEGORY) {
          this.#announceCategory(...(JSON.parse(textAt(space, at + 1)) as [string, string | null]));
        } else {
          plain = false;
        }
        at += textWords(words, at + 1);
      }
    }
    return plain;
  }

  #announceText(column: number, code: number, text: string): void {
    this.#unpacker.announce(column, code, text);
    this.#texts[column] ??= [];
    this.#texts[column][code] = Buffer.from(`${this.#keyOf(column)}${stringText(text)}`);
    if (column !== EVENT_NAME) return;
    const category = this.#schema.categoryOf(text);
    this.#categoryOfCode[code] = category === null ? Buffer.alloc(0) : this.#categoryText(category);
  }

  // Nested texts stand after their key, with whatever punctuation comes before it.
  #keyOf(column: number): string {
    return column < FIELDS.length
      ? this.#keys[column]!.toString()
      : nestedKey(this.#schema.nested[column - FIELDS.length]!);
  }

  #announceCategory(eventName: string, category: string | null): void {
    this.#schema.setCategory(eventName, category);
    if (category !== null && this.#categories.size < 1000) this.#categoryText(category);
  }

  #categoryText(category: string): Buffer {
    let text = this.#categories.get(category);
    if (!text) {
      text = Buffer.from(`,"category":${stringText(category)}`);
      this.#categories.set(category, text);
    }
    return text;
  }

  #announceColumns(): void {
    const trees = nestedTrees(this.#schema);
    this.#nestedBytes = this.#announceNodes(trees.measurements) + this.#announceNodes(trees.metadata);
  }

  #announceNodes(node: NestedNode): number {
    let bytes = 2;
    for (const child of node.children) {
      let prefix = this.#prefixes.get(child);
      if (!prefix) {
        prefix = Buffer.from(child.prefix);
        this.#prefixes.set(child, prefix);
      }
      bytes += prefix.length + 1 + this.#announceNodes(child);
    }
    return bytes;
  }

  #growTo(column: number): void {
    const places = new Int32Array(column * 2);
    places.set(this.#places);
    this.#places = places;
    const marks = new Int32Array(column * 2);
    marks.set(this.#marks);
    this.#marks = marks;
  }

  #derivedId(space: PackedSpace, at: number): void {
    const { out } = this;
    out.all(this.#keys[EVENT_ID]!);
    out.byte(34);
    // The id of a writer has no character that JSON would escape.
    out.text(this.#schema.writerId);
    out.byte(45);
    out.integer(this.sequence(space, at));
    out.byte(34);
  }

  #field(field: number, space: PackedSpace): void {
    const { out } = this;
    const place = this.#places[field]!;
    if (space.words[place]! >> TAG_SHIFT === Tag.CODE) {
      out.all(this.#texts[field]![space.words[place + 1]!]!);
      return;
    }
    const before = out.at;
    out.all(this.#keys[field]!);
    if (!this.#value(field, place, space, fieldText)) out.at = before;
  }

  #category(space: PackedSpace): void {
    const place = this.#places[EVENT_NAME]!;
    const { words } = space;
    if (words[place]! >> TAG_SHIFT === Tag.CODE) {
      this.out.all(this.#categoryOfCode[words[place + 1]!]!);
      return;
    }
    const category = this.#schema.categoryOf(textAt(space, place + 1));
    if (category !== null) this.out.all(this.#categoryText(category));
  }

  #object(node: NestedNode, space: PackedSpace): void {
    const { out } = this;
    const before = out.at;
    this.#children(node, space);
    if (out.at === before) {
      out.byte(OPEN);
      out.byte(CLOSE);
    }
  }

  // Writes the object below a node, or nothing where the row has none.
  #children(node: NestedNode, space: PackedSpace): boolean {
    const { out } = this;
    let some = false;
    for (const child of node.children) {
      const before = out.at;
      out.byte(some ? COMMA : OPEN);
      if (this.#nested(child, space)) some = true;
      else out.at = before;
    }
    if (some) out.byte(CLOSE);
    return some;
  }

  // The key of a node and its value; nothing where the row has none.
  #nested(node: NestedNode, space: PackedSpace): boolean {
    const index = node.column?.index;
    if (index === undefined || this.#marks[index] !== this.#mark) {
      if (node.children.length === 0) return false;
      this.out.all(this.#prefixes.get(node)!);
      return this.#children(node, space);
    }
    const place = this.#places[index]!;
    const tag = space.words[place]! >> TAG_SHIFT;
    if (tag === Tag.CODE) {
      this.out.all(this.#texts[index]![space.words[place + 1]!]!);
      return true;
    }
    this.out.all(this.#prefixes.get(node)!);
    if (tag === Tag.NULL) this.out.all(NULL);
    else this.#value(index, place, space, nestedText);
    return true;
  }

  // False for a null, which fields leave out.
  #value(column: number, place: number, space: PackedSpace, textOf: (value: unknown) => string): boolean {
    const { out } = this;
    const { words, bytes } = space;
    switch (words[place]! >> TAG_SHIFT) {
      case Tag.NUMBER: {
        DOUBLE_WORDS[0] = words[place + 1]!;
        DOUBLE_WORDS[1] = words[place + 2]!;
        this.#number(DOUBLE[0]!, textOf);
        return true;
      }
      case Tag.CODE:
        // Only a copy comes here: the key of the other column is part of the bytes.
        out.text(stringText(this.#unpacker.textOf(column, words[place + 1]!)));
        return true;
      case Tag.TRUE:
        out.all(TRUE);
        return true;
      case Tag.FALSE:
        out.all(FALSE);
        return true;
      case Tag.NAN:
        out.text(textOf(Number.NaN));
        return true;
      case Tag.TEXT: {
        const start = (place + 2) * 4;
        const end = start + words[place + 1]!;
        if (!out.quoted(bytes, start, end)) out.text(stringText(bytes.toString('utf8', start, end)));
        return true;
      }
      case Tag.VALUE: {
        const start = (place + 2) * 4;
        out.copy(bytes, start, start + words[place + 1]!);
        return true;
      }
      case Tag.COPY: {
        const from = words[place + 1]!;
        return this.#value(from, this.#places[from]!, space, textOf);
      }
      default:
        return false;
    }
  }

  // A measurement often fills a field as well: its digits are found once.
  #number(number: number, textOf: (value: unknown) => string): void {
    const { out } = this;
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
    batch.reset(this.sequence(space, at));
    this.#unpacker.unpack(space, at, end, batch);
    const line = `${this.#encoder.lines(batch, 0, 1)[0]!}\n`;
    this.out.reserve(line.length * 3);
    this.out.text(line);
  }
}

function nestedKey({ keys }: RecordPath): string {
  return `${JSON.stringify(keys.at(-1)!.toWellFormed())}:`;
}

function itemWords(tag: number, words: Int32Array, at: number): number {
  if (tag === Tag.NUMBER) return 3;
  if (tag === Tag.CODE || tag === Tag.COPY) return 2;
  return tag < Tag.TEXT ? 1 : textWords(words, at + 1);
}

// With the word of the item before it.
function textWords(words: Int32Array, at: number): number {
  return 2 + ((words[at]! + 3) >> 2);
}

function textAt({ words, bytes }: PackedSpace, at: number): string {
  const start = (at + 1) * 4;
  return bytes.toString('utf8', start, start + words[at]!);
}
