import { type Engine, sqlFile, sqlName } from '../../engine/duckdb.ts';
import { fromJsonText } from '../../record/json.ts';

/**
 * The columns whose cells are JSON text, by what a Parquet file says of itself. Undefined when it says nothing: what another program wrote
 * anew has lost it.
 */
export async function statedJsonColumns(engine: Engine, path: string): Promise<readonly string[] | undefined> {
  const found = await engine.connection.runAndReadAll(
    `SELECT decode(value) FROM parquet_kv_metadata(${sqlFile(path)}) WHERE decode(key) = 'crucible.json_columns'`,
  );
  const [[text] = []] = found.getRows();
  if (typeof text !== 'string') return undefined;
  const names: unknown = JSON.parse(text);
  return Array.isArray(names) ? names.map(String) : undefined;
}

/** Whether a column can hold nested values at all. */
export function mayBeJson(column: string): boolean {
  return /^(measurements|metadata)\./.test(column);
}

/**
 * The aggregate that tells whether a column of texts looks like JSON text: all cells are, and some are lists, some texts in quotes beside
 * other values, or all objects without a key. What begins with a brace is a text that its program had, an answer of a model for one: of objects each key has a
 * column of its own.
 */
export function looksLikeJson(column: string): string {
  const cell = sqlName(column);
  const begins = (text: string) => `starts_with(${cell}, '${text}')`;
  return `coalesce(bool_and(json_valid(${cell})) AND (
    bool_or(${begins('[')} OR ${begins('{"$')})
    OR (bool_or(${begins('"')}) AND NOT bool_and(${begins('"')}))
    OR bool_and(${cell} = '{}')
  ), false)`;
}

/** The value of a cell that is JSON text; the text where it is not. */
export function fromJsonCell(cell: unknown): unknown {
  if (typeof cell !== 'string') return cell;
  try {
    return fromJsonText(cell);
  } catch {
    return cell;
  }
}
