import { CrucibleError } from '../../core/errors.ts';
import { type Engine, sqlFile } from '../../engine/duckdb.ts';
import { unreadable } from '../../engine/file-errors.ts';
import { SCHEMA_VERSION } from '../../record/fields.ts';
import { SealedKey } from './sealed-file.ts';

/** What is known of one column of a row group without reading it. */
export interface ColumnStats {
  readonly nulls: number;
  /** Smallest and largest value as text; null where the file does not say them exactly. */
  readonly min: string | null;
  readonly max: string | null;
}

/** A stretch of a sealed segment that is read as one. Its sequences rise. */
export interface RowGroup {
  readonly rows: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  /** By field. A field that the file does not have is missing. */
  readonly columns: ReadonlyMap<string, ColumnStats>;
}

/** What a sealed segment says about itself. */
export interface SealedFooter {
  readonly path: string;
  readonly writer: string;
  /** The number of rows it was sealed with. */
  readonly rows: number;
  readonly groups: readonly RowGroup[];
}

/**
 * Reads the footer of a sealed segment.
 *
 * @throws `damaged_data` for a file that is no whole segment, `unsupported_version` for one of a later version of the library,
 * `path_unreadable` when the system refuses or the file is gone.
 */
export async function readFooter(engine: Engine, path: string): Promise<SealedFooter> {
  const said = await metadata(engine, path);
  const version = Number(said.get(SealedKey.VERSION));
  if (version > SCHEMA_VERSION) {
    throw new CrucibleError(
      'unsupported_version',
      `${path} has schema version ${version}; this version of crucible-telemetry reads up to ${SCHEMA_VERSION}.`,
      { hint: 'Update crucible-telemetry to read it.' },
    );
  }
  const writer = said.get(SealedKey.WRITER);
  const rows = Number(said.get(SealedKey.ROWS));
  if (!(version >= 1) || writer === undefined || !Number.isInteger(rows))
    throw damaged(path, 'does not say that it is a sealed segment');
  const groups = await rowGroups(engine, path);
  if (groups.reduce((sum, group) => sum + group.rows, 0) !== rows)
    throw damaged(path, `does not have its ${rows} rows`);
  return { path, writer, rows, groups };
}

// DuckDB also calls it an IO Error where what a file says about itself makes no sense.
const REFUSED =
  /^IO Error: (Cannot open file|No files found|Could not read from file)|(Permission denied|Input\/output error)/;

/** The error for a sealed segment that cannot be read, from what DuckDB says. */
export function readError(path: string, cause: unknown): unknown {
  const message = cause instanceof Error ? cause.message : String(cause);
  // A lack of memory says nothing about the file.
  if (cause instanceof CrucibleError || message.startsWith('Out of Memory')) return cause;
  if (REFUSED.test(message)) return unreadable(path, cause);
  return damaged(path, 'cannot be read', cause);
}

async function metadata(engine: Engine, path: string): Promise<Map<string, string>> {
  const rows = await query(
    engine,
    path,
    `SELECT decode(key), decode(value) FROM parquet_kv_metadata(${sqlFile(path)})`,
  );
  return new Map(rows as [string, string][]);
}

async function rowGroups(engine: Engine, path: string): Promise<RowGroup[]> {
  const found = await query(
    engine,
    path,
    `SELECT row_group_id::DOUBLE, row_group_num_rows::DOUBLE, path_in_schema, stats_null_count::DOUBLE,
       CASE WHEN min_is_exact THEN '=' || stats_min_value END, CASE WHEN max_is_exact THEN '=' || stats_max_value END,
       CASE WHEN path_in_schema = 'timestamp' THEN epoch_us(try_cast(stats_min_value AS TIMESTAMPTZ))::DOUBLE END,
       CASE WHEN path_in_schema = 'timestamp' THEN epoch_us(try_cast(stats_max_value AS TIMESTAMPTZ))::DOUBLE END
     FROM parquet_metadata(${sqlFile(path)})`,
  );
  const groups = new Map<number, RowGroupDraft>();
  for (const [id, rows, name, nulls, min, max, minTime, maxTime] of found as StatsRow[]) {
    const group = groups.get(id) ?? { rows, minTimestamp: null, maxTimestamp: null, columns: new Map() };
    groups.set(id, group);
    group.columns.set(name, { nulls: nulls ?? 0, min: exact(min), max: exact(max) });
    group.minTimestamp ??= minTime;
    group.maxTimestamp ??= maxTime;
  }
  return [...groups.keys()].sort((a, b) => a - b).map((id) => finished(path, groups.get(id)!));
}

// A byte order mark at the beginning of a text is left out when it is read: there must be something before it.
function exact(bound: string | null): string | null {
  return bound === null ? null : bound.slice(1);
}

type StatsRow = [number, number, string, number | null, string | null, string | null, number | null, number | null];

interface RowGroupDraft {
  readonly rows: number;
  minTimestamp: number | null;
  maxTimestamp: number | null;
  readonly columns: Map<string, ColumnStats>;
}

function finished(path: string, { rows, minTimestamp, maxTimestamp, columns }: RowGroupDraft): RowGroup {
  const { min, max } = columns.get('sequence') ?? {};
  if (!min || !max) throw damaged(path, 'does not say which sequences it holds');
  return {
    rows,
    firstSequence: Number(min),
    lastSequence: Number(max),
    minTimestamp: minTimestamp ?? Number.NEGATIVE_INFINITY,
    maxTimestamp: maxTimestamp ?? Number.POSITIVE_INFINITY,
    columns,
  };
}

async function query(engine: Engine, path: string, sql: string): Promise<readonly (readonly unknown[])[]> {
  try {
    return (await engine.connection.runAndReadAll(sql)).getRows();
  } catch (error) {
    throw readError(path, error);
  }
}

function damaged(path: string, what: string, cause?: unknown): CrucibleError {
  return new CrucibleError('damaged_data', `${path} ${what}.`, {
    hint: 'Restore it from a copy, or move it away; the other segments can be read.',
    cause,
  });
}
