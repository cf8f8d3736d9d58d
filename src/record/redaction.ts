import { CrucibleError, show } from '../core/errors.ts';
import { fieldIndex } from './fields.ts';
import { parsePath, type RecordPath } from './path.ts';
import { setOwn } from './snapshot.ts';

/** What stands where a value was taken out. */
export const REDACTED = '[REDACTED]';

/**
 * Paths whose values never reach a record: a field (`user_id`, with whatever would fill it) or a nested path
 * (`metadata.messages.*.content`), where `*` stands for any key or list position.
 */
export class Redaction {
  readonly #roles = new Set<number>();
  readonly #paths: RecordPath[] = [];

  /** Throws `unknown_field` for a path that is neither a field nor begins with `measurements.` or `metadata.`. */
  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const parsed = parsePath(path);
      if (parsed) {
        this.#paths.push(parsed);
        continue;
      }
      const field = fieldIndex(path);
      if (field < 0) {
        throw new CrucibleError('unknown_field', `redact names ${show(path)}, which is no field of a record.`, {
          hint: 'Give a field such as user_id, or a path such as metadata.messages.*.content.',
        });
      }
      this.#roles.add(field);
    }
  }

  coversRole(role: number): boolean {
    return this.#roles.has(role);
  }

  covers(path: RecordPath): boolean {
    return this.#paths.some((pattern) => pattern.keys.length === path.keys.length && matches(pattern, path));
  }

  /** The value at `path` with everything redacted below it. The value must be a snapshot; it is changed in place. */
  apply(path: RecordPath, value: unknown): unknown {
    for (const pattern of this.#paths) {
      if (pattern.keys.length > path.keys.length && matches(pattern, path)) strike(value, pattern.keys.slice(path.keys.length));
    }
    return value;
  }
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
