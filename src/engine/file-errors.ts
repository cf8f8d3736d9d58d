import { CrucibleError } from '../core/errors.ts';

const WRITE_HINTS: Readonly<Record<string, string>> = {
  EISDIR: 'It is a folder: give the path of a file in it.',
  EINVAL: 'Give the path of a file; what is there is none.',
  ENOTDIR: 'A part of the path is a file, not a folder: choose another path.',
  EEXIST: 'A part of the path is a file, not a folder: choose another path.',
  EACCES: 'Choose a folder that this process may write to, or change its permissions.',
  EPERM: 'Choose a folder that this process may write to, or change its permissions.',
  EROFS: 'That disk can only be read: choose another one.',
  ENOSPC: 'Free some space on that disk, or choose another one.',
  EDQUOT: 'Free some of your quota on that disk, or choose another one.',
  EFBIG: 'The file may not grow further: begin another one, or raise the limit (ulimit -f).',
  ENAMETOOLONG: 'Choose a shorter name.',
};

const READ_HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'Is it there?',
  EISDIR: 'It is a folder: give the path of a file.',
};

/** The system's word for what went wrong, such as `ENOSPC`. */
export function errnoOf(error: unknown): string | undefined {
  // Not by instanceof: under jest the errors of node:fs belong to another realm.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Whether nothing is there under that path. */
export function isMissing(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

/** The error for a file that cannot be written, with what the system says about it. */
export function unwritable(path: string, cause: unknown): CrucibleError {
  const errno = errnoOf(cause);
  return new CrucibleError('path_unwritable', `Cannot write ${path}${errno ? ` (${errno})` : ''}.`, {
    hint: (errno && WRITE_HINTS[errno]) ?? 'Choose a path that this process may write to.',
    cause,
  });
}

/** The error for a file or folder that cannot be read. */
export function unreadable(path: string, cause: unknown): CrucibleError {
  const errno = errnoOf(cause);
  return new CrucibleError('path_unreadable', `Cannot read ${path}${errno ? ` (${errno})` : ''}.`, {
    hint: (errno && READ_HINTS[errno]) ?? 'Check that you may read it.',
    cause,
  });
}
