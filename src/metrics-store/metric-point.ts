import type { Clock } from '../core/clock.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { microsToIso, momentMicros } from '../core/time.ts';
import { snapshot } from '../record/snapshot.ts';
import type { MetricOptions, MetricPoint } from './metrics-store.ts';

const YEAR_0 = -62_167_219_200e6;
const YEAR_10000 = 253_402_300_800e6;

/** A point from the arguments of `record`, checked and copied. Throws `invalid_argument`, naming the argument and its value. */
export function metricPoint(
  clock: Clock,
  runId: string,
  metric: string,
  value: number | bigint,
  options: MetricOptions = {},
): MetricPoint {
  const run_id = checkedName(runId, 'The run id');
  const name = checkedName(metric, 'The metric');
  const number = checkedValue(value, name);
  if (typeof options !== 'object' || options === null) {
    throw new CrucibleError('invalid_argument', `The options of metric ${show(name)} are ${show(options)}.`, {
      hint: 'Give an object; the step goes in as { step: 100 }.',
    });
  }
  return {
    run_id,
    metric: name,
    value: number,
    step: checkedStep(options.step, name),
    timestamp: timestampText(options.timestamp, clock),
    metadata: copiedMetadata(options.metadata, name),
  };
}

/** The name as it is stored: half a surrogate pair cannot be written as UTF-8 and becomes U+FFFD. */
export function checkedName(name: string, what: string): string {
  if (typeof name === 'string' && name !== '') return name.isWellFormed() ? name : name.toWellFormed();
  throw new CrucibleError('invalid_argument', `${what} is ${show(name)}.`, {
    hint: 'Give a string that is not empty.',
  });
}

function checkedValue(value: number | bigint, metric: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  throw new CrucibleError(
    'invalid_argument',
    `The value of metric ${show(metric)} is ${show(value)} (${typeof value}).`,
    {
      hint:
        typeof value === 'bigint'
          ? 'A bigint must lie within ±(2^53 − 1); convert it with Number() if losing digits is acceptable.'
          : 'Give a number (NaN and ±Infinity are accepted); convert strings with Number() and take tensors out with dataSync().',
    },
  );
}

function checkedStep(step: number | null | undefined, metric: string): number | null {
  if (step === undefined || step === null) return null;
  // Adding zero turns -0, which JSON readers disagree about, into 0.
  if (typeof step === 'number' && Number.isFinite(step)) return step + 0;
  throw new CrucibleError('invalid_argument', `The step of metric ${show(metric)} is ${show(step)}.`, {
    hint: 'Give a finite number, or leave it out.',
  });
}

function timestampText(timestamp: MetricOptions['timestamp'], clock: Clock): string {
  if (timestamp === undefined) return microsToIso(clock.nowMicros());
  const micros = momentMicros(timestamp, 'The timestamp');
  if (micros >= YEAR_0 && micros < YEAR_10000) return microsToIso(micros);
  throw new CrucibleError(
    'invalid_argument',
    `The timestamp is ${show(timestamp)}, which is not in the years 0 to 9999.`,
    {
      hint: 'Numbers are microseconds since the Unix epoch: divide nanoseconds by 1000.',
    },
  );
}

function copiedMetadata(metadata: object | null | undefined, metric: string): Record<string, unknown> {
  if (metadata === undefined || metadata === null) return {};
  const copy: unknown = snapshot(metadata);
  if (typeof copy === 'object' && copy !== null && !Array.isArray(copy)) return copy as Record<string, unknown>;
  throw new CrucibleError('invalid_argument', `The metadata of metric ${show(metric)} is ${show(metadata)}.`, {
    hint: 'Give an object such as { epoch: 1 }.',
  });
}
