import { type Column, ColumnKind } from '../record/column.ts';

// What the values of a column are, as a set of bits.
const BOOLEAN = 1;
const INTEGER = 2;
const FRACTION = 4;
const BIGINT = 8;
const STRING = 16;
const OTHER = 32;
// Beside FRACTION: NaN, ±Infinity and −0, which JSON text has no number for.
const SPECIAL = 64;

/** Some value that a typed file can hold. */
export type ValueKinds = number;

/**
 * How a column is kept in a typed file. `json` is text: each value as `toJsonText` writes it, for columns whose values are
 * lists or differ in type.
 */
export type ColumnType = 'string' | 'number' | 'integer' | 'boolean' | 'timestamp' | 'strings' | 'json';

/** The kind of one value; 0 for null and undefined. */
export function kindOf(value: unknown): ValueKinds {
  switch (typeof value) {
    case 'number':
      if (isInt64(value)) return INTEGER;
      return Number.isFinite(value) && value !== 0 ? FRACTION : FRACTION | SPECIAL;
    case 'string':
      return STRING;
    case 'boolean':
      return BOOLEAN;
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? BIGINT : OTHER;
    default:
      return value === null || value === undefined ? 0 : OTHER;
  }
}

/** `kinds` with those of the first `rows` cells of a column. */
export function addKinds(kinds: ValueKinds, column: Column, rows: number): ValueKinds {
  switch (column.kind) {
    case ColumnKind.CODE:
    case ColumnKind.FLAG:
      // All values are of one kind: the first one tells.
      for (let row = 0; row < rows; row++) {
        const kind = kindOf(column.get(row));
        if (kind !== 0) return kinds | kind;
      }
      return kinds;
    case ColumnKind.CONSTANT:
      return kinds | kindOf(column.get(0));
    case ColumnKind.NUMBER:
      if (!(column.numbers instanceof Float64Array)) return kinds | INTEGER;
  }
  let found = kinds;
  for (let row = 0; row < rows; row++) found |= kindOf(column.get(row));
  return found;
}

/** Whether JSON text has all values of those kinds as they are: strings, flags and numbers. */
export function arePlain(kinds: ValueKinds): boolean {
  return (kinds & (BIGINT | OTHER | SPECIAL)) === 0;
}

/** The type for values of those kinds; undefined when there are none. */
export function typeOf(found: ValueKinds): ColumnType | undefined {
  const kinds = found & ~SPECIAL;
  if (kinds === 0) return undefined;
  if (kinds === STRING) return 'string';
  if (kinds === BOOLEAN) return 'boolean';
  if ((kinds & ~(INTEGER | FRACTION)) === 0) return 'number';
  if ((kinds & ~(INTEGER | BIGINT)) === 0) return 'integer';
  return 'json';
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 && !Object.is(value, -0);
}
