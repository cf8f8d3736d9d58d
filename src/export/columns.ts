import { type ColumnBatch, place } from '../record/batch.ts';
import type { Column } from '../record/column.ts';
import { FIELDS, fieldIndex } from '../record/fields.ts';
import { leafEdit } from '../record/line-encoder.ts';
import type { RecordPath } from '../record/path.ts';
import type { RecordEdit } from '../record/record-edit.ts';
import { MAX_PATHS } from '../record/schema.ts';
import type { Survey, SurveyedPath } from './survey.ts';
import { type ColumnType, typeOf } from './value-kinds.ts';

type Root = RecordPath['root'];

/** The cells of one exported column in one batch. Null and undefined are no value. */
export interface Cells {
  get(row: number): unknown;
  /** Where they are kept, if they leave as they are kept. */
  readonly stored?: Column | undefined;
  /** Whether all rows of the batch have the same value. */
  readonly constant?: boolean;
}

/** One column of a flat file. */
export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** The nested values that it consists of; missing in a column of a field and in one of what found no column. */
  readonly nested?: SurveyedPath;
  cells(batch: ColumnBatch): Cells;
}

/** Fields that every export has, be they empty. */
export const CORE_FIELDS: readonly string[] = [
  'event_id',
  'event_name',
  'category',
  'timestamp',
  'writer_id',
  'sequence',
  'scope',
  'experiment_id',
  'experiment_name',
  'study',
  'condition',
  'replicate',
  'tags',
  'latency_ms',
  'cost_usd',
  'success',
  'sample_id',
  'model',
];

const EVENT_ID = fieldIndex('event_id');
// Without a column of their own, these still differ from row to row.
const VARYING = new Set([EVENT_ID, fieldIndex('category'), fieldIndex('sequence')]);

/** The fixed fields of an export in their order: the core, `measurements` and `metadata`, and those that some record has. */
export function exportedFields(survey: Survey): readonly string[] {
  const core = new Set([...CORE_FIELDS, 'measurements', 'metadata']);
  return FIELDS.filter((field, index) => core.has(field.name) || survey.fields[index] !== 0).map((field) => field.name);
}

/**
 * The columns of a flat export: fixed fields in their order, then nested keys by root and name, then, as JSON text, what found
 * no column. Names are unique without regard to case, because DuckDB and others tell no case: of keys that differ only in case
 * the first has a column.
 */
export function exportColumns(survey: Survey, edit: RecordEdit | undefined): readonly ExportColumn[] {
  const columns = exportedFields(survey)
    .filter((name) => FIELDS[fieldIndex(name)]!.type !== 'object')
    .map((name) => fieldColumn(fieldIndex(name), edit));
  const taken = new Set<string>();
  const overflow: SurveyedPath[] = [];
  for (const found of [...survey.paths.values()].sort(byName)) {
    const type = typeOf(found.kinds);
    if (!type) continue;
    const name = found.path.name.toWellFormed();
    const folded = name.toLowerCase();
    // A NUL would end the name in some readers.
    if (taken.size < MAX_PATHS && !taken.has(folded) && !name.includes('\0')) {
      taken.add(folded);
      columns.push(nestedColumn(name, type, found, edit));
    } else {
      overflow.push(found);
    }
  }
  for (const root of ['measurements', 'metadata'] as const) {
    const left = overflow.filter((found) => found.path.root === root);
    if (left.length > 0 || survey.rest[root]) columns.push(restColumn(root, left, edit));
  }
  return columns;
}

function fieldColumn(index: number, edit: RecordEdit | undefined): ExportColumn {
  const { name, type } = FIELDS[index]!;
  const change = edit?.field(index);
  return {
    name,
    type: type as ColumnType,
    cells(batch) {
      // An id that was not given follows from writer and sequence.
      const stored = index === EVENT_ID ? undefined : batch.columns[index];
      if (change) return { get: (row) => change(batch.field(index, row)) };
      if (stored) return { stored, get: (row) => stored.get(row) };
      return { constant: !VARYING.has(index), get: (row) => batch.field(index, row) };
    },
  };
}

function nestedColumn(name: string, type: ColumnType, found: SurveyedPath, edit: RecordEdit | undefined): ExportColumn {
  return { name, type, nested: found, cells: (batch) => nestedCells(batch, found, edit) };
}

function nestedCells(batch: ColumnBatch, found: SurveyedPath, edit: RecordEdit | undefined): Cells {
  const path = batch.schema.find(found.path.name);
  const stored = path && batch.columns[path.index];
  if (!stored) return EMPTY;
  const change = edit && leafEdit(edit, found.path, stored);
  return change ? { get: (row) => change(stored.get(row)) } : { stored, get: (row) => stored.get(row) };
}

function restColumn(root: Root, overflow: readonly SurveyedPath[], edit: RecordEdit | undefined): ExportColumn {
  return {
    name: `${root}_rest`,
    type: 'json',
    cells(batch) {
      const kept = overflow.map((found) => ({ keys: found.path.keys, cells: nestedCells(batch, found, edit) }));
      return {
        get(row) {
          const rest: Record<string, unknown> = {};
          for (const { keys, cells } of kept) setValue(rest, keys, cells.get(row));
          for (const [keys, value] of batch.rest(root, row))
            setValue(rest, keys, edit ? edited(edit, { root, keys }, value) : value);
          return Object.keys(rest).length > 0 ? rest : undefined;
        },
      };
    },
  };
}

function setValue(target: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  if (value !== undefined) place(target, keys, value);
}

function edited(edit: RecordEdit, path: RecordPath, value: unknown): unknown {
  const change = edit.nested(path);
  if (change) return change(value);
  return typeof value === 'object' && value !== null ? edit.inside(path, value) : value;
}

const EMPTY: Cells = { constant: true, get: () => undefined };

// Names begin with their root.
function byName(a: SurveyedPath, b: SurveyedPath): number {
  return a.path.name < b.path.name ? -1 : 1;
}
