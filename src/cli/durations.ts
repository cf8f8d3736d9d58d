import { CrucibleError, show } from '../core/errors.ts';
import type { Duration } from '../core/time.ts';

const UNITS: Readonly<Record<string, keyof Duration>> = {
  ms: 'milliseconds',
  s: 'seconds',
  m: 'minutes',
  min: 'minutes',
  h: 'hours',
  d: 'days',
};

/** Reads `5m`, `1h30m`, `250ms`. Throws `invalid_argument`. */
export function parseDuration(text: string): Duration {
  const duration: Partial<Record<keyof Duration, number>> = {};
  let left = text.trim();
  for (;;) {
    const part = /^(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)\s*/.exec(left);
    if (!part) break;
    const unit = UNITS[part[2]!]!;
    duration[unit] = (duration[unit] ?? 0) + Number(part[1]);
    left = left.slice(part[0].length);
  }
  const amounts = left === '' ? Object.values(duration) : [];
  if (amounts.some((amount) => amount > 0)) return duration;
  throw new CrucibleError(
    'invalid_argument',
    `${show(text)} is no length of time${amounts.length > 0 ? ' above 0' : ''}.`,
    {
      hint: 'Give it as 30s, 5m, 1h30m or 2d.',
    },
  );
}
