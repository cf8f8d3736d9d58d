import { FIELDS, fieldIndex } from '../record/fields.ts';
import type { RowDefaults } from '../record/recorder.ts';
import { SPELLINGS } from '../record/roles.ts';
import type { Collector } from './collector.ts';
import { RESERVED_FIELDS } from './reserved-fields.ts';

/**
 * What everything inside a run inherits: `sample_id`, `session_id`, `user_id`, `cohort` and other text fields of a record are
 * filled where the event does not say its own; other keys are added to its metadata. A run of another experiment inside this one
 * inherits the four that are named here, a run of another lab nothing.
 */
export type RunContextValues = Readonly<Record<string, unknown>>;

/** One run of an experiment: where the events inside it go, and what they inherit. */
export class RunContext {
  /** The router that made it: several labs may share one bus. */
  readonly owner: object;
  readonly collector: Collector;
  readonly values: RunContextValues;
  readonly defaults: RowDefaults | undefined;

  constructor(owner: object, collector: Collector, values: RunContextValues = {}, outer?: RunContext) {
    this.owner = owner;
    this.collector = collector;
    const inherited = outer?.collector === collector ? outer.values : identity(outer?.values);
    this.values = { ...inherited, ...spelled(values) };
    this.defaults = rowDefaults(this.values);
  }
}

// What another experiment said of its run is its own affair, except what pairs events across experiments.
function identity(values: RunContextValues | undefined): RunContextValues {
  const result: Record<string, unknown> = {};
  for (const key of ['sample_id', 'session_id', 'user_id', 'cohort'])
    if (values?.[key] !== undefined) result[key] = values[key];
  return result;
}

function spelled(values: RunContextValues): RunContextValues {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== null) result[Object.hasOwn(SPELLINGS, key) ? SPELLINGS[key]! : key] = value;
  }
  return result;
}

function rowDefaults(values: RunContextValues): RowDefaults | undefined {
  const texts: (readonly [number, string])[] = [];
  let metadata: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(values)) {
    const field = inherited(key) ? fieldIndex(key) : -1;
    if (field >= 0 && FIELDS[field]!.type === 'string' && (typeof value === 'string' || typeof value === 'number')) {
      texts.push([field, String(value)]);
    } else {
      metadata ??= {};
      metadata[key] = value;
    }
  }
  return texts.length > 0 || metadata ? { texts, metadata } : undefined;
}

// An id is of one event, so many cannot inherit it.
function inherited(key: string): boolean {
  return key !== 'event_id' && !RESERVED_FIELDS.has(key);
}
