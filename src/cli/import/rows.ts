import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CrucibleError } from '../../core/errors.ts';
import { ChunkRows } from '../../engine/chunk-rows.ts';
import { type Engine, openEngine, sqlFile, sqlName } from '../../engine/duckdb.ts';
import { readLines } from '../../metrics-store/adapters/jsonl/line-reader.ts';
import { FIELDS, fieldIndex } from '../../record/fields.ts';
import { fromJsonText } from '../../record/json.ts';
import { ROLE_KINDS, RoleKind, roleOf } from '../../record/roles.ts';
import { valueReader } from '../sql/values.ts';
import { fromJsonCell, looksLikeJson, mayBeJson, statedJsonColumns } from './json-columns.ts';

/** One row or line of a file, by field; or why it is none. */
export type ImportRow =
  | { readonly line: number; readonly values: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly error: string };

/** The lines of a file of JSON Lines. */
export async function* jsonlRows(path: string): AsyncGenerator<ImportRow> {
  let line = 0;
  for await (const { lines } of readLines(path)) {
    for (const text of lines) {
      line++;
      if (text !== null && text.trim() === '') continue;
      yield { line, ...parsed(text) };
    }
  }
}

function parsed(text: string | null): { values: Readonly<Record<string, unknown>> } | { error: string } {
  if (text === null) return { error: 'is not UTF-8 text' };
  try {
    const values = fromJsonText(text.replace(/^\ufeff/, ''));
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { values: { ...values } };
    return { error: 'is no JSON object' };
  } catch {
    return { error: 'is no JSON' };
  }
}

/** The rows of a Parquet file. */
export async function* parquetRows(path: string): AsyncGenerator<ImportRow> {
  const source = `read_parquet(${sqlFile(path)}, hive_partitioning = false)`;
  yield* duckdbRows(path, async (engine) => ({
    sql: `FROM ${source}`,
    jsonColumns: (await statedJsonColumns(engine, path)) ?? (await apparentJsonColumns(engine, source)),
  }));
}

async function apparentJsonColumns(engine: Engine, source: string): Promise<readonly string[]> {
  const described = (await engine.connection.runAndReadAll(`DESCRIBE FROM ${source}`)).getRows();
  const names = described
    .filter(([name, type]) => type === 'VARCHAR' && mayBeJson(String(name)) && !isText(String(name)))
    .map(([name]) => String(name));
  if (names.length === 0) return [];
  const tests = names.map(looksLikeJson).join(', ');
  const [row = []] = (await engine.connection.runAndReadAll(`SELECT ${tests} FROM ${source}`)).getRows();
  return names.filter((_, i) => row[i] === true);
}

const NUMBER = "'^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$|^(NaN|-?Infinity)$'";

/**
 * The rows of a CSV file. CSV has no types: a column is one of numbers, or of truth values, when all its cells are written like
 * that, but for those of which the record knows that they are texts: an id may look like a number. A column of lists, or of texts in
 * quotes among other values, is one of JSON text. An empty cell is no value, `""` an empty text.
 */
export async function* csvRows(path: string): AsyncGenerator<ImportRow> {
  const read = (more: string) =>
    `read_csv(${sqlFile(path)}, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true,
      allow_quoted_nulls = false, parallel = false, max_line_size = 4194304, ${more})`;
  const source = read('ignore_errors = true');
  yield* duckdbRows(
    path,
    async (engine) => {
      const described = await engine.connection.runAndReadAll(`DESCRIBE FROM ${source}`);
      const names = described.getRows().map(([name]) => String(name));
      const tests = names.flatMap((name) => [
        `count(*) FILTER (NOT regexp_matches(${sqlName(name)}, ${NUMBER}) OR ${isRounded(sqlName(name))}) = 0
        AND count(${sqlName(name)}) > 0`,
        `count(*) FILTER (${sqlName(name)} NOT IN ('true', 'false')) = 0 AND count(${sqlName(name)}) > 0`,
        mayBeJson(name) ? looksLikeJson(name) : 'false',
      ]);
      const [row = []] = (await engine.connection.runAndReadAll(`SELECT ${tests.join(', ')} FROM ${source}`)).getRows();
      const columns = names.map((name, i) => {
        if (isText(name)) return sqlName(name);
        if (row[i * 3]) return `CAST(${sqlName(name)} AS DOUBLE) AS ${sqlName(name)}`;
        if (row[i * 3 + 1]) return `CAST(${sqlName(name)} AS BOOLEAN) AS ${sqlName(name)}`;
        return sqlName(name);
      });
      return {
        sql: `SELECT ${columns.join(', ')} FROM ${read('store_rejects = true')}`,
        jsonColumns: names.filter((name, i) => row[i * 3 + 2] === true && !isText(name)),
      };
    },
    rejectedRows,
  );
}

// Numbers of more digits than a double has are ids: as numbers some of them would be the same.
function isRounded(cell: string): string {
  return `(regexp_matches(${cell}, '^-?[0-9]{16,}$')
    AND TRY_CAST(TRY_CAST(${cell} AS DOUBLE) AS HUGEINT)::VARCHAR IS DISTINCT FROM ${cell})`;
}

/** Whether a column is a text by its name: a field, or a nested value that fills one, also as the Elixir library flattens it. */
function isText(column: string): boolean {
  if (FIELDS[fieldIndex(column)]?.type === 'string') return true;
  const role = roleOf(column.replace(/^metadata_/, 'metadata.'), null);
  return role !== undefined && ROLE_KINDS[role.id] === RoleKind.TEXT;
}

async function* rejectedRows(engine: Engine): AsyncGenerator<ImportRow> {
  const found = await engine.connection.runAndReadAll(
    'SELECT line::INT, first(error_message) FROM reject_errors GROUP BY line ORDER BY line',
  );
  for (const [line, message] of found.getRows()) yield { line: Number(line), error: `cannot be read: ${message}` };
}

interface Statement {
  readonly sql: string;
  /** Whose cells are JSON text. */
  readonly jsonColumns: readonly string[];
}

async function* duckdbRows(
  path: string,
  statement: (engine: Engine) => Promise<Statement>,
  after?: (engine: Engine) => AsyncGenerator<ImportRow>,
): AsyncGenerator<ImportRow> {
  const engine = await openEngine({
    tempFolder: join(tmpdir(), `crucible-import-${process.pid}`),
    memoryLimit: '1GB',
  });
  try {
    const duckdb = await import('@duckdb/node-api');
    const read = valueReader(duckdb, (whole) => whole);
    const { sql, jsonColumns } = await statement(engine);
    const result = await engine.connection.stream(sql);
    const names = result.deduplicatedColumnNames();
    const rows = new ChunkRows(result, duckdb.DuckDBTypeId.VARCHAR);
    const isJson = names.map((name) => jsonColumns.includes(name));
    let line = 0;
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      for (const row of rows.of(chunk)) {
        line++;
        const cells = row.map((cell, i) => (isJson[i] ? fromJsonCell(cell) : read(cell)));
        yield { line, values: Object.fromEntries(names.map((name, i) => [name, cells[i]])) };
      }
    }
    if (after) yield* after(engine);
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    engine.close();
  }
}

// A lack of memory says nothing about the file.
function unreadable(path: string, cause: unknown): unknown {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof CrucibleError || message.startsWith('Out of Memory')) return cause;
  return new CrucibleError('damaged_data', `${path} cannot be read: ${message.split('\n', 1)[0]}`, {
    hint: 'Nothing of it was imported. Mend the file, or take a whole copy.',
    cause,
  });
}
