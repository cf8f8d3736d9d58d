import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, openEngine, sqlName, sqlText } from '../engine/duckdb.ts';
import { unwritable } from '../engine/file-errors.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { type ExportColumn, exportColumns } from './columns.ts';
import type { ExportJob, Written } from './export-job.ts';
import { FlatRows } from './flat-rows.ts';
import { jsonColumns, provenance } from './provenance.ts';
import { type RowSlice, rowSlices } from './row-slices.ts';
import { type NestedStructure, nestedStructure, selectStored } from './stored-rows.ts';
import type { ColumnType } from './value-kinds.ts';

const VECTOR_ROWS = 2048;
const MAX_GROUP_ROWS = 100 * 1024;
const GROUP_BYTES = 8 * 1024 * 1024;
const COLUMN_BYTES = 64 * 1024;
const MIN_BUFFER_BYTES = 2 * 1024 * 1024;

const SPOOL_TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  timestamp: 'BIGINT',
  strings: 'VARCHAR',
  json: 'VARCHAR',
};

/**
 * Parquet, compressed with zstd: times as TIMESTAMP in microseconds adjusted to UTC, integers as INT64, numbers as DOUBLE,
 * lists of tags as LIST, JSON columns as strings. The file's metadata says where it comes from: see `provenance`.
 *
 * Rows that are stored as Parquet go from file to file within DuckDB, where the survey found nothing that it would read otherwise
 * than we do and all rows are. Otherwise they go through a temporary file of comma-separated values beside the target: handing DuckDB vectors took
 * longer and three times the memory.
 */
export async function writeParquet(job: ExportJob): Promise<Written> {
  const columns = exportColumns(job.survey, job.edit);
  const structure = job.edit ? undefined : nestedStructure(columns);
  const engine = await openEngine({
    tempFolder: join(job.draft.folder, 'duckdb'),
    // Each column takes half a megabyte, however few rows there are.
    memoryLimit: `${512 + columns.length}MB`,
  });
  let rows: number;
  try {
    rows =
      (structure && (await copied(engine, job, columns, structure))) ??
      (await copy(engine, job, columns, await spoolParts(job, columns, undefined)));
  } catch (error) {
    throw isIoError(error) ? unwritable(job.draft.target, error) : error;
  } finally {
    engine.close();
  }
  return { rows, columns: columns.map((column) => column.name), json_columns: jsonColumns(columns) };
}

// How many rows there were; undefined when it was in vain: a stored segment may be damaged, or gone. The way through the spool leaves it out and says so.
async function copied(
  engine: Engine,
  job: ExportJob,
  columns: readonly ExportColumn[],
  structure: NestedStructure,
): Promise<number | undefined> {
  const parts = await spoolParts(job, columns, structure);
  if (parts.length === 0) return undefined;
  const stored = parts.filter((part) => part.isStored);
  const zeros = columns.filter(({ type, nested }) => type === 'number' && !nested).map(({ name }) => sqlName(name));
  try {
    if (stored.length > 0 && zeros.length > 0) {
      const found = await engine.connection.runAndReadAll(
        `SELECT 1 FROM (${stored.map(({ sql }) => sql).join(' UNION ALL ')})
         WHERE ${zeros.map((name) => `(${name} = 0 AND signbit(${name}))`).join(' OR ')} LIMIT 1`,
      );
      for (const part of stored) part.hasNegativeZero = found.currentRowCount > 0;
    }
    return await copy(engine, job, columns, parts);
  } catch (error) {
    if (stored.length === 0) throw error;
    await rm(job.draft.path, { force: true });
    return undefined;
  }
}

/** Some consecutive rows, and what is known of them. */
interface Part {
  readonly sql: string;
  readonly isStored: boolean;
  /** The most rows that a row group may have. */
  readonly groupRows: number;
  hasNegativeZero: boolean;
}

async function spoolParts(
  job: ExportJob,
  columns: readonly ExportColumn[],
  structure: NestedStructure | undefined,
): Promise<Part[]> {
  const parts: Part[] = [];
  const slices = rowSlices(job.sources, job.survey, columns.length, { inFiles: structure !== undefined });
  for (let next = await slices.next(); !next.done; ) {
    const { stored } = next.value.batch;
    if (stored && structure) {
      const sql = selectStored(columns, structure, next.value);
      parts.push({ sql, isStored: true, groupRows: stored.groupRows, hasNegativeZero: false });
      next = await slices.next();
      continue;
    }
    if (structure) {
      // DuckDB does not keep the order of a union of both.
      await slices.return();
      return [];
    }
    const path = join(job.draft.folder, 'rows.csv');
    const spool = new Spool(columns);
    await ChunkWriter.fill(path, job.draft.target, async (writer) => {
      for (; !next.done && !next.value.batch.stored; next = await slices.next()) await spool.add(writer, next.value);
      spool.end(writer);
    });
    parts.push(spool.part(path));
  }
  return parts;
}

/** Writes a temporary file of rows and takes its measure, in bytes. */
class Spool {
  readonly #columns: readonly ExportColumn[];
  readonly #flat: FlatRows;
  #longest = 0;
  /** The most that a whole vector of consecutive rows takes. */
  #vector = 0;
  #rows = 0;
  #begin = 0;

  constructor(columns: readonly ExportColumn[]) {
    this.#columns = columns;
    this.#flat = new FlatRows(columns, 'micros');
  }

  async add(writer: ChunkWriter, slice: RowSlice): Promise<void> {
    for (const row of this.#flat.rows(slice)) {
      const before = writer.bytesWritten;
      const full = writer.text(`${row}\n`);
      if (full) await full;
      this.#longest = Math.max(this.#longest, writer.bytesWritten - before);
      if (++this.#rows % VECTOR_ROWS === 0) this.end(writer);
    }
  }

  end(writer: ChunkWriter): void {
    this.#vector = Math.max(this.#vector, writer.bytesWritten - this.#begin);
    this.#begin = writer.bytesWritten;
  }

  part(path: string): Part {
    const types = this.#columns.map(({ type }, i) => `c${i}: '${SPOOL_TYPES[type]}'`);
    const selected = this.#columns.map(({ name, type }, i) => `${selection(`c${i}`, type)} AS ${sqlName(name)}`);
    const maxLine = this.#longest + 1024;
    const sql = `SELECT ${selected.join(', ')}
      FROM read_csv(${sqlText(path)}, auto_detect = false, header = false, columns = {${types.join(', ')}},
        delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false,
        max_line_size = ${maxLine}, buffer_size = ${Math.max(MIN_BUFFER_BYTES, 2 * maxLine)})`;
    return {
      sql,
      isStored: false,
      groupRows: groupRows(this.#vector, this.#columns.length),
      hasNegativeZero: this.#flat.hasNegativeZero,
    };
  }
}

async function copy(
  engine: Engine,
  job: ExportJob,
  columns: readonly ExportColumn[],
  parts: readonly Part[],
): Promise<number> {
  const [[rows] = []] = (await engine.connection.runAndReadAll(copyStatement(job, columns, parts))).getRows();
  return Number(rows);
}

function copyStatement(job: ExportJob, columns: readonly ExportColumn[], parts: readonly Part[]): string {
  const metadata = Object.entries(provenance(job.sources, columns)).map(
    ([key, value]) => `${sqlText(key)}: ${sqlText(value)}`,
  );
  // In a dictionary DuckDB keeps one zero for both (duckdb issue 25781). It has dictionaries for all columns or for none.
  const dictionaries = parts.some((part) => part.hasNegativeZero) ? 'DICTIONARY_SIZE_LIMIT 0,' : '';
  return `
    COPY (${parts.map(({ sql }) => sql).join(' UNION ALL ')}) TO ${sqlText(job.draft.path)} (
      FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${Math.min(...parts.map((part) => part.groupRows))},
      USE_TMP_FILE false, ${dictionaries} KV_METADATA {${metadata.join(', ')}}
    )`;
}

function isIoError(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('IO Error');
}

// A row group is built in memory, so large rows make small groups; but the file says something about each column of each group,
// so many columns make large ones.
function groupRows(vector: number, columns: number): number {
  const vectors = Math.floor(Math.max(GROUP_BYTES, columns * COLUMN_BYTES) / vector);
  return Math.min(Math.max(vectors, 1) * VECTOR_ROWS, MAX_GROUP_ROWS);
}

function selection(column: string, type: ColumnType): string {
  if (type === 'timestamp') return `make_timestamptz(${column})`;
  if (type === 'strings') return `from_json(${column}, '["VARCHAR"]')`;
  return column;
}
