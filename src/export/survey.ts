import type { ColumnBatch } from '../record/batch.ts';
import { FIELDS } from '../record/fields.ts';
import { leafEdit } from '../record/line-encoder.ts';
import type { RecordEdit } from '../record/record-edit.ts';
import type { NestedColumn } from '../record/schema.ts';
import type { Projection } from '../stores/store.ts';
import { Pacer } from './pacer.ts';
import type { RecordSource } from './record-source.ts';
import { addKinds, kindOf, type ValueKinds } from './value-kinds.ts';

/** A nested path that occurs, and what its values are. */
export interface SurveyedPath {
  readonly path: NestedColumn;
  kinds: ValueKinds;
}

/** What the records hold: the first of the two passes. */
export interface Survey {
  readonly rows: number;
  /** Kinds of the values of each fixed field that is kept as a column, by its index. */
  readonly fields: readonly ValueKinds[];
  /** By flat name. */
  readonly paths: ReadonlyMap<string, SurveyedPath>;
  /** For each source and writer the sequence after its last record. The second pass ends there, although more may have come. */
  readonly ends: readonly ReadonlyMap<string, number>[];
  /** Whether some record has nested keys without a column. */
  readonly rest: { readonly measurements: boolean; readonly metadata: boolean };
}

/** Goes through all records once to find which columns there are and of what type. */
export async function surveySources(
  sources: readonly RecordSource[],
  edit: RecordEdit | undefined,
  projection: Projection,
): Promise<Survey> {
  const survey = new Surveyor(edit);
  const pacer = new Pacer();
  for (const source of sources) {
    survey.begin();
    for await (const batch of source.batches(projection)) {
      survey.add(batch);
      if (pacer.due) await pacer.turn();
    }
  }
  return survey;
}

class Surveyor implements Survey {
  rows = 0;
  readonly fields: ValueKinds[] = FIELDS.map(() => 0);
  readonly paths: Map<string, SurveyedPath> = new Map();
  readonly ends: Map<string, number>[] = [];
  readonly rest = { measurements: false, metadata: false };
  readonly #edit: RecordEdit | undefined;

  constructor(edit: RecordEdit | undefined) {
    this.#edit = edit;
  }

  begin(): void {
    this.ends.push(new Map());
  }

  add(batch: ColumnBatch): void {
    const { rows, columns, schema } = batch;
    if (rows === 0) return;
    this.rows += rows;
    this.ends.at(-1)!.set(schema.writerId, batch.firstSequence + rows);
    for (let index = 0; index < FIELDS.length; index++) {
      const column = columns[index];
      if (!column) continue;
      const change = this.#edit?.field(index);
      if (!change) this.fields[index] = addKinds(this.fields[index]!, column, rows);
      else for (let row = 0; row < rows; row++) this.fields[index]! |= kindOf(change(column.get(row)));
    }
    for (const path of schema.nested) {
      const column = columns[path.index];
      if (!column) continue;
      const known = this.#path(path);
      const change = this.#edit && leafEdit(this.#edit, path, column);
      if (!change) known.kinds = addKinds(known.kinds, column, rows);
      else for (let row = 0; row < rows; row++) known.kinds |= kindOf(change(column.get(row)));
    }
    this.#noteRest(batch, 'measurements');
    this.#noteRest(batch, 'metadata');
  }

  #path(path: NestedColumn): SurveyedPath {
    let known = this.paths.get(path.name);
    if (!known) {
      known = { path, kinds: 0 };
      this.paths.set(path.name, known);
    }
    return known;
  }

  #noteRest(batch: ColumnBatch, root: 'measurements' | 'metadata'): void {
    for (let row = 0; row < batch.rows && !this.rest[root]; row++) this.rest[root] = batch.rest(root, row).length > 0;
  }
}
