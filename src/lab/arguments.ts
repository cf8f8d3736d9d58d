import { isRecord } from '../bus/records.ts';
import { CrucibleError, show } from '../core/errors.ts';
import type { Measurements } from '../events/types.ts';

export function requireFunction(what: string, fn: unknown): void {
  if (typeof fn === 'function') return;
  throw new CrucibleError('invalid_argument', `${what} was given ${show(fn)}, which is not a function.`, {
    hint: `Call ${what}(() => …).`,
  });
}

/** What is no plain object counts as an empty one. */
export function objectOf(value: unknown): Measurements {
  return isRecord(value) ? value : {};
}
