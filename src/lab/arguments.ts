import { isRecord } from '../bus/records.ts';
import { CrucibleError, show } from '../core/errors.ts';
import type { Measurements } from '../events/types.ts';

/** Refuses what cannot be called. */
export function requireFunction(what: string, fn: unknown): void {
  if (typeof fn === 'function') return;
  throw new CrucibleError('invalid_argument', `${what} was given ${show(fn)}, which is not a function.`, {
    hint: `Call ${what}(() => …).`,
  });
}

/** An object as it is; nothing for anything else. */
export function objectOf(value: unknown): Measurements {
  return isRecord(value) ? value : {};
}
