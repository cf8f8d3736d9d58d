import { isRecord } from '../bus/records.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { EXPERIMENT_ID } from '../core/ids.ts';
import { requireOptions } from '../core/options.ts';
import { type EventNameInput, normalizeEventName } from '../events/name.ts';
import type { Enricher } from '../experiment/collector.ts';
import { type SamplingOptions, samplingDesign } from '../experiment/sampling/sampling-options.ts';
import { snapshot } from '../record/snapshot.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import { frozenPlan, type Hypothesis } from '../stores/frozen-plan.ts';

/** What an experiment is. Only the name is needed. */
export interface ExperimentOptions {
  readonly name: string;
  /** Default: a new one that sorts by time. Letters, digits, `.`, `_` and `-`. */
  readonly id?: string;
  /** Name shared by the experiments that are to be compared. */
  readonly study?: string;
  /** What sets this experiment apart in its study: `control`, `treatment`. */
  readonly condition?: string;
  /** Which of several experiments of one condition: a seed, a day. Default: the id. */
  readonly replicate?: string | number;
  /** What is expected, in a sentence or as a plan that `lab.analyze` can test. Frozen with a hash when the experiment starts. */
  readonly hypothesis?: string | Hypothesis;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Planned number of samples. Reaching it is reported by `metrics()`, not enforced. */
  readonly sampleSize?: number;
  /** Events to collect. Default `all`. */
  readonly events?: 'all' | readonly EventNameInput[];
  /** `process`: collect what is emitted outside all runs even after this experiment had runs. */
  readonly scope?: 'process';
  /** Events whose numbers make the headline of `metrics()`. Default: leaf LLM requests and inferences. */
  readonly requestEvents?: readonly EventNameInput[];
  /** Keep only a part of the events: see `SamplingOptions`. Default: keep all. */
  readonly sampling?: SamplingOptions;
  /** Functions that add to each record before it is kept, in order. They run on the caller's time. */
  readonly enrichers?: readonly Enricher[];
  /** Fields and paths whose values are never kept: `user_id`, `metadata.messages.*.content`. */
  readonly redact?: readonly string[];
}

/** Checks the options and turns them into the state of a running experiment. Throws `invalid_argument`. */
export function newState(options: ExperimentOptions, id: string, now: number): ExperimentState {
  requireOptions('startExperiment', options, OPTION_NAMES);
  const text = (name: keyof ExperimentOptions): string | null => {
    const value = options[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string' || value === '') {
      throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
        hint: 'Give text that is not empty.',
      });
    }
    return value;
  };
  const name = text('name');
  if (name === null) {
    throw new CrucibleError('invalid_argument', 'The experiment has no name.', {
      hint: "Give startExperiment({ name: '…' }).",
    });
  }
  if (typeof id !== 'string' || !EXPERIMENT_ID.test(id)) {
    throw new CrucibleError('invalid_argument', `id is ${show(id)}.`, {
      hint: 'Use letters, digits, dots, underscores and hyphens, at most 128, beginning with a letter or digit.',
    });
  }
  const { sampleSize, replicate, tags = [], events = 'all', scope } = options;
  if (sampleSize !== undefined && !(Number.isSafeInteger(sampleSize) && sampleSize > 0)) {
    throw new CrucibleError('invalid_argument', `sampleSize is ${show(sampleSize)}.`, {
      hint: 'Give a whole number above 0.',
    });
  }
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    throw new CrucibleError('invalid_argument', `tags is ${show(tags)}.`, { hint: 'Give a list of texts.' });
  }
  if (scope !== undefined && scope !== 'process') {
    throw new CrucibleError('invalid_argument', `scope is ${show(scope)}.`, {
      hint: "Give 'process', or leave it out.",
    });
  }
  if (events !== 'all' && !Array.isArray(events)) {
    throw new CrucibleError('invalid_argument', `events is ${show(events)}.`, {
      hint: "Give 'all' or a list of event names.",
    });
  }
  if (replicate !== undefined && typeof replicate !== 'string' && !Number.isFinite(replicate)) {
    throw new CrucibleError('invalid_argument', `replicate is ${show(replicate)}.`, {
      hint: 'Give text or a finite number.',
    });
  }
  const { metadata = {} } = options;
  if (!isRecord(metadata)) {
    throw new CrucibleError('invalid_argument', `metadata is ${show(metadata)}.`, { hint: 'Give a plain object.' });
  }
  const planned = { sample_size: sampleSize ?? null, request_events: requestNames(options.requestEvents) };
  const redact = [...new Set(listOfTexts('redact', options.redact))];
  return {
    id,
    name,
    study: text('study'),
    condition: text('condition'),
    replicate: replicate === undefined ? id : String(replicate),
    hypothesis: snapshot(options.hypothesis),
    plan: frozenPlan(options.hypothesis, planned, now),
    tags: [...tags],
    metadata: { ...(snapshot(metadata) as Record<string, unknown>) },
    sample_size: planned.sample_size,
    events: events === 'all' ? 'all' : [...new Set(events.map((event) => normalizeEventName(event)))],
    scope: scope ?? 'auto',
    request_events: planned.request_events,
    sampling: options.sampling === undefined ? null : samplingDesign(options.sampling, redact),
    redact,
    status: 'running',
    started_at: now,
    paused_at: null,
    pause_count: 0,
    stopped_at: null,
    archived_at: null,
    phases: [{ started_at: now, ended_at: null }],
  };
}

const OPTION_NAMES: readonly (keyof ExperimentOptions)[] = [
  'name',
  'id',
  'study',
  'condition',
  'replicate',
  'hypothesis',
  'tags',
  'metadata',
  'sampleSize',
  'events',
  'scope',
  'requestEvents',
  'sampling',
  'enrichers',
  'redact',
];

function requestNames(events: ExperimentOptions['requestEvents']): string[] | null {
  if (events === undefined) return null;
  if (!Array.isArray(events)) {
    throw new CrucibleError('invalid_argument', `requestEvents is ${show(events)}.`, {
      hint: 'Give a list of event names.',
    });
  }
  const names = [...new Set(events.map((event) => normalizeEventName(event)))];
  const start = names.find((name) => name.endsWith('.start'));
  if (start !== undefined) {
    throw new CrucibleError('invalid_argument', `requestEvents has ${show(start)}, which only begins a request.`, {
      hint: 'Give the events that end one: .stop and .exception.',
    });
  }
  return names;
}

function listOfTexts(name: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
    hint: 'Give a list of fields and paths.',
  });
}
