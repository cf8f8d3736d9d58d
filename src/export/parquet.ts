import { join } from 'node:path';
import { openEngine, sqlName, sqlText } from '../engine/duckdb.ts';
import { unwritable } from '../engine/file-errors.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { type ExportColumn, exportColumns } from './columns.ts';
import type { ExportJob, Written } from './export-job.ts';
import { FlatRows } from './flat-rows.ts';
import { jsonColumns, provenance } from './provenance.ts';
import { rowSlices } from './row-slices.ts';
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
 * The rows go through a temporary file of comma-separated values beside the target, which DuckDB turns into Parquet: handing
 * it vectors took longer and three times the memory.
 */
export async function writeParquet(job: ExportJob): Promise<Written> {
  const columns = exportColumns(job.survey, job.edit);
  const spool = join(job.draft.folder, 'rows.csv');
  const extent = await writeSpool(job, columns, spool);
  const engine = await openEngine({
    tempFolder: join(job.draft.folder, 'duckdb'),
    // Each column takes half a megabyte, however few rows there are.
    memoryLimit: `${512 + columns.length}MB`,
  });
  try {
    await engine.run(copyStatement(job, columns, spool, extent));
  } catch (error) {
    throw error instanceof Error && error.message.startsWith('IO Error') ? unwritable(job.draft.target, error) : error;
  } finally {
    engine.close();
  }
  return { columns: columns.map((column) => column.name), json_columns: jsonColumns(columns) };
}

/** What is known of the rows of a spool: sizes are in bytes. */
interface Extent {
  readonly longest: number;
  /** The most that a whole vector of consecutive rows takes. */
  readonly vector: number;
  readonly hasNegativeZero: boolean;
}

async function writeSpool(job: ExportJob, columns: readonly ExportColumn[], path: string): Promise<Extent> {
  const flat = new FlatRows(columns, 'micros');
  return ChunkWriter.fill(path, job.draft.target, async (writer) => {
    let longest = 0;
    let vector = 0;
    let rows = 0;
    let begin = 0;
    for await (const slice of rowSlices(job.sources, job.survey, columns.length)) {
      for (const row of flat.rows(slice)) {
        const before = writer.bytesWritten;
        const full = writer.text(`${row}\n`);
        if (full) await full;
        longest = Math.max(longest, writer.bytesWritten - before);
        if (++rows % VECTOR_ROWS !== 0) continue;
        vector = Math.max(vector, writer.bytesWritten - begin);
        begin = writer.bytesWritten;
      }
    }
    return {
      longest,
      vector: Math.max(vector, writer.bytesWritten - begin),
      hasNegativeZero: flat.hasNegativeZero,
    };
  });
}

function copyStatement(job: ExportJob, columns: readonly ExportColumn[], spool: string, extent: Extent): string {
  const types = columns.map(({ type }, i) => `c${i}: '${SPOOL_TYPES[type]}'`);
  const selected = columns.map(({ name, type }, i) => `${selection(`c${i}`, type)} AS ${sqlName(name)}`);
  const metadata = Object.entries(provenance(job.sources, columns)).map(
    ([key, value]) => `${sqlText(key)}: ${sqlText(value)}`,
  );
  const maxLine = extent.longest + 1024;
  // In a dictionary DuckDB keeps one zero for both (duckdb issue 25781). It has dictionaries for all columns or for none.
  const dictionaries = extent.hasNegativeZero ? 'DICTIONARY_SIZE_LIMIT 0,' : '';
  return `
    COPY (
      SELECT ${selected.join(', ')}
      FROM read_csv(${sqlText(spool)}, auto_detect = false, header = false, columns = {${types.join(', ')}},
        delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false,
        max_line_size = ${maxLine}, buffer_size = ${Math.max(MIN_BUFFER_BYTES, 2 * maxLine)})
    ) TO ${sqlText(job.draft.path)} (
      FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows(extent, columns.length)}, USE_TMP_FILE false,
      ${dictionaries} KV_METADATA {${metadata.join(', ')}}
    )`;
}

// A row group is built in memory, so large rows make small groups; but the file says something about each column of each group,
// so many columns make large ones.
function groupRows({ vector }: Extent, columns: number): number {
  const vectors = Math.floor(Math.max(GROUP_BYTES, columns * COLUMN_BYTES) / vector);
  return Math.min(Math.max(vectors, 1) * VECTOR_ROWS, MAX_GROUP_ROWS);
}

function selection(column: string, type: ColumnType): string {
  if (type === 'timestamp') return `make_timestamptz(${column})`;
  if (type === 'strings') return `from_json(${column}, '["VARCHAR"]')`;
  return column;
}
