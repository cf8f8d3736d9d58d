import { sqlFile, sqlText } from '../../engine/duckdb.ts';
import { FIELDS, type FieldType, SCHEMA_VERSION } from '../../record/fields.ts';

/** Rows of a row group, which is pruned and read as one: fewer where they are large. */
const GROUP_ROWS = 20_480;
const VECTOR_ROWS = 2048;
const GROUP_BYTES = 24 * 1024 * 1024;
const MEMORY_MB = 256;
// What DuckDB takes, measured, for each byte of a row group beyond what the above is enough for.
const MEMORY_FACTOR = 5;

/** The keys of what a sealed segment says about itself. */
export const SealedKey = {
  VERSION: 'crucible.schema_version',
  WRITER: 'crucible.writer_id',
  FIRST_SEQUENCE: 'crucible.first_sequence',
  ROWS: 'crucible.rows',
} as const;

/** What DuckDB reads each type of field as from a line; a sealed segment keeps the same but for timestamps, which are TIMESTAMPTZ. */
export const LINE_TYPES: Readonly<Record<FieldType, string>> = {
  string: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  timestamp: 'BIGINT',
  strings: 'VARCHAR[]',
  object: 'VARCHAR',
};

export interface SealedContent {
  readonly writer: string;
  readonly firstSequence: number;
  readonly rows: number;
  /** The longest line in bytes. */
  readonly longest: number;
  /** Whether some field may be −0. */
  readonly hasNegativeZero: boolean;
  /** All lines in bytes. */
  readonly bytes: number;
}

/** The memory that DuckDB needs for it, as a setting. */
export function sealingMemory(content: SealedContent): string {
  const group = Math.min(content.bytes, (groupRows(content) * content.bytes) / content.rows);
  return `${Math.ceil(MEMORY_MB + (MEMORY_FACTOR * Math.max(0, group - GROUP_BYTES)) / 1e6)}MB`;
}

function groupRows({ rows, bytes }: SealedContent): number {
  const vectors = Math.floor((GROUP_BYTES * rows) / (bytes * VECTOR_ROWS));
  return Math.min(Math.max(vectors, 1) * VECTOR_ROWS, GROUP_ROWS);
}

/**
 * What selects the records of files of good lines as a sealed segment has them: all fields in their order with fixed types,
 * whatever the lines hold; `measurements` and `metadata` are JSON text.
 *
 * @param longest The longest line in bytes.
 */
export function selectLines(files: readonly string[], longest: number): string {
  const columns = FIELDS.map(({ name, type }) => `"${name}": '${LINE_TYPES[type]}'`);
  const selected = FIELDS.map(({ name, type }) =>
    type === 'timestamp' ? `make_timestamptz("${name}") AS "${name}"` : `"${name}"`,
  );
  return `SELECT ${selected.join(', ')}
      FROM read_json([${files.map(sqlFile).join(', ')}], format = 'newline_delimited', hive_partitioning = false,
        maximum_object_size = ${longest + 1024}, columns = {${columns.join(', ')}})`;
}

/** The statement that turns a file of good lines into a sealed segment. */
export function sealStatement(lines: string, target: string, content: SealedContent): string {
  const metadata = {
    [SealedKey.VERSION]: SCHEMA_VERSION,
    [SealedKey.WRITER]: content.writer,
    [SealedKey.FIRST_SEQUENCE]: content.firstSequence,
    [SealedKey.ROWS]: content.rows,
  };
  const pairs = Object.entries(metadata).map(([key, value]) => `${sqlText(key)}: ${sqlText(String(value))}`);
  // In a dictionary DuckDB keeps one zero for both (duckdb issue 25781). It has dictionaries for all columns or for none.
  const dictionaries = content.hasNegativeZero ? 'DICTIONARY_SIZE_LIMIT 0,' : '';
  return `
    COPY (
      ${selectLines([lines], content.longest)}
    ) TO ${sqlText(target)} (
      FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows(content)}, USE_TMP_FILE false, ${dictionaries}
      KV_METADATA {${pairs.join(', ')}}
    )`;
}
