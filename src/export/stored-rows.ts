import { sqlFile, sqlName, sqlText } from '../engine/duckdb.ts';
import { CONTEXT_FIELDS } from '../record/fields.ts';
import type { BatchSchema } from '../record/schema.ts';
import type { ExportColumn } from './columns.ts';
import type { RowSlice } from './row-slices.ts';
import type { SurveyedPath } from './survey.ts';
import { arePlain, typeOf } from './value-kinds.ts';

/** What `json_transform` takes: the type of each leaf under its keys. */
type Structure = Map<string, Structure | string>;

/** The keys and types of all nested values, by root. */
export interface NestedStructure {
  readonly measurements: Structure;
  readonly metadata: Structure;
}

const JSON_TYPES: Readonly<Record<string, string>> = { string: 'VARCHAR', number: 'DOUBLE', boolean: 'BOOLEAN' };
// What records say themselves, unlike the rest of the context.
const SAID = new Set(['event_name', 'category', 'timestamp', 'sequence', 'scope']);

/**
 * What DuckDB has to know to take the columns from the JSON text of stored rows. Undefined where its reading of the text would not
 * be ours: for values that are no plain strings, numbers or flags, keys that hold values and further keys, or that differ in case.
 */
export function nestedStructure(columns: readonly ExportColumn[]): NestedStructure | undefined {
  const structure: NestedStructure = { measurements: new Map(), metadata: new Map() };
  for (const { type, nested } of columns) {
    if (nested ? !addPath(structure, nested) : type === 'json') return undefined;
  }
  return structure;
}

/** The query for some stored rows, with the columns in their order. */
export function selectStored(columns: readonly ExportColumn[], structure: NestedStructure, slice: RowSlice): string {
  const { schema, stored } = slice.batch;
  const selected = columns.map(({ name, nested }) => {
    if (!nested) return `${fieldSql(name, schema)} AS ${sqlName(name)}`;
    const { root, keys } = nested.path;
    return `${keys.reduce((sql, key) => `struct_extract(${sql}, ${sqlText(key)})`, `nested_${root}`)} AS ${sqlName(name)}`;
  });
  const read = (['measurements', 'metadata'] as const)
    .filter((root) => structure[root].size > 0)
    .map((root) => `, json_transform(${root}, ${sqlText(structureText(structure[root]))}) AS nested_${root}`);
  return `SELECT ${selected.join(', ')} FROM (
    SELECT *${read.join('')} FROM read_parquet(${sqlFile(stored!.path)}, hive_partitioning = false)
    WHERE sequence BETWEEN ${slice.from} AND ${slice.to - 1})`;
}

function addPath(structure: NestedStructure, { path, kinds }: SurveyedPath): boolean {
  const type = JSON_TYPES[typeOf(kinds) ?? ''];
  if (!type || !arePlain(kinds)) return false;
  let level = structure[path.root];
  for (const [depth, key] of path.keys.entries()) {
    // Tags of `toJsonText` begin so.
    if (key === '' || key.startsWith('$') || !key.isWellFormed()) return false;
    const known = level.get(key);
    if (known === undefined && [...level.keys()].some((other) => other.toLowerCase() === key.toLowerCase()))
      return false;
    if (depth === path.keys.length - 1) {
      level.set(key, type);
      return known === undefined;
    }
    if (typeof known === 'string') return false;
    const below: Structure = known ?? new Map();
    level.set(key, below);
    level = below;
  }
  return false;
}

function structureText(structure: Structure): string {
  const parts = [...structure].map(
    ([key, below]) =>
      `${JSON.stringify(key)}:${typeof below === 'string' ? JSON.stringify(below) : structureText(below)}`,
  );
  return `{${parts.join(',')}}`;
}

// What the experiment says holds for all records, whatever it was called when they were stored.
function fieldSql(name: string, { writerId, experiment }: BatchSchema): string {
  if (!CONTEXT_FIELDS.has(name) || SAID.has(name)) return sqlName(name);
  switch (name) {
    case 'writer_id':
      return sqlText(writerId);
    case 'tags':
      return `[${experiment.tags.map(sqlText).join(', ')}]::VARCHAR[]`;
    case 'experiment_id':
      return literal(experiment.id);
    case 'experiment_name':
      return literal(experiment.name);
    default:
      return literal(experiment[name as 'study' | 'condition' | 'replicate']);
  }
}

function literal(text: string | null): string {
  return text === null ? 'NULL::VARCHAR' : sqlText(text);
}
