import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

const HEX = '0123456789abcdef';

/** What the id of an experiment may be: it names a folder. */
export const EXPERIMENT_ID: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** `length` random hexadecimal digits. */
export function randomHex(length: number, random: Random = Math.random): string {
  let text = '';
  for (let i = 0; i < length; i++) text += HEX[Math.floor(random() * 16)];
  return text;
}

/**
 * A new experiment id: the start second in UTC and ten random hexadecimal digits, `exp-20261122T101530-3fa9c1d2e0`. It sorts
 * by time, is safe as a file name, and a prefix of it is easy to type.
 */
export function experimentId(clock: Clock, random: Random = Math.random): string {
  const stamp = new Date(clock.nowMicros() / 1000).toISOString().replace(/[-:]|\.\d+Z$/g, '');
  return `exp-${stamp}-${randomHex(10, random)}`;
}

/**
 * A new writer id. It must never recur, not even in a rerun with the same seed: records are known by writer and sequence. So it
 * does not come from the lab's random numbers.
 */
export function writerId(): string {
  // The global one: every program that imports this package would pay for loading node:crypto.
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(8));
  return `w${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

// Spans are created on hot paths and a random UUID costs 900 ns, so ids are a random process prefix and a counter.
const PREFIX = randomHex(24);
let counter = Math.floor(Math.random() * 0x10000);

/** A span id in the form OpenTelemetry uses: sixteen hexadecimal digits, unique in this process and, by its prefix, elsewhere. */
export function spanId(): string {
  return PREFIX.slice(0, 8) + nextCount();
}

/** A trace id in the form OpenTelemetry uses: thirty-two hexadecimal digits. */
export function traceId(): string {
  return PREFIX + nextCount();
}

function nextCount(): string {
  counter = (counter + 1) % 0x100000000;
  return counter.toString(16).padStart(8, '0');
}
