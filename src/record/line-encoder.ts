import type { ColumnBatch } from './batch.ts';
import { type Column, ColumnKind } from './column.ts';
import { ColumnTexts } from './column-texts.ts';
import { FIELDS, fieldIndex } from './fields.ts';
import { fromJsonText, toJsonText } from './json.ts';
import { fieldText, nestedText } from './line-text.ts';
import { type NestedNode, nestedTrees } from './nested-tree.ts';
import type { RecordPath } from './path.ts';
import type { RecordEdit, ValueEdit } from './record-edit.ts';

type Root = 'measurements' | 'metadata';

const EVENT_ID = fieldIndex('event_id');
// Without a column of their own, these still differ from row to row.
const VARYING = new Set([EVENT_ID, fieldIndex('category'), fieldIndex('sequence')]);

// Where text that went through DuckDB may be another one for the same value: exponents, small fractions, escapes.
const NOT_OURS = /\d[eE]|0\.00000|\\u/;

export interface LineOptions {
  /** Fields that stand in every line, as null where they do not apply. Default: those that are null are left out. */
  readonly always?: readonly string[];
  /** Changes values on their way. Default: none. */
  readonly edit?: RecordEdit | undefined;
}

/** Writes rows of batches as lines of JSON: see `recordToLine` for the form. */
export class LineEncoder {
  readonly #always: ReadonlySet<string>;
  readonly #edit: RecordEdit | undefined;
  readonly #fieldTexts = new ColumnTexts(fieldText);
  readonly #nestedTexts = new ColumnTexts(nestedText);

  constructor(options: LineOptions = {}) {
    this.#always = new Set(options.always);
    this.#edit = options.edit;
  }

  /** The lines of the rows from `from` up to `to`, without line ends. */
  lines(batch: ColumnBatch, from: number, to: number): string[] {
    const lines: string[] = new Array(to - from).fill('');
    let before = '{';
    FIELDS.forEach(({ name, type }, index) => {
      const key = `${index === 0 ? '' : ','}"${name}":`;
      const texts =
        type === 'object' ? this.#objects(name as Root, index, batch, from, to) : this.#field(index, batch, from, to);
      const absent = this.#always.has(name) ? 'null' : '';
      if (typeof texts === 'string') {
        if (texts !== '' || absent !== '') before += key + (texts || absent);
        return;
      }
      for (let i = 0; i < lines.length; i++) {
        const text = texts[i] || absent;
        lines[i] += text === '' ? before : before + key + text;
      }
      before = '';
    });
    return lines.map((line) => `${line}${before}}`);
  }

  // One text when all rows have the same: most fields come from the experiment, or do not occur at all.
  #field(index: number, batch: ColumnBatch, from: number, to: number): string | string[] {
    // An id that was not given follows from writer and sequence.
    const column = index === EVENT_ID ? undefined : batch.columns[index];
    const change = this.#edit?.field(index);
    if (column && !change) return this.#fieldTexts.read(column, from, to);
    const text = (row: number) => {
      const value = batch.field(index, row);
      return fieldText(change ? change(value) : value);
    };
    if (!column && !VARYING.has(index)) return text(from);
    const texts: string[] = [];
    for (let row = from; row < to; row++) texts.push(text(row));
    return texts;
  }

  #objects(root: Root, index: number, batch: ColumnBatch, from: number, to: number): string[] {
    const whole = batch.columns[index];
    if (whole && !this.#edit) {
      return Array.from({ length: to - from }, (_, i) => {
        const text = (whole.get(from + i) as string | undefined) ?? '{}';
        return NOT_OURS.test(text) ? toJsonText(fromJsonText(text)) : text;
      });
    }
    const tree = nestedTrees(batch.schema)[root];
    if (!tree.tagged && !whole) {
      const texts = this.#branch(tree, batch, from, to) ?? new Array(to - from).fill('');
      for (let row = from; row < to; row++) {
        if (batch.rest(root, row).length > 0) texts[row - from] = this.#wholeObject(root, index, batch, row);
        else if (texts[row - from] === '') texts[row - from] = '{}';
      }
      return texts;
    }
    const texts: string[] = [];
    for (let row = from; row < to; row++) texts.push(this.#wholeObject(root, index, batch, row));
    return texts;
  }

  // The way for rows with keys that have no column, or that look like tags of `toJsonText`.
  #wholeObject(root: Root, index: number, batch: ColumnBatch, row: number): string {
    const object = batch.field(index, row) as object;
    const path = { root, keys: [] };
    const change = this.#edit?.nested(path);
    return toJsonText((change ? change(object) : this.#edit ? this.#edit.inside(path, object) : object) ?? {});
  }

  // Texts of the objects at a node, '' where a row has nothing below it; undefined when no row has.
  #branch(node: NestedNode, batch: ColumnBatch, from: number, to: number): string[] | undefined {
    let texts: string[] | undefined;
    for (const child of node.children) {
      const column = child.column && batch.columns[child.column.index];
      const own = column && this.#leaf(child.column!, column, from, to);
      const below = child.children.length > 0 ? this.#branch(child, batch, from, to) : undefined;
      const values = own && below ? own.map((text, i) => text || below[i]!) : (own ?? below);
      if (!values) continue;
      texts ??= new Array(to - from).fill('');
      for (let i = 0; i < values.length; i++) {
        if (values[i] !== '') texts[i] += (texts[i] === '' ? '{' : ',') + child.prefix + values[i];
      }
    }
    if (texts) for (let i = 0; i < texts.length; i++) if (texts[i] !== '') texts[i] += '}';
    return texts;
  }

  #leaf(path: RecordPath, column: Column, from: number, to: number): string[] {
    const edit = this.#edit && leafEdit(this.#edit, path, column);
    if (!edit) return this.#nestedTexts.read(column, from, to);
    const texts: string[] = new Array(to - from);
    for (let row = from; row < to; row++) texts[row - from] = nestedText(edit(column.get(row)));
    return texts;
  }
}

/** What an edit does to the cells of a nested column: undefined when all of them stay as they are. */
export function leafEdit(edit: RecordEdit, path: RecordPath, column: Column): ValueEdit | undefined {
  const change = edit.nested(path);
  if (change) return change;
  if (column.kind === ColumnKind.NUMBER || column.kind === ColumnKind.CODE || column.kind === ColumnKind.FLAG)
    return undefined;
  return (value) => (typeof value === 'object' && value !== null ? edit.inside(path, value) : value);
}
