import { FIELDS, fieldIndex } from '../fields.ts';
import { fieldText, nestedText, stringText } from '../line-text.ts';
import type { NestedNode } from '../nested-tree.ts';
import { TAG_SHIFT, Tag } from './packed-layout.ts';

const EVENT_ID = fieldIndex('event_id');
const EVENT_NAME = fieldIndex('event_name');
const WRITER_ID = fieldIndex('writer_id');
const SEQUENCE = fieldIndex('sequence');
const EXPERIMENT_ID = fieldIndex('experiment_id');
const MEASUREMENTS = fieldIndex('measurements');
const METADATA = fieldIndex('metadata');

/** What a step of a pattern writes. */
export const Step = {
  SEQUENCE: 0,
  /** A number of a field, and one inside `measurements` or `metadata`: they differ in what is no number. */
  FIELD_NUMBER: 1,
  NESTED_NUMBER: 2,
  CODE: 3,
  TEXT: 4,
  VALUE: 5,
  /** The category that belongs to the event's name, with its key. */
  CATEGORY: 6,
} as const;

/** The same for all rows of a shape: what stands in their lines, and which values come between. */
export interface LinePattern {
  /**
   * The shape: the words that say which item follows which, without their values. After a code stands 0 for any, or one more than
   * the code whose text is part of the pattern; after a copy the column it repeats.
   */
  readonly shape: Int32Array;
  /** By step: what it writes, which item of the row it takes, of which column that is, and what stands before it. */
  readonly kinds: Uint8Array;
  readonly items: Int32Array;
  readonly columns: Int32Array;
  readonly before: readonly Buffer[];
  readonly after: Buffer;
  /** Bytes of everything that does not depend on the row. */
  readonly bytes: number;
}

/** What a line holds that is no item of its row. */
export interface LineContext {
  readonly writerId: string;
  /** Fields of the experiment as JSON text, from the comma before the first key on. */
  readonly experiment: string;
  readonly measurements: NestedNode;
  readonly metadata: NestedNode;
  /** The text of a code as JSON text. */
  readonly textOf: (column: number, code: number) => string;
  /** The category that belongs to the code of a name, from the comma before its key on; '' for none. */
  readonly categoryOf: (code: number) => string;
}

/** The pattern of the lines of rows of that shape. The shape must be of columns, without announcements. */
export function linePattern(shape: Int32Array, context: LineContext): LinePattern {
  return new PatternMaker(shape, context).make();
}

class PatternMaker {
  readonly #shape: Int32Array;
  readonly #context: LineContext;
  // By column: its item, and where in the shape that stands.
  readonly #items = new Map<number, { readonly item: number; readonly at: number }>();
  readonly #steps: { kind: number; item: number; column: number; before: Buffer }[] = [];
  #text = '';

  constructor(shape: Int32Array, context: LineContext) {
    this.#shape = shape;
    this.#context = context;
    for (let at = 0, item = 0; at < shape.length; item++) {
      const { column, tag } = itemOf(shape[at]!);
      this.#items.set(column, { item, at });
      at += tag === Tag.COPY || tag === Tag.CODE ? 2 : 1;
    }
  }

  make(): LinePattern {
    this.#text = '{';
    for (let field = 0; field < FIELDS.length; field++) this.#field(field);
    const steps = this.#steps;
    const after = Buffer.from(`${this.#text}}\n`);
    return {
      shape: this.#shape,
      kinds: Uint8Array.from(steps, ({ kind }) => kind),
      items: Int32Array.from(steps, ({ item }) => item),
      columns: Int32Array.from(steps, ({ column }) => column),
      before: steps.map(({ before }) => before),
      after,
      bytes: steps.reduce((total, { before }) => total + before.length, after.length),
    };
  }

  #field(field: number): void {
    const { writerId, experiment, measurements, metadata } = this.#context;
    const key = `${field === 0 ? '' : ','}"${FIELDS[field]!.name}":`;
    if (field === MEASUREMENTS || field === METADATA) {
      const object = this.#object(field === METADATA ? metadata : measurements);
      this.#text += key;
      if (object) object();
      else this.#text += '{}';
    } else if (this.#items.has(field)) {
      if (itemOf(this.#shape[this.#items.get(field)!.at]!).tag === Tag.NULL) return;
      this.#text += key;
      this.#value(field, Step.FIELD_NUMBER, fieldText);
      if (field === EVENT_NAME) this.#category(field);
    } else if (field === EVENT_ID) {
      // The id of a writer has no character that JSON would escape.
      this.#text += `${key}"${writerId}-`;
      this.#step(Step.SEQUENCE);
      this.#text += '"';
    } else if (field === WRITER_ID) {
      this.#text += key + stringText(writerId);
    } else if (field === SEQUENCE) {
      this.#text += key;
      this.#step(Step.SEQUENCE);
    } else if (field === EXPERIMENT_ID) {
      this.#text += experiment;
    }
  }

  // Writes the object below a node; undefined where the row has none.
  #object(node: NestedNode): (() => void) | undefined {
    const members = node.children.flatMap((child) => this.#member(child) ?? []);
    if (members.length === 0) return undefined;
    return () => {
      members.forEach((write, index) => {
        this.#text += index === 0 ? '{' : ',';
        write();
      });
      this.#text += '}';
    };
  }

  // Writes the key of a node and its value; undefined where the row has none.
  #member(node: NestedNode): (() => void) | undefined {
    const index = node.column?.index;
    const write =
      index === undefined || !this.#items.has(index)
        ? this.#object(node)
        : () => this.#value(index, Step.NESTED_NUMBER, nestedText);
    return (
      write &&
      (() => {
        this.#text += node.prefix;
        write();
      })
    );
  }

  #value(column: number, numberKind: number, textOf: (value: unknown) => string): void {
    const { item, at } = this.#items.get(column)!;
    const { tag } = itemOf(this.#shape[at]!);
    if (tag === Tag.NUMBER) this.#step(numberKind, item, column);
    else if (tag === Tag.CODE) this.#code(column);
    else if (tag === Tag.TEXT) this.#step(Step.TEXT, item, column);
    else if (tag === Tag.VALUE) this.#step(Step.VALUE, item, column);
    else if (tag === Tag.COPY) this.#value(this.#shape[at + 1]!, numberKind, textOf);
    else this.#text += tag === Tag.NULL ? 'null' : textOf(tag === Tag.NAN ? Number.NaN : tag === Tag.TRUE);
  }

  #code(column: number): void {
    const { item, at } = this.#items.get(column)!;
    const code = this.#shape[at + 1]! - 1;
    if (code < 0) this.#step(Step.CODE, item, column);
    else this.#text += this.#context.textOf(column, code);
  }

  #category(column: number): void {
    const { item, at } = this.#items.get(column)!;
    const code = itemOf(this.#shape[at]!).tag === Tag.CODE ? this.#shape[at + 1]! - 1 : -1;
    if (code < 0) this.#step(Step.CATEGORY, item, column);
    else this.#text += this.#context.categoryOf(code);
  }

  #step(kind: number, item = 0, column = 0): void {
    this.#steps.push({ kind, item, column, before: Buffer.from(this.#text) });
    this.#text = '';
  }
}

function itemOf(head: number): { column: number; tag: number } {
  return { column: head & ((1 << TAG_SHIFT) - 1), tag: head >> TAG_SHIFT };
}
