import { CrucibleError, show } from '../core/errors.ts';
import { CONTEXT_FIELDS, FIELDS, fieldIndex } from './fields.ts';
import { parsePath, type RecordPath } from './path.ts';
import { inputsOf, SPELLINGS } from './roles.ts';
import type { Row } from './row.ts';
import { setOwn } from './snapshot.ts';

/** What stands where a value was taken out. */
export const REDACTED = '[REDACTED]';

/**
 * Paths whose values never reach a record: a field (`user_id`, with whatever would fill it) or a nested path
 * (`metadata.messages.*.content`), where `*` stands for any key or list position. `metadata` or `measurements` alone stands
 * for everything below it.
 */
export class Redaction {
  readonly #roles = new Set<number>();
  readonly #defaults = new Set<number>();
  readonly #paths: RecordPath[] = [];

  /**
   * Throws `unknown_field` for a path that is neither a field nor begins with `measurements.` or `metadata.`, and
   * `invalid_argument` for a field that a record can't do without.
   */
  constructor(paths: readonly string[]) {
    for (const path of paths) this.#add(path);
    FIELDS.forEach(({ name }, field) => {
      if (this.#roles.has(field) || this.covers({ root: 'metadata', keys: [name] })) this.#defaults.add(field);
    });
  }

  /** Whether a role may not be filled from an event, nor be given. */
  coversRole(role: number): boolean {
    return this.#roles.has(role);
  }

  /** Whether a field may not be filled from the context of a run, which lends it to the event's metadata. */
  coversDefault(field: number): boolean {
    return this.#defaults.has(field);
  }

  /** Whether the value of a field is taken out wherever it comes from, or from the metadata. */
  hides(field: string): boolean {
    return this.#defaults.has(fieldIndex(field));
  }

  covers(path: RecordPath): boolean {
    const asked = spelled(path);
    return this.#paths.some((pattern) => pattern.keys.length === asked.keys.length && matches(pattern, asked));
  }

  /** Redacts below a path what is in the value there: a snapshot, which is changed in place. */
  apply(path: RecordPath, value: object): void {
    const asked = spelled(path);
    const depth = asked.keys.length;
    for (const pattern of this.#paths) {
      if (pattern.keys.length > depth && matches(pattern, asked)) strike(value, pattern.keys.slice(depth));
    }
  }

  /** Takes out the fields that were filled in spite of it: derived, or from the span around the event. */
  strike(row: Row): void {
    for (const role of this.#roles) row.unset(role);
  }

  #add(path: string): void {
    if (path === 'metadata' || path === 'measurements') {
      this.#paths.push({ root: path, keys: ['*'] });
      return;
    }
    const parsed = parsePath(path);
    if (parsed) {
      // As the keys of a record are.
      this.#paths.push(spelled({ root: parsed.root, keys: parsed.keys.map((key) => key.toWellFormed()) }));
      return;
    }
    const field = fieldIndex(path);
    if (field < 0) {
      throw new CrucibleError('unknown_field', `redact names ${show(path)}, which is no field of a record.`, {
        hint: 'Give a field such as user_id, or a path such as metadata.messages.*.content.',
      });
    }
    if (CONTEXT_FIELDS.has(path) || path === 'event_id') {
      throw new CrucibleError('invalid_argument', `redact names ${show(path)}, which every record needs.`, {
        hint: 'Give a field that is filled from the event, such as user_id, or a path such as metadata.messages.',
      });
    }
    this.#roles.add(field);
    for (const input of inputsOf(path)) this.#roles.add(input);
  }
}

// All spellings of a key are one key here.
function spelled(path: RecordPath): RecordPath {
  const [first, ...rest] = path.keys;
  if (path.root !== 'metadata' || first === undefined || !Object.hasOwn(SPELLINGS, first)) return path;
  return { root: path.root, keys: [SPELLINGS[first]!, ...rest] };
}

function matches(pattern: RecordPath, path: RecordPath): boolean {
  return pattern.root === path.root && path.keys.every((key, i) => pattern.keys[i] === '*' || pattern.keys[i] === key);
}

function strike(value: unknown, keys: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return;
  const [key, ...rest] = keys;
  const target = value as Record<string, unknown>;
  for (const name of key === '*' ? Object.keys(target) : [key!]) {
    if (!Object.hasOwn(target, name)) continue;
    if (rest.length > 0) strike(target[name], rest);
    else setOwn(target, name, REDACTED);
  }
}
