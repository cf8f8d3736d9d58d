const nativeThen = Promise.prototype.then;

/** True for anything with a `then` method; false when reading it fails. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  try {
    return typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return false;
  }
}

/**
 * Calls one of the two when a native promise settles, without handing out a derived promise that could go unhandled. False,
 * and neither is ever called, for everything else: calling the `then` of a foreign thenable may start the work it stands for
 * (query builders) or consume it (API clients).
 */
export function watchNative(
  value: unknown,
  fulfilled: (result: unknown) => void,
  rejected: (reason: unknown) => void,
): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    nativeThen.call(value as Promise<unknown>, fulfilled, rejected);
    return true;
  } catch {
    return false;
  }
}
