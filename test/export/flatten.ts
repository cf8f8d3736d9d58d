import type { EventRecord } from '../../src/record/event-record.ts';
import { FIELDS } from '../../src/record/fields.ts';
import { pathName } from '../../src/record/path.ts';

const DEEPEST = 8;

/** The values of a record under their flat names, in the words of a file: well-formed, nulls left out. */
export function flatten(record: EventRecord): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const { name, type } of FIELDS) {
    const value = record[name as keyof EventRecord];
    if (value === null) continue;
    if (type === 'object') flattenObject(flat, name as 'metadata', [], value as object);
    else flat.set(name, wellFormed(value));
  }
  return flat;
}

/** Adds the values inside an object under `root` and `keys`. */
export function flattenObject(
  flat: Map<string, unknown>,
  root: 'measurements' | 'metadata',
  keys: readonly string[],
  object: object,
): void {
  for (const [key, value] of Object.entries(object)) {
    const path = [...keys, key];
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (nested && Object.keys(value).length > 0 && path.length < DEEPEST) flattenObject(flat, root, path, value);
    else if (value !== null) flat.set(pathName({ root, keys: path }).toWellFormed(), wellFormed(value));
  }
}

/** The value with U+FFFD for every lone surrogate. */
export function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (Array.isArray(value)) return value.map(wellFormed) as T;
  if (typeof value !== 'object' || value === null) return value;
  const result = {};
  for (const [key, property] of Object.entries(value)) {
    Object.defineProperty(result, key.toWellFormed(), {
      value: wellFormed(property),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result as T;
}
