/** Longer strings are cut, with the number of characters that are missing said at their end. */
export const MAX_STRING_LENGTH: number = 1_048_576;
const MAX_DEPTH = 32;
const MAX_ELEMENTS = 100_000;

/** What `snapshot` returns: JSON's values, and NaN, ±Infinity and integers beyond 2^53 as they are. */
export type Snapshot = null | boolean | number | bigint | string | readonly Snapshot[] | { readonly [key: string]: Snapshot };

/**
 * A deep copy that later changes to the value cannot reach, made of plain values only. Dates, URLs and regular expressions
 * become text, errors `{ name, message, stack, … }`, maps objects, sets and typed arrays lists; functions, symbols and promises
 * a word in brackets; a cycle `[Circular]`; a getter that throws `[Threw: …]`. A safe bigint becomes a number, an unsafe one
 * stays a bigint. Undefined is null in a list and absent in an object. Never throws.
 */
export function snapshot(value: unknown): Snapshot {
  return copy(value, []);
}

/** True for objects made by literals, `JSON.parse` or `Object.create(null)`: those whose keys become columns. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The string itself, or its beginning and a note of what was cut. */
export function boundedString(text: string): string {
  if (text.length <= MAX_STRING_LENGTH) return text;
  return `${text.slice(0, MAX_STRING_LENGTH)}…[${text.length - MAX_STRING_LENGTH} more characters]`;
}

/** Sets an own property even where the key is `__proto__`. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

function copy(value: unknown, ancestors: object[]): Snapshot {
  switch (typeof value) {
    case 'string':
      return boundedString(value);
    case 'number':
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'symbol':
      return String(value);
    case 'function':
      return `[Function: ${nameOf(value)}]`;
    default:
      if (value === null) return null;
      return copyObject(value as object, ancestors);
  }
}

function copyObject(value: object, ancestors: object[]): Snapshot {
  if (ancestors.includes(value)) return '[Circular]';
  if (ancestors.length >= MAX_DEPTH) return '[Too deep]';
  ancestors.push(value);
  try {
    if (Array.isArray(value)) return copyList(value, ancestors);
    if (isPlainObject(value)) return copyProperties(value, ancestors);
    return copyInstance(value, ancestors);
  } catch (error) {
    return threw(error);
  } finally {
    ancestors.pop();
  }
}

function copyInstance(value: object, ancestors: object[]): Snapshot {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return copyError(value, ancestors);
  if (value instanceof Set) return copyList([...value], ancestors);
  if (value instanceof Map) {
    const entries = [...value];
    const keyed = entries.every(([key]) => typeof key === 'string');
    return keyed ? copyProperties(Object.fromEntries(entries), ancestors) : copyList(entries, ancestors);
  }
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Promise) return '[Promise]';
  if (ArrayBuffer.isView(value)) {
    if (value instanceof DataView || !('length' in value)) return `[DataView ${value.byteLength} bytes]`;
    if (value instanceof Uint8Array && value.constructor !== Uint8Array) return `[Buffer ${value.byteLength} bytes]`;
    return copyList(value as unknown as ArrayLike<unknown>, ancestors);
  }
  const toJson = (value as { toJSON?: unknown }).toJSON;
  if (typeof toJson === 'function') return copy(toJson.call(value), ancestors);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf() as Snapshot;
  return copyProperties(value, ancestors);
}

function copyError(error: Error, ancestors: object[]): Snapshot {
  const properties: Record<string, unknown> = { name: error.name, message: error.message, stack: error.stack };
  for (const key of Object.keys(error)) setOwn(properties, key, (error as unknown as Record<string, unknown>)[key]);
  if (error.cause !== undefined) properties.cause = error.cause;
  return copyProperties(properties, ancestors);
}

function copyProperties(value: object, ancestors: object[]): Snapshot {
  const result: Record<string, Snapshot> = {};
  for (const key of Object.keys(value)) {
    let property: unknown;
    try {
      property = (value as Record<string, unknown>)[key];
    } catch (error) {
      property = threw(error);
    }
    if (property !== undefined) setOwn(result, key, copy(property, ancestors));
  }
  return result;
}

function copyList(list: ArrayLike<unknown>, ancestors: object[]): Snapshot {
  const length = Math.min(list.length, MAX_ELEMENTS);
  const result: Snapshot[] = new Array(length);
  for (let i = 0; i < length; i++) result[i] = copy(list[i], ancestors);
  if (length < list.length) result.push(`…[${list.length - length} more elements]`);
  return result;
}

function threw(error: unknown): string {
  try {
    return `[Threw: ${error instanceof Error ? error.message : String(error)}]`;
  } catch {
    return '[Threw]';
  }
}

function nameOf(fn: object): string {
  try {
    return String((fn as { name?: unknown }).name || 'anonymous');
  } catch {
    return 'anonymous';
  }
}
