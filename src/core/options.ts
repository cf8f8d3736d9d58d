import { CrucibleError, show } from './errors.ts';

/**
 * Refuses what is no object and any key that is not an option: a misspelt one would silently do less than was asked for, and
 * an export that was to be anonymous would not be.
 */
export function requireOptions(what: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new CrucibleError('invalid_argument', `${what} was given ${show(options)}.`, {
      hint: `Give an object of ${names.join(', ')}.`,
    });
  }
  const unknown = Object.keys(options).find((key) => !names.includes(key));
  if (unknown !== undefined) {
    throw new CrucibleError('invalid_argument', `${what} has no option ${show(unknown)}.`, {
      hint: `The options are ${names.join(', ')}.`,
    });
  }
}

/** Refuses what has not all of these methods: a path or the options of a thing given in its place. */
export function requireMethods(what: string, value: unknown, names: readonly string[], hint: string): void {
  const methods = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (names.every((name) => typeof methods[name] === 'function')) return;
  throw new CrucibleError('invalid_argument', `${what} is ${show(value)}.`, { hint });
}
