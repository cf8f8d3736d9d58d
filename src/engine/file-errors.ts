import { CrucibleError } from '../core/errors.ts';

const HINTS: Readonly<Record<string, string>> = {
  EISDIR: 'It is a folder: give the path of a file in it.',
  EINVAL: 'Give the path of a file; what is there is none.',
  ENOTDIR: 'A part of the path is a file, not a folder: choose another path.',
  EEXIST: 'A part of the path is a file, not a folder: choose another path.',
  EACCES: 'Choose a folder that this process may write to, or change its permissions.',
  EPERM: 'Choose a folder that this process may write to, or change its permissions.',
  EROFS: 'That disk can only be read: choose another one.',
  ENOSPC: 'Free some space on that disk, or choose another one.',
  EDQUOT: 'Free some of your quota on that disk, or choose another one.',
  ENAMETOOLONG: 'Choose a shorter name.',
};

/** The error for a file that cannot be written, with what the system says about it. */
export function unwritable(path: string, cause: unknown): CrucibleError {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined;
  return new CrucibleError('path_unwritable', `Cannot write ${path}${code ? ` (${code})` : ''}.`, {
    hint: (code && HINTS[code]) ?? 'Choose a path that this process may write to.',
    cause,
  });
}
