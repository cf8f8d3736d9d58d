import { microsToIso, momentMicros } from '../core/time.ts';
import { fromJsonText, toJsonText } from '../record/json.ts';
import type { MetricPoint } from './metrics-store.ts';

const CANONICAL_TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/**
 * One line of JSON, without its newline, with the six keys in the order of `MetricPoint`. A value that JSON has no number for is
 * quoted: `"NaN"`, `"Infinity"`, `"-Infinity"`.
 */
export function pointToLine(point: MetricPoint): string {
  const { run_id, metric, value, step, timestamp, metadata } = point;
  return (
    `{"run_id":${JSON.stringify(run_id)},"metric":${JSON.stringify(metric)},"value":${valueText(value)},` +
    `"step":${step},"timestamp":"${timestamp}","metadata":${toJsonText(metadata)}}`
  );
}

/**
 * The point of a line, or null when the line is not a whole metric point. Lenient about what other writers do differently: the
 * order of keys, further keys, white space, a step or metadata left out, other ISO 8601 spellings of the time.
 */
export function pointFromLine(line: string): MetricPoint | null {
  let parsed: unknown;
  try {
    parsed = fromJsonText(line);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { run_id, metric, value, step = null, timestamp, metadata } = parsed as Record<string, unknown>;
  const number = numberOf(value);
  const time = timeOf(timestamp);
  if (typeof run_id !== 'string' || typeof metric !== 'string' || number === undefined || time === undefined)
    return null;
  if (step !== null && (typeof step !== 'number' || !Number.isFinite(step))) return null;
  const context = metadata ?? {};
  if (typeof context !== 'object' || Array.isArray(context)) return null;
  return { run_id, metric, value: number, step, timestamp: time, metadata: context as Record<string, unknown> };
}

function valueText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

function timeOf(timestamp: unknown): string | undefined {
  if (typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp))) return undefined;
  return CANONICAL_TIMESTAMP.test(timestamp) ? timestamp : microsToIso(momentMicros(timestamp));
}
