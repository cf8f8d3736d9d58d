import type { CrucibleError, ErrorCode } from '../core/errors.ts';

/** What the process ends with. They are documented in docs/guide/command-line.md and do not change. */
export const ExitCode = {
  OK: 0,
  /** A check failed, or what was asked for could not be done. */
  FAILED: 1,
  USAGE: 2,
  NOT_FOUND: 3,
  /** Data that is damaged, or that this version cannot read. */
  DAMAGED: 4,
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const BY_ERROR: Partial<Record<ErrorCode, ExitCode>> = {
  invalid_argument: ExitCode.USAGE,
  invalid_event_name: ExitCode.USAGE,
  nothing_to_compare: ExitCode.USAGE,
  unknown_adapter: ExitCode.USAGE,
  unknown_field: ExitCode.USAGE,
  unknown_format: ExitCode.USAGE,
  experiment_not_found: ExitCode.NOT_FOUND,
  damaged_data: ExitCode.DAMAGED,
  unsupported_version: ExitCode.DAMAGED,
};

/** The exit code for an error of the library; `FAILED` for all that are not the user's and not the data's. */
export function exitCodeOf({ code, cause }: CrucibleError): ExitCode {
  // What is not there is not found; what may not be read has failed.
  if (code === 'path_unreadable' && isMissing(cause)) return ExitCode.NOT_FOUND;
  return BY_ERROR[code] ?? ExitCode.FAILED;
}

function isMissing(cause: unknown): boolean {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
