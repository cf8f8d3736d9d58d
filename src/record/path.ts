import { CrucibleError, show } from '../core/errors.ts';

/** Where a nested value lies: under `measurements` or under `metadata`, and by which keys. */
export interface RecordPath {
  readonly root: 'measurements' | 'metadata';
  readonly keys: readonly string[];
}

/** The flat name of a nested value, as exports and filters spell it: `metadata.tokens.prompt`. A key that is empty or holds a dot is quoted. */
export function pathName(path: RecordPath): string {
  let name: string = path.root;
  for (const key of path.keys) name += `.${key === '' || /[."]/.test(key) ? JSON.stringify(key) : key}`;
  return name;
}

/**
 * The path behind a flat name; undefined when it does not begin with `measurements.` or `metadata.`. Throws `invalid_argument`
 * for one that begins so and cannot be read.
 */
export function parsePath(name: string): RecordPath | undefined {
  const root = name.startsWith('measurements.')
    ? 'measurements'
    : name.startsWith('metadata.')
      ? 'metadata'
      : undefined;
  if (!root) return undefined;
  const keys: string[] = [];
  const pattern = /\.("(?:[^"\\]|\\.)*"|[^."]+)/y;
  pattern.lastIndex = root.length;
  while (pattern.lastIndex < name.length) {
    const part = pattern.exec(name)?.[1];
    const key = part?.startsWith('"') ? unquoted(part) : part;
    if (key === undefined) {
      throw new CrucibleError('invalid_argument', `The path ${show(name)} cannot be read.`, {
        hint: 'Join keys with dots, and quote a key that is empty or holds a dot: metadata."a.b".c',
      });
    }
    keys.push(key);
  }
  return { root, keys };
}

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
