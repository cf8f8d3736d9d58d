import { microsToIso } from '../../core/time.ts';

type DuckDB = typeof import('@duckdb/node-api');

/**
 * Turns what DuckDB gives into what JSON can hold: times are ISO 8601.
 *
 * @param ofWide What becomes of whole numbers beyond 2^53. By default text.
 */
export function valueReader(
  duckdb: DuckDB,
  ofWide: (whole: bigint) => string | bigint = String,
): (value: unknown) => unknown {
  const {
    DuckDBTimestampTZValue,
    DuckDBTimestampValue,
    DuckDBListValue,
    DuckDBArrayValue,
    DuckDBStructValue,
    DuckDBMapValue,
    DuckDBDecimalValue,
  } = duckdb;
  const read = (value: unknown): unknown => {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : ofWide(value);
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
      const micros = Number(value.micros);
      return Math.abs(micros) < 8.64e18 ? microsToIso(micros) : String(value);
    }
    if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(read);
    if (value instanceof DuckDBStructValue) {
      return Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, read(item)]));
    }
    if (value instanceof DuckDBMapValue)
      return value.entries.map((entry) => ({ key: read(entry.key), value: read(entry.value) }));
    if (value instanceof DuckDBDecimalValue) return value.toDouble();
    return String(value);
  };
  return read;
}
