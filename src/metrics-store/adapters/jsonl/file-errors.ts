import { CrucibleError } from '../../../core/errors.ts';

const WRITE_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on that disk; later points are tried again.',
  EDQUOT: 'Free some of your quota on that disk; later points are tried again.',
  EFBIG: 'The file may not grow further: begin another one, or raise the limit (ulimit -f).',
  EISDIR: 'It is a folder: give the path of a file in it, such as "metrics.jsonl".',
  ENOTDIR: 'A part of the path is a file, not a folder: choose another path.',
  EEXIST: 'A part of the path is a file, not a folder: choose another path.',
};

/** The system's word for what went wrong, such as `ENOSPC`. */
export function errnoOf(error: unknown): string | undefined {
  // Not by instanceof: under jest the errors of node:fs belong to another realm.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function unwritable(path: string, cause: unknown): CrucibleError {
  const errno = errnoOf(cause);
  return new CrucibleError('path_unwritable', `Cannot write to ${path} (${errno ?? 'a write was cut short'}).`, {
    hint: (errno && WRITE_HINTS[errno]) ?? 'Choose a path that this process may write to.',
    cause,
  });
}

export function unreadable(path: string, cause: unknown): CrucibleError {
  return new CrucibleError('path_unreadable', `Cannot read ${path} (${errnoOf(cause) ?? String(cause)}).`, {
    hint:
      errnoOf(cause) === 'EISDIR' ? 'It is a folder: give the path of a file.' : 'Check the path and its permissions.',
    cause,
  });
}
