import type { ColumnBatch } from './batch.ts';
import type { RecordPath } from './path.ts';
import { type BatchSchema, MAX_COLUMN_KEYS } from './schema.ts';

const MAX_SHAPES = 16;
const MAX_LEAVES = 200;
const TRIAL = 1000;

// As `toJsonText` writes them. What has escapes is left to the parser.
const TEXT = '"([^"\\\\\\x00-\\x1f]*)"';
const NUMBER = '(-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)';
const INTEGER = '(0|-?[1-9]\\d{0,14})';
const FRACTION = '(-?(?:0|[1-9]\\d*)\\.\\d+)';
const FLAG = '(true|false)';

interface Leaf {
  readonly type: 'text' | 'number' | 'flag' | 'null';
  readonly column: number;
}

interface Shape {
  readonly pattern: RegExp;
  readonly leaves: readonly Leaf[];
}

/**
 * Reads JSON text of objects whose keys come again and again, which nearly all objects of one event are: a pattern with the keys
 * in it finds the values in half the time that parsing takes, and the text is nothing but what it matches.
 */
export class NestedShapes {
  readonly #schema: BatchSchema;
  readonly #root: RecordPath['root'];
  readonly #kindsOnly: boolean;
  readonly #shapes: Shape[] = [];
  /** By column, how its numbers were written. */
  readonly #numbers = new Map<number, string>();
  #hits = 0;
  #misses = 0;

  /** @param kindsOnly Whether values may be left out where each column had one of their kind before. */
  constructor(schema: BatchSchema, root: RecordPath['root'], kindsOnly = false) {
    this.#schema = schema;
    this.#root = root;
    this.#kindsOnly = kindsOnly;
  }

  /** Writes the values of a text into the columns of its keys. False, with nothing written, where its shape is not known. */
  write(batch: ColumnBatch, row: number, text: string): boolean {
    const shapes = this.#shapes;
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i]!;
      const values = this.#kindsOnly ? shape.pattern.test(text) : shape.pattern.exec(text);
      if (!values) continue;
      if (i > 0) {
        shapes[i] = shapes[0]!;
        shapes[0] = shape;
      }
      this.#hits++;
      if (values !== true) writeLeaves(batch, row, shape.leaves, values);
      return true;
    }
    this.#misses++;
    return false;
  }

  /** Keeps the shape of a text that was parsed and written. */
  learn(text: string, object: Readonly<Record<string, unknown>>): void {
    if (this.#misses > TRIAL && this.#misses > this.#hits) this.#shapes.length = 0;
    else if (this.#shapes.length < MAX_SHAPES) {
      const leaves: Leaf[] = [];
      const source = this.#source(object, [], leaves);
      if (source === undefined) return;
      const pattern = new RegExp(`^${source}$`);
      // Where a key is there twice or was moved, or there is white space, the text has no shape.
      if (pattern.test(text)) this.#shapes.push({ pattern, leaves });
    }
  }

  // The pattern of an object; undefined for one with anything but strings, numbers, flags, nulls and such objects.
  #source(object: Readonly<Record<string, unknown>>, keys: readonly string[], leaves: Leaf[]): string | undefined {
    const parts: string[] = [];
    for (const [key, value] of Object.entries(object)) {
      // Keys of tags: the object is not what the text says.
      if (key.startsWith('$')) return undefined;
      const source = this.#valueSource(value, [...keys, key], leaves);
      if (source === undefined) return undefined;
      parts.push(`${JSON.stringify(key).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}:${source}`);
    }
    return parts.length === 0 ? undefined : `\\{${parts.join(',')}\\}`;
  }

  #valueSource(value: unknown, keys: readonly string[], leaves: Leaf[]): string | undefined {
    if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value) || keys.length >= MAX_COLUMN_KEYS) return undefined;
      return this.#source(value as Record<string, unknown>, keys, leaves);
    }
    const column = this.#schema.column({ root: this.#root, keys })?.index;
    if (column === undefined || leaves.length === MAX_LEAVES) return undefined;
    const leaf = (type: Leaf['type'], source: string | undefined) => {
      leaves.push({ type, column });
      return source;
    };
    switch (typeof value) {
      case 'string':
        return leaf('text', TEXT);
      case 'number':
        return leaf('number', this.#kindsOnly ? this.#numberSource(column, value) : NUMBER);
      case 'boolean':
        return leaf('flag', FLAG);
      default:
        return value === null ? leaf('null', '(null)') : undefined;
    }
  }

  // Where there were integers and fractions, another number tells nothing new. Kinds of numbers that are neither have no pattern.
  #numberSource(column: number, value: number): string | undefined {
    if (Number.isInteger(value) && (!Number.isSafeInteger(value) || Object.is(value, -0))) return undefined;
    const written = Number.isInteger(value) ? INTEGER : FRACTION;
    const before = this.#numbers.get(column) ?? written;
    const source = before === written ? written : NUMBER;
    this.#numbers.set(column, source);
    return source;
  }
}

function writeLeaves(batch: ColumnBatch, row: number, leaves: readonly Leaf[], values: readonly string[]): void {
  for (let i = 0; i < leaves.length; i++) {
    const { type, column: index } = leaves[i]!;
    const column = batch.columns[index] ?? batch.allocate(index);
    const value = values[i + 1]!;
    if (type === 'text') column.setText(row, value);
    else if (type === 'number') column.setNumber(row, Number(value));
    else if (type === 'flag') column.setFlag(row, value === 'true');
    else column.setNull(row);
  }
}
