import { show } from '../core/errors.ts';

/**
 * How something failed: an `Error` was thrown (`error`), anything else was thrown (`throw`), or a returned promise rejected
 * (`rejection`).
 */
export type FailureKind = 'error' | 'throw' | 'rejection';

/** The metadata that failure and exception events share. */
export interface Failure {
  readonly kind: FailureKind;
  /** What was thrown, itself. */
  readonly reason: unknown;
  /** The stack of an Error, else null. */
  readonly stacktrace: string | null;
}

/** Describes what was caught. Reads it with care, since anything can be thrown, a hostile proxy included. */
export function failureOf(reason: unknown, rejected: boolean): Failure {
  let isError = false;
  let stacktrace: string | null = null;
  try {
    isError = isErrorObject(reason);
    const stack = isError ? (reason as Error).stack : null;
    if (typeof stack === 'string') stacktrace = stack;
  } catch {
    stacktrace = null;
  }
  return { kind: rejected ? 'rejection' : isError ? 'error' : 'throw', reason, stacktrace };
}

/** One line about what was caught. */
export function messageOf(reason: unknown): string {
  try {
    return isErrorObject(reason) ? `${reason.name}: ${reason.message}` : show(reason);
  } catch {
    return 'a value that can not be read';
  }
}

// The errors of another realm (node:vm, jest) are no instances of this one's Error.
function isErrorObject(reason: unknown): reason is Error {
  return reason instanceof Error || Object.prototype.toString.call(reason) === '[object Error]';
}
