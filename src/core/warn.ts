const warned = new Set<string>();

/**
 * Tells the operator once per key, through `process.emitWarning` where there is one. Telemetry never throws into the host, so
 * a trouble met while collecting ends here and in a counter. What could not be told, because the stack was at its end, is told the
 * next time.
 */
export function warnOnce(key: string, message: string): void {
  if (warned.has(key) || warned.size > 1000) return;
  warned.add(key);
  try {
    if (typeof process !== 'undefined' && typeof process.emitWarning === 'function') {
      process.emitWarning(message, { type: 'CrucibleWarning', code: key.split(':', 1)[0] ?? key });
    } else {
      console.warn(message);
    }
  } catch {
    warned.delete(key);
  }
}
