import { warnOnce } from '../core/warn.ts';
import { messageOf } from './thrown.ts';

type Fields = Readonly<Record<string, unknown>>;

/** True for what measurements and metadata must be: an object that is no array, and no revoked proxy. */
export function isRecord(value: unknown): value is Fields {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const EMPTY: Fields = Object.freeze({});

/**
 * A new object with the fields of the first, then of the second. The empty spread in front is there for Node 20, where adding
 * a field to an object that began as a spread of another costs 2 µs; after an empty one it costs 20 ns.
 */
export function copied(base: object | undefined, extra?: object): Record<string, unknown> {
  return { ...EMPTY, ...base, ...extra };
}

/** `extra` over `base`. What can't be read (no object, a getter that throws) is warned about once and left out. */
export function merged(base: Fields | undefined, extra: unknown, where: string): Fields {
  try {
    if (isRecord(extra)) return copied(base, extra);
    warnOnce(`not_an_object:${where}`, `${where} takes a plain object; something else was left out.`);
  } catch (error) {
    warnOnce(`unreadable:${where}`, `${where} was given an object that can't be read, left out: ${messageOf(error)}`);
  }
  return base ?? EMPTY;
}
