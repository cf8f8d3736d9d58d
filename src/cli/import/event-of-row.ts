import type { IngestedEvent } from '../../experiment/ingest.ts';
import { place } from '../../record/batch.ts';
import { FIELDS, fieldIndex } from '../../record/fields.ts';
import { fromJsonText } from '../../record/json.ts';
import { parsePath } from '../../record/path.ts';
import { UNKNOWN } from './imported-before.ts';

/** The experiment that a row says it is from. */
export interface RowOrigin {
  readonly id: string;
  readonly name: string | undefined;
  readonly study: string | undefined;
  readonly condition: string | undefined;
  readonly replicate: string | undefined;
  readonly tags: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;
type Nested = Record<string, unknown>;

// The flat columns of the Elixir library's CSV, whose nested keys are joined by underscores.
const ELIXIR = { measurement_: 'measurements', metadata_: 'metadata' } as const;

/** Which experiment a row is from; `unknown` when it does not say. */
export function originOf(row: Row): RowOrigin {
  const text = (name: string) => (typeof row[name] === 'string' && row[name] !== '' ? row[name] : undefined);
  const id = text('experiment_id') ?? UNKNOWN;
  const replicate = row.replicate === null ? undefined : row.replicate;
  return {
    id,
    name: text('experiment_name'),
    study: text('study'),
    condition: text('condition'),
    // An experiment is its own replicate where nobody said otherwise.
    replicate: replicate === undefined || replicate === id ? undefined : String(replicate),
    tags: tagsOf(row.tags),
  };
}

/**
 * The event of a row: of an export of this library in any format, of a segment, or of an export of the Elixir library, whose event
 * names may be lists. Returns a text that says why it is none.
 */
export function eventOfRow(row: Row): IngestedEvent | string {
  const name = row.event_name;
  if (!(typeof name === 'string' && name !== '') && !Array.isArray(name)) return 'has no event_name';
  const timestamp = row.timestamp;
  if (typeof timestamp !== 'number' && typeof timestamp !== 'string') return 'has no timestamp';
  const measurements = objectOf(row.measurements);
  const metadata = objectOf(row.metadata);
  if (!measurements || !metadata) return 'has measurements or metadata that are no object';
  const fields: Nested = {};
  for (const [key, value] of Object.entries(row)) {
    if (value === null || value === undefined || key === 'measurements' || key === 'metadata') continue;
    const index = fieldIndex(key);
    if (index >= 0) fields[key] = fieldValue(index, value);
    else placeNested(key, value, measurements, metadata);
  }
  return { ...fields, name: name as string | string[], timestamp, measurements, metadata } as IngestedEvent;
}

// Cells may be text where the field is none, and the other way round.
function fieldValue(index: number, value: unknown): unknown {
  const { type } = FIELDS[index]!;
  if (type === 'string') return ['number', 'boolean', 'bigint'].includes(typeof value) ? String(value) : value;
  if (type === 'number' && typeof value === 'string' && /^(NaN|-?Infinity)$/.test(value)) return Number(value);
  return value;
}

function placeNested(key: string, value: unknown, measurements: Nested, metadata: Nested): void {
  if (key === 'measurements_rest' || key === 'metadata_rest') {
    const rest = objectOf(value);
    for (const [name, item] of Object.entries(rest ?? {}))
      place(key === 'metadata_rest' ? metadata : measurements, [name], item);
    return;
  }
  const path = parsePath(key);
  if (path) {
    place(path.root === 'metadata' ? metadata : measurements, path.keys, value);
    return;
  }
  for (const [prefix, root] of Object.entries(ELIXIR)) {
    if (!key.startsWith(prefix)) continue;
    const rest = key.slice(prefix.length);
    // The one nested object that its events are documented to have.
    const keys = rest.startsWith('tokens_') ? ['tokens', rest.slice('tokens_'.length)] : [rest];
    place(root === 'metadata' ? metadata : measurements, keys, value);
  }
}

function objectOf(value: unknown): Nested | undefined {
  if (value === null || value === undefined || value === '') return {};
  const object = typeof value === 'string' ? jsonOr(value) : value;
  return typeof object === 'object' && object !== null && !Array.isArray(object) ? { ...object } : undefined;
}

function tagsOf(value: unknown): readonly string[] {
  const tags = typeof value === 'string' ? jsonOr(value) : value;
  return Array.isArray(tags) ? tags.map(String) : [];
}

// Whole objects and the tags leave in flat files as JSON text.
function jsonOr(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return fromJsonText(value);
  } catch {
    return value;
  }
}
