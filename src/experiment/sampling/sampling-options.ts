import { CrucibleError, show } from '../../core/errors.ts';
import { requireOptions } from '../../core/options.ts';
import { type Duration, durationMicros } from '../../core/time.ts';
import { CONTEXT_FIELDS, FIELDS, type FieldType, fieldIndex } from '../../record/fields.ts';
import { parsePath, pathName, type RecordPath } from '../../record/path.ts';
import { Redaction } from '../../record/redaction.ts';
import {
  adaptiveProbability,
  importanceProbability,
  LEAST_CHANCE,
  requireChance,
  stratifiedProbability,
} from '../../stats/sampling/inclusion-probability.ts';
import { SAMPLING_METHODS, type SamplingDesign } from '../../stores/sampling-design.ts';

/** Keeps the same part of all events. */
export interface UniformSampling {
  readonly method?: 'uniform';
  /** Part of the events to keep, in (0, 1]. */
  readonly rate: number;
}

/** Keeps all failures and a tenth of the successes: `{ method: 'stratified', by: 'success', probabilities: { false: 1, true: 0.1 } }`. */
export interface StratifiedSampling {
  readonly method: 'stratified';
  /** A field of the record, or a path such as `metadata.difficulty`. */
  readonly by: string;
  /** The part to keep of the events that have each value, written as text: `true`, `3`, `hard`. In (0, 1]. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** Of those with another value or none. Default 1. */
  readonly otherwise?: number;
}

/** Keeps an event with a probability in proportion to one of its numbers: the dear ones rather than the cheap ones. */
export interface ImportanceSampling {
  readonly method: 'importance';
  /** A numeric field of the record, or a path. */
  readonly by: string;
  /** From this value on every event is kept; below it the part is the value's share of this one. */
  readonly certainFrom: number;
  /** The least probability of an event that has the number. Default 0.01. */
  readonly floor?: number;
  /** Of an event without it. Default 1. */
  readonly otherwise?: number;
}

/**
 * Keeps about `target` events in each period of each writer however many come. Probabilities follow from the periods before; the
 * first one of a writer keeps all.
 */
export interface AdaptiveSampling {
  readonly method: 'adaptive';
  readonly target: number;
  /** Default one second. */
  readonly period?: Duration;
  /** The least probability: what it keeps of very many events may be more than the target. Default 0.01. */
  readonly floor?: number;
  /** Weight of the earlier forecast in that of the next period, between 0 and 1. Default 0.5. */
  readonly memory?: number;
}

/**
 * Keeps `size` events of each writer, any as likely as any other. They are held in memory and become records when the writer closes: when
 * the experiment is stopped, its lab closed, or its process ends, but not when that is killed. Until then reads find none of them, and
 * `flush` changes nothing about it; streaming metrics and the ledger count every event.
 */
export interface ReservoirSampling {
  readonly method: 'reservoir';
  readonly size: number;
}

/**
 * Keeps a part of the events, and says in each record with which `inclusion_probability` it was kept. Counts and streaming metrics are
 * made before it. What has the same trace, else sample, else span is kept or left together as far as its probabilities are equal, alike in
 * every process; a reservoir takes events one by one.
 */
export type SamplingOptions =
  | UniformSampling
  | StratifiedSampling
  | ImportanceSampling
  | AdaptiveSampling
  | ReservoirSampling;

const OPTIONS: Readonly<Record<(typeof SAMPLING_METHODS)[number], readonly string[]>> = {
  uniform: ['method', 'rate'],
  stratified: ['method', 'by', 'probabilities', 'otherwise'],
  importance: ['method', 'by', 'certainFrom', 'floor', 'otherwise'],
  adaptive: ['method', 'target', 'period', 'floor', 'memory'],
  reservoir: ['method', 'size'],
};

const STRATA: readonly FieldType[] = ['string', 'boolean', 'integer', 'number'];
const NUMBERS: readonly FieldType[] = ['integer', 'number'];
// What differs for every event, or is the same for all, makes no strata.
const NOT_BY = new Set([...CONTEXT_FIELDS, 'event_id', 'inclusion_probability']);
for (const name of ['event_name', 'category', 'scope']) NOT_BY.delete(name);

/** Checks the options and turns them into what is stored. Throws `invalid_argument` or `unknown_field`. */
export function samplingDesign(options: SamplingOptions, redact: readonly string[] = []): SamplingDesign {
  const method = (options as { method?: unknown } | null)?.method ?? 'uniform';
  if (!SAMPLING_METHODS.some((known) => known === method)) {
    throw new CrucibleError('invalid_argument', `sampling.method is ${show(method)}.`, {
      hint: `Give one of ${SAMPLING_METHODS.join(', ')}.`,
    });
  }
  requireOptions('sampling', options, OPTIONS[method as keyof typeof OPTIONS]);
  switch (options.method) {
    case 'stratified': {
      const { probabilities, otherwise = 1 } = options;
      if (typeof probabilities !== 'object' || probabilities === null || Object.keys(probabilities).length === 0) {
        throw refused('probabilities', probabilities, 'Give a probability by value: { false: 1, true: 0.1 }.');
      }
      stratifiedProbability(probabilities, otherwise);
      return {
        method: 'stratified',
        by: nameOf(options.by, STRATA, redact),
        probabilities: { ...probabilities },
        otherwise,
      };
    }
    case 'importance': {
      const { certainFrom, floor = LEAST_CHANCE, otherwise = 1 } = options;
      importanceProbability({ certainFrom, floor, otherwise });
      return {
        method: 'importance',
        by: nameOf(options.by, NUMBERS, redact),
        certain_from: certainFrom,
        floor,
        otherwise,
      };
    }
    case 'adaptive': {
      const { target, period = { seconds: 1 }, floor = LEAST_CHANCE, memory = 0.5 } = options;
      const micros = durationMicros(period, 'sampling.period');
      adaptiveProbability({ target, period: micros, floor, memory });
      return { method: 'adaptive', target, period_seconds: micros / 1e6, floor, memory };
    }
    case 'reservoir': {
      const { size } = options;
      if (!(Number.isSafeInteger(size) && size >= 1)) throw refused('size', size, 'Give a whole number of at least 1.');
      return { method: 'reservoir', size };
    }
    default:
      requireChance('sampling.rate', options.rate);
      return { rate: options.rate };
  }
}

function nameOf(by: unknown, types: readonly FieldType[], redact: readonly string[]): string {
  const kind = types === NUMBERS ? 'numeric field' : 'field';
  const hint = `Give a ${kind} that is filled from the event, such as ${types === NUMBERS ? 'cost_usd' : 'success'}, or a path such as metadata.difficulty.`;
  if (typeof by !== 'string') throw refused('by', by, hint);
  const path = parsePath(by);
  if (path) {
    if (redact.length > 0 && isRedacted(path, new Redaction(redact))) throw redacted(by);
    return pathName(path);
  }
  const field = FIELDS[fieldIndex(by)];
  if (!field) {
    throw new CrucibleError('unknown_field', `sampling.by names ${show(by)}, which is no field of a record.`, { hint });
  }
  if (!types.includes(field.type) || NOT_BY.has(by)) throw refused('by', by, hint);
  if (redact.length > 0 && new Redaction(redact).hides(by)) throw redacted(by);
  return by;
}

function isRedacted({ root, keys }: RecordPath, redaction: Redaction): boolean {
  return keys.some((_, i) => redaction.covers({ root, keys: keys.slice(0, i + 1) }));
}

function redacted(by: string): CrucibleError {
  return refused('by', by, 'It is redacted, so a record would show it by its probability: sample by something else.');
}

function refused(option: string, value: unknown, hint: string): CrucibleError {
  return new CrucibleError('invalid_argument', `sampling.${option} is ${show(value)}.`, { hint });
}
