import { CrucibleError, show } from '../core/errors.ts';
import { momentMicros } from '../core/time.ts';

/** The moment that a flag was given, in microseconds since the Unix epoch. Throws `invalid_argument` for what is none. */
function momentOf(flag: string, text: string): number {
  try {
    return momentMicros(/^\d+$/.test(text) ? Number(text) : text);
  } catch (cause) {
    throw new CrucibleError('invalid_argument', `${flag} is ${show(text)}, which is not a moment.`, {
      hint: 'Give ISO 8601 text such as 2026-01-31T12:00:00Z, or microseconds (not milliseconds) since 1970.',
      cause,
    });
  }
}

/** The ends of a stretch of time, as far as they were given. Throws `invalid_argument`, also when they are the wrong way round. */
export function stretchOf(from: string | undefined, to: string | undefined): { from?: number; to?: number } {
  const stretch = {
    ...(from === undefined ? {} : { from: momentOf('--from', from) }),
    ...(to === undefined ? {} : { to: momentOf('--to', to) }),
  };
  if (stretch.from === undefined || stretch.to === undefined || stretch.from <= stretch.to) return stretch;
  throw new CrucibleError('invalid_argument', `--from ${show(from)} is after --to ${show(to)}.`, {
    hint: 'Turn them round.',
  });
}
