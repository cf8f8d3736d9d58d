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
