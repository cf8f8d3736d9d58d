/** What went wrong, as a stable word that programs may switch on. Messages may change between releases; codes do not. */
export type ErrorCode =
  | 'invalid_argument'
  | 'invalid_event_name'
  | 'handler_exists'
  | 'attach_refused'
  | 'handler_recursion'
  | 'event_defined'
  | 'experiment_not_found'
  | 'experiment_exists'
  | 'experiment_open'
  | 'already_paused'
  | 'not_paused'
  | 'not_running'
  | 'not_stopped'
  | 'lab_closed'
  | 'store_closed'
  | 'no_events'
  | 'nothing_to_compare'
  | 'unknown_format'
  | 'unknown_adapter'
  | 'unknown_field'
  | 'path_unwritable'
  | 'path_unreadable'
  | 'damaged_data'
  | 'unsupported_version'
  | 'dependency_missing';

const BRAND = Symbol.for('crucible-telemetry.error');

/**
 * The one error class of the library. The message says what failed, which value caused it and what to do; `hint` repeats the
 * last part alone, for a command line that prints it on a line of its own. `instanceof` works across copies of the package.
 */
export class CrucibleError extends Error {
  override readonly name = 'CrucibleError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(
      options.hint ? `${message} ${options.hint}` : message,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.code = code;
    this.hint = options.hint;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** A short, safe picture of any value for an error message: strings quoted, long values cut, never a throw. */
export function show(value: unknown): string {
  try {
    const text =
      typeof value === 'string'
        ? JSON.stringify(value)
        : typeof value === 'object' && value !== null
          ? (JSON.stringify(value) ?? String(value))
          : typeof value === 'function'
            ? `[Function: ${value.name || 'anonymous'}]`
            : String(value);
    return text.length > 120 ? `${text.slice(0, 117)}…` : text;
  } catch {
    return `[${typeof value}]`;
  }
}
