/** Longer strings are cut to this length, which includes a note of what was cut. */
export const MAX_STRING_LENGTH: number = 1_048_576;
const ROOM_FOR_NOTE = 64;
const MAX_DEPTH = 32;
const MAX_ELEMENTS = 100_000;
/** The most values of one event. */
export const MAX_VALUES: number = 200_000;

/** What `snapshot` returns: JSON's values, and NaN, ±Infinity and integers beyond 2^53 as they are. */
export type Snapshot =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Snapshot[]
  | { readonly [key: string]: Snapshot };

/** Where a copy is on its way: the objects around the value, outermost first, and how many values it may still take. */
export interface Trail {
  readonly ancestors: object[];
  left: number;
}

/** A way that begins at a value, or inside the object given. */
export function newTrail(root?: object): Trail {
  return { ancestors: root ? [root] : [], left: MAX_VALUES };
}

/**
 * A deep copy that later changes to the value cannot reach, made of plain values only. Dates, URLs and regular expressions
 * become text, errors `{ name, message, stack, … }`, maps objects, sets and typed arrays lists, other instances what their
 * `toJSON` gives or their own properties; functions, symbols, buffers and promises a word in brackets; a cycle `[Circular]`; a
 * getter that throws `[Threw: …]`. A safe bigint becomes a number, an unsafe one stays a bigint. Undefined is null in a list and
 * absent in an object. Half a character in a key becomes U+FFFD, as in JSON. What goes deeper than 32 levels, beyond 100,000
 * elements of a list or 200,000 values in all is left out, with a note in its place. Never throws. A snapshot of a snapshot equals it.
 */
export function snapshot(value: unknown, trail: Trail = newTrail()): Snapshot {
  return copy(value, trail);
}

/** True for objects made by literals, `JSON.parse` or `Object.create(null)`: those whose keys become columns. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The string itself, or its beginning and a note of what was cut. */
export function boundedString(text: string): string {
  if (text.length <= MAX_STRING_LENGTH) return text;
  let kept = MAX_STRING_LENGTH - ROOM_FOR_NOTE;
  const last = text.charCodeAt(kept - 1);
  if (last >= 0xd800 && last <= 0xdbff) kept--; // half a character
  return `${text.slice(0, kept)}…[${text.length - kept} more characters]`;
}

/** Sets an own property even where the key is `__proto__`. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/**
 * The properties of measurements or metadata that threw while they were read, each of them safe to read. A bigint stays one:
 * it says the unit of a duration.
 */
export function readable(object: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  try {
    // Inherited properties too, as where nothing throws.
    for (const key in object) {
      const value = read(object, key);
      if (value !== undefined) setOwn(result, key, typeof value === 'bigint' ? value : copy(value, newTrail(object)));
    }
  } catch (error) {
    result.value = threw(error);
  }
  return result;
}

/** A copy of a snapshot that may be changed without changing the snapshot. */
export function copySnapshot(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copySnapshot);
  const result: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(value)) setOwn(result, key, copySnapshot(property));
  return result;
}

function copy(value: unknown, trail: Trail): Snapshot {
  trail.left--;
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
      return boundedString(String(value));
    case 'function':
      return `[Function: ${nameOf(value)}]`;
    default:
      return value === null ? null : copyObject(value as object, trail);
  }
}

function copyObject(value: object, trail: Trail): Snapshot {
  const { ancestors } = trail;
  if (ancestors.includes(value)) return '[Circular]';
  if (ancestors.length >= MAX_DEPTH) return '[Too deep]';
  ancestors.push(value);
  try {
    if (Array.isArray(value)) return copyList(value, trail);
    if (isPlainObject(value)) return copyProperties(value, trail);
    return copyInstance(value, trail);
  } catch (error) {
    return threw(error);
  } finally {
    ancestors.pop();
  }
}

function copyInstance(value: object, trail: Trail): Snapshot {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (isErrorObject(value)) return copyError(value, trail);
  if (value instanceof Set) return copyList([...value], trail);
  if (value instanceof Map) {
    const entries = [...value];
    const keyed = entries.every(([key]) => typeof key === 'string');
    return keyed ? copyProperties(Object.fromEntries(entries), trail) : copyList(entries, trail);
  }
  if (value instanceof RegExp || value instanceof URL) return boundedString(String(value));
  if (value instanceof Promise) return '[Promise]';
  if (ArrayBuffer.isView(value)) {
    if (value instanceof DataView || !('length' in value)) return `[DataView ${value.byteLength} bytes]`;
    if (value instanceof Uint8Array && value.constructor !== Uint8Array) return `[Buffer ${value.byteLength} bytes]`;
    return copyList(value as unknown as ArrayLike<unknown>, trail);
  }
  if (value instanceof ArrayBuffer) return `[ArrayBuffer ${value.byteLength} bytes]`;
  const toJson = (value as { toJSON?: unknown }).toJSON;
  if (typeof toJson === 'function') return copy(toJson.call(value), trail);
  if (value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt) {
    return copy(value.valueOf(), trail);
  }
  return copyProperties(value, trail);
}

// Where tests run in a context of their own, the errors of Node are those of another realm: no instances of this one's Error.
function isErrorObject(value: object): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function copyError(error: object, trail: Trail): Snapshot {
  const properties: Record<string, unknown> = {};
  const hidden = ['errors', 'cause'].filter((key) => Object.hasOwn(error, key));
  for (const key of ['name', 'message', 'stack', ...Object.keys(error), ...hidden]) {
    setOwn(properties, key, read(error, key));
  }
  return copyProperties(properties, trail);
}

function copyProperties(value: object, trail: Trail): Snapshot {
  const result: Record<string, Snapshot> = {};
  const keys = Object.keys(value);
  for (let i = 0; i < keys.length; i++) {
    if (trail.left <= 0) {
      result['…'] = `[${keys.length - i} more properties]`;
      break;
    }
    const property = read(value, keys[i]!);
    if (property !== undefined) setOwn(result, keys[i]!.toWellFormed(), copy(property, trail));
  }
  return result;
}

function copyList(list: ArrayLike<unknown>, trail: Trail): Snapshot {
  const most = list.length <= MAX_ELEMENTS ? list.length : MAX_ELEMENTS - 1;
  const result: Snapshot[] = [];
  while (result.length < most && trail.left > 0) result.push(copy(list[result.length], trail));
  if (result.length < list.length) result.push(`…[${list.length - result.length} more elements]`);
  return result;
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch (error) {
    return threw(error);
  }
}

function threw(error: unknown): string {
  try {
    return boundedString(
      `[Threw: ${typeof error === 'object' && error !== null && isErrorObject(error) ? read(error, 'message') : String(error)}]`,
    );
  } catch {
    return '[Threw]';
  }
}

function nameOf(fn: object): string {
  try {
    return boundedString(String((fn as { name?: unknown }).name || 'anonymous'));
  } catch {
    return 'anonymous';
  }
}

/** Whether an object has a key with a value. */
export function hasKeys(object: object): boolean {
  for (const key in object) if ((object as Record<string, unknown>)[key] !== undefined) return true;
  return false;
}
