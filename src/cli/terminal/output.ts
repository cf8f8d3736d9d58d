import { once } from 'node:events';
import { paint, safeText } from './style.ts';

/** Writes a line for a person to stdout, cleaned of what could do something to a terminal. Waits while the reader is slower. */
export function printLine(text = ''): Promise<void> {
  return write(safeText(text, process.stdout));
}

/** Writes a line of JSON to stdout, every value as it is. */
export function printJsonText(json: string): Promise<void> {
  // JSON text has its other control characters escaped already.
  return write(json.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`));
}

async function write(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

/** Prints a result as one JSON document. */
export function printJson(value: unknown): Promise<void> {
  return printJsonText(jsonText(value, 2));
}

/** Prints one JSON document on a line of its own: one item of a stream. */
export function printJsonLine(value: unknown): Promise<void> {
  return printJsonText(jsonText(value));
}

/** Says something to the person, not to the program that reads the data. */
export function say(text: string): void {
  process.stderr.write(`${safeText(text, process.stderr)}\n`);
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
