import { CrucibleError, show } from './errors.ts';

/** A length of time. Parts add up: `{ minutes: 1, seconds: 30 }` is ninety seconds. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/** A moment: whole microseconds since the Unix epoch, a `Date`, or ISO 8601 text. */
export type Moment = number | Date | string;

// `Date.now()` between 2000 and 2100. Taken as microseconds it is in the first weeks of 1970.
const MILLIS_2000 = Date.UTC(2000, 0, 1);
const MILLIS_2100 = Date.UTC(2100, 0, 1);
const DATE_LIMIT_MICROS = 8.64e18;

const MICROS: Record<keyof Duration, number> = {
  days: 86_400e6,
  hours: 3_600e6,
  minutes: 60e6,
  seconds: 1e6,
  milliseconds: 1e3,
};

/** Microseconds in a duration. Throws `invalid_argument` unless the total is a positive finite number. */
export function durationMicros(duration: Duration, what = 'duration'): number {
  let total = 0;
  let parts = 0;
  if (typeof duration === 'object' && duration !== null) {
    for (const [unit, amount] of Object.entries(duration)) {
      const micros = MICROS[unit as keyof Duration];
      total += micros === undefined || typeof amount !== 'number' ? Number.NaN : micros * amount;
      parts++;
    }
  }
  if (parts === 0 || !Number.isFinite(total) || total <= 0) {
    throw new CrucibleError(
      'invalid_argument',
      `${what} is ${show(duration)}, which is not a positive length of time.`,
      {
        hint: 'Give it as { minutes: 5 }; the units are days, hours, minutes, seconds and milliseconds.',
      },
    );
  }
  return total;
}

/**
 * Microseconds since the Unix epoch. Text without an offset is UTC. Throws `invalid_argument` for anything that is not a moment, or
 * one further from the epoch than `limit`; default: what a `Date` can hold. A number that is a moment of this century in
 * milliseconds is refused too: it would silently be one of January 1970.
 */
export function momentMicros(moment: Moment, what = 'time', limit: number = DATE_LIMIT_MICROS): number {
  const micros =
    typeof moment === 'number'
      ? moment
      : moment instanceof Date
        ? moment.getTime() * 1000
        : typeof moment === 'string'
          ? isoToMicros(moment)
          : Number.NaN;
  if (!(Math.abs(micros) <= limit)) {
    throw new CrucibleError('invalid_argument', `${what} is ${show(moment)}, which is not a moment.`, {
      hint: 'Give whole microseconds since the Unix epoch (nanoseconds divided by 1000), a Date, or ISO 8601 text such as "2026-01-31T12:00:00Z".',
    });
  }
  if (typeof moment === 'number' && moment >= MILLIS_2000 && moment < MILLIS_2100) {
    throw new CrucibleError('invalid_argument', `${what} is ${show(moment)}, which looks like milliseconds.`, {
      hint: 'Numbers are microseconds: multiply it by 1000, or give a Date.',
    });
  }
  return Math.round(micros);
}

/** ISO 8601 text in UTC with all six digits of the microseconds. */
export function microsToIso(micros: number): string {
  const millis = Math.floor(micros / 1000);
  const rest = Math.round(micros - millis * 1000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;

// Date.parse keeps milliseconds only, reads text without an offset as local time, and accepts much that is no ISO 8601.
function isoToMicros(text: string): number {
  const parts = ISO.exec(text.trim());
  if (!parts) return Number.NaN;
  const [, date, time = '00:00:00', fraction = '', offset = 'Z'] = parts;
  const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase();
  const seconds = Date.parse(`${date}T${time}${zone}`) * 1000;
  return seconds + Math.round(Number(`0${fraction}`) * 1e6);
}
