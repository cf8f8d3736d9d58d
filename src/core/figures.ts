import { microsToIso } from './time.ts';

/** What stands for a quantity that is not there. */
export const NONE = '–';

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count, with thousands set apart. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : integers.format(value);
}

/** Any number in four significant digits. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return count(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(3);
  if (size >= 1000) return integers.format(value);
  return String(Number(value.toPrecision(4)));
}

/** A difference, with its sign. */
export function signed(value: number | null, format: (value: number) => string = figure): string {
  if (value === null) return NONE;
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${format(Math.abs(value))}`;
}

/** Milliseconds in the unit that suits them. */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && size < 1) return `${Number((value * 1000).toPrecision(3))} µs`;
  if (size < 1000) return `${Number(value.toPrecision(3))} ms`;
  return seconds(value / 1000);
}

/** Seconds in the unit that suits them. */
export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 59.95) return `${Number(value.toPrecision(3))} s`;
  const whole = Math.round(value);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

export function dollars(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  return `$${Math.abs(value) >= 1 ? value.toFixed(2) : String(Number(value.toPrecision(3)))}`;
}

/** A fraction as percent. */
export function percent(fraction: number | null | undefined): string {
  return fraction === null || fraction === undefined ? NONE : `${Number((fraction * 100).toFixed(2))} %`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = value / 1000;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(3))} ${units[unit]}`;
}

/** A moment in UTC to the second, or to so many digits of it. */
export function moment(micros: number | null | undefined, digits = 0): string {
  if (micros === null || micros === undefined) return NONE;
  const length = digits === 0 ? 19 : 20 + digits;
  return `${microsToIso(micros).slice(0, length).replace('T', ' ')}Z`;
}

/** `1 event`, `2 events`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}
