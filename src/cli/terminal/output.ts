import { once } from 'node:events';
import { paint } from './style.ts';

/** Writes a line of data to stdout and waits while the reader is slower. */
export async function printLine(text = ''): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
}

/** Prints a result as one JSON document. */
export function printJson(value: unknown): Promise<void> {
  return printLine(jsonText(value, 2));
}

/** Prints one JSON document on a line of its own: one item of a stream. */
export function printJsonLine(value: unknown): Promise<void> {
  return printLine(jsonText(value));
}

/** Says something to the person, not to the program that reads the data. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function warn(text: string): void {
  say(`${paint('yellow', 'warning:', process.stderr)} ${text}`);
}

// JSON has no NaN, no infinities and no integers beyond 2^53: they are text, as in exported records.
function jsonText(value: unknown, indent?: number): string {
  const replace = (_: string, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) return String(item);
    return typeof item === 'bigint' ? String(item) : item;
  };
  return JSON.stringify(value, replace, indent);
}
