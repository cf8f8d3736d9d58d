import { withinEdits } from '../core/edit-distance.ts';
import { warnOnce } from '../core/warn.ts';
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

const IDENTITY = ['sample_id', 'session_id', 'user_id', 'cohort'];
const MAX_LOOKED = 1000;
const looked = new Set<string>();

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
  for (const key of IDENTITY) if (values?.[key] !== undefined) result[key] = values[key];
  return result;
}

function spelled(values: RunContextValues): RunContextValues {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    const known = Object.hasOwn(SPELLINGS, key) ? SPELLINGS[key]! : key;
    result[known] = value;
    if (fieldIndex(known) < 0) warnOfMisspelling(key);
  }
  return result;
}

// Runs may be many, and their contexts have the same keys.
function warnOfMisspelling(key: string): void {
  if (looked.has(key) || looked.size >= MAX_LOOKED) return;
  looked.add(key);
  const folded = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  const meant = IDENTITY.find((name) => withinEdits(folded, name.replace('_', ''), name === 'cohort' ? 0 : 1));
  if (meant) {
    warnOnce(`run_context:${key}`, `A run was given ${key}, which is kept as metadata. Did you mean ${meant}?`);
  }
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
