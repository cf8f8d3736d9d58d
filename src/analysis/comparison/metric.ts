import { CrucibleError, show } from '../../core/errors.ts';
import { requireOptions } from '../../core/options.ts';
import type { EventRecord } from '../../record/event-record.ts';
import { FIELDS, fieldIndex } from '../../record/fields.ts';
import { parsePath, pathName } from '../../record/path.ts';
import { requireChoice } from '../../stats/inference/options.ts';
import { requirePositive } from '../../stats/special/checks.ts';
import { bestDirection } from '../training/best-direction.ts';
import { TRAINING_FIELDS, type TrainingField } from '../training/training-metrics.ts';
import { type CheckedOptions, type MetricSpec, type PerMetric, refused } from './compare-options.ts';
import type { MetricKind } from './comparison-result.ts';

/** Where values come from. `named` is a score or a metric point; which one, the data say. */
export type Source =
  | { readonly from: 'success' }
  | { readonly from: 'total_tokens' }
  | { readonly from: 'field'; readonly name: string }
  | { readonly from: 'path'; readonly name: string }
  | { readonly from: 'function'; readonly of: (record: EventRecord) => number | boolean | null | undefined }
  | { readonly from: 'training'; readonly field: TrainingField }
  | { readonly from: 'score'; readonly name: string }
  | { readonly from: 'logged'; readonly name: string }
  | { readonly from: 'named'; readonly name: string };

/** A metric to compare. A kind of null is for the values to say: a rate when all are 0 or 1. */
export interface Metric {
  readonly name: string;
  readonly source: Source;
  readonly kind: MetricKind | null;
  readonly better: 'higher' | 'lower' | null;
  /** Whether nobody said so, nor the name: a score is then one of which more is better. */
  readonly isBetterAssumed: boolean;
  /** The operation whose values count; null for the default. */
  readonly event: string | null;
  /** Whether it was asked for by name: then that it has no values is said, otherwise it is left out. */
  readonly asked: boolean;
  readonly primary: boolean;
  readonly margin: number | null;
  readonly minimumEffect: number | null;
}

/** What is compared when nobody names anything; scores and metric points are added as they are met. */
export const USUAL = ['latency_ms', 'cost_usd', 'success_rate', 'total_tokens', 'loss', 'accuracy'] as const;

const KINDS: readonly MetricKind[] = ['latency', 'cost', 'mean', 'rate', 'replicate'];
const COSTS: ReadonlySet<string> = new Set([
  'cost_usd',
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cached_input_tokens',
  'reasoning_tokens',
]);
const NUMERIC = new Set(
  FIELDS.filter(
    ({ name, type }) => (type === 'number' || type === 'integer' || type === 'boolean') && name !== 'sequence',
  ).map(({ name }) => name),
);

/** The metrics of the options, or the usual ones. Throws `invalid_argument` and `unknown_field`. */
export function metricsOf(options: CheckedOptions, planned?: MetricSpec): readonly Metric[] {
  const given = options.metrics ?? USUAL;
  const asked = options.metrics !== undefined;
  const own = given.map((metric) => (typeof metric === 'string' ? { name: metric } : checkedSpec(metric)));
  const specs = planned === undefined ? own : [planned, ...own.filter((spec) => !isSame(spec, planned))];
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refused(`metrics names ${show(twice)} twice`, 'Name each metric once.');
  return specs.map((spec) => metricOf(spec, asked || spec === planned, options, specs.length === 1));
}

function isSame(one: MetricSpec, other: MetricSpec): boolean {
  return one.name === other.name || JSON.stringify(sourceOf(one)) === JSON.stringify(sourceOf(other));
}

/** A metric that was met in the data and not asked for: `scores.exact_match`, `logged.val_loss`. */
export function metricMet(source: Extract<Source, { from: 'score' | 'logged' }>, options: CheckedOptions): Metric {
  const prefix = source.from === 'score' ? 'scores' : 'logged';
  return metricOf({ name: `${prefix}.${source.name}` }, false, options, false);
}

function metricOf(spec: MetricSpec, asked: boolean, options: CheckedOptions, only: boolean): Metric {
  const { name } = spec;
  const source = sourceOf(spec);
  const perRun = source.from === 'training' || source.from === 'logged';
  if (perRun && spec.kind !== undefined && spec.kind !== 'replicate') {
    throw refused(`The kind of ${name} is ${show(spec.kind)}`, 'A run has one number of it: leave the kind out.');
  }
  const of = (option: string, own: number | undefined, all: PerMetric | undefined): number | null => {
    // A metric may be called what every object has: constructor.
    const named =
      typeof all === 'number' ? (only ? all : undefined) : all && Object.hasOwn(all, name) ? all[name] : undefined;
    if (own !== undefined && named !== undefined && own !== named) {
      throw refused(
        `The ${option} of ${name} is ${show(own)} in metrics and ${show(named)} in the options`,
        'Say it once.',
      );
    }
    return own ?? named ?? null;
  };
  const metric: Metric = {
    name,
    source,
    kind: spec.kind ?? kindOf(source),
    better: spec.better ?? betterOf(source, name) ?? (isScore(source) ? 'higher' : null),
    isBetterAssumed: spec.better === undefined && betterOf(source, name) === null && isScore(source),
    event: spec.event === undefined ? null : operationOf(spec.event),
    asked: asked || isNamed(name, options),
    primary: options.primary === undefined || options.primary.includes(name),
    margin: of('margin', spec.margin, options.margin),
    minimumEffect: of('minimumEffect', spec.minimumEffect, options.minimumEffect),
  };
  if (metric.kind === 'rate' || (source.from === 'training' && source.field === 'accuracy')) requireShares(metric);
  return metric;
}

/** Throws `invalid_argument` for a margin or a minimum effect of a share that no difference of shares is beyond. */
export function requireShares({ name, margin, minimumEffect }: Metric): void {
  for (const [option, value] of Object.entries({ margin, minimumEffect })) {
    if (value === null || value < 1) continue;
    throw refused(
      `The ${option} of ${name} is ${show(value)}, and its values are shares or 0 and 1`,
      "Give a share: 0.02 is 2 percentage points. Numbers that are no shares need kind: 'mean'.",
    );
  }
}

/** A metric by its plain name, now that it is known for a score. */
export function scoreOf(metric: Metric, name: string): Metric {
  const isBetterAssumed = metric.better === null;
  return { ...metric, source: { from: 'score', name }, better: metric.better ?? 'higher', isBetterAssumed };
}

/** Whether the options ask something of a metric of this name. */
function isNamed(name: string, { primary, margin, minimumEffect }: CheckedOptions): boolean {
  return (
    primary?.includes(name) === true ||
    [margin, minimumEffect].some((all) => typeof all === 'object' && Object.hasOwn(all, name))
  );
}

/** The event without what says how it ended: `req_llm.request` for `req_llm.request.stop`. */
export function operationOf(eventName: string): string {
  return eventName.replace(/\.(?:stop|exception)$/, '');
}

/** Where the values of a metric come from. Throws `unknown_field` for a field without numbers. */
export function sourceOf({ name, value = name }: MetricSpec): Source {
  if (typeof value === 'function') return { from: 'function', of: guarded(name, value) };
  if (value === 'success_rate' || value === 'success') return { from: 'success' };
  if (value === 'total_tokens') return { from: 'total_tokens' };
  const training = TRAINING_FIELDS.find((field) => field === value);
  if (training !== undefined) return { from: 'training', field: training };
  if (value.startsWith('scores.')) return { from: 'score', name: value.slice('scores.'.length) };
  if (value.startsWith('logged.')) return { from: 'logged', name: value.slice('logged.'.length) };
  const path = parsePath(value);
  if (path) return { from: 'path', name: pathName(path) };
  if (fieldIndex(value) < 0) return { from: 'named', name: value };
  if (NUMERIC.has(value)) return { from: 'field', name: value };
  throw new CrucibleError('unknown_field', `The field ${show(value)} holds no numbers.`, {
    hint: 'Give a numeric field, or a function of a record as value.',
  });
}

type ValueOf = Extract<Source, { from: 'function' }>['of'];

function guarded(name: string, value: ValueOf): ValueOf {
  return (record) => {
    try {
      return value(record);
    } catch (error) {
      const message = error instanceof Error ? error.message : show(error);
      throw new CrucibleError('invalid_argument', `The function of the metric ${show(name)} threw: ${message}.`, {
        hint: 'Return null for a record without a value.',
        cause: error,
      });
    }
  };
}

function kindOf(source: Source): MetricKind | null {
  switch (source.from) {
    case 'success':
      return 'rate';
    case 'total_tokens':
      return 'cost';
    case 'field':
      return source.name === 'latency_ms' ? 'latency' : COSTS.has(source.name) ? 'cost' : null;
    case 'training':
    case 'logged':
      return 'replicate';
    default:
      return null;
  }
}

function isScore({ from }: Source): boolean {
  return from === 'score';
}

function betterOf(source: Source, name: string): Metric['better'] {
  switch (source.from) {
    case 'success':
      return 'higher';
    case 'total_tokens':
      return 'lower';
    case 'field':
      return source.name === 'latency_ms' || COSTS.has(source.name) ? 'lower' : directionOf(name);
    case 'score':
      return directionOf(source.name);
    case 'training':
      return directionOf(source.field);
    case 'logged':
    case 'named':
      return directionOf(source.name);
    default:
      return directionOf(name);
  }
}

function directionOf(name: string): Metric['better'] {
  const direction = bestDirection(name);
  return direction === null ? null : direction === 'min' ? 'lower' : 'higher';
}

function checkedSpec(spec: MetricSpec): MetricSpec {
  requireOptions('A metric', spec, ['name', 'value', 'event', 'kind', 'better', 'margin', 'minimumEffect']);
  const { name, value, event, kind, better, margin, minimumEffect } = spec;
  if (typeof name !== 'string' || name === '') throw refused(`A metric has the name ${show(name)}`, 'Give it a name.');
  if (value !== undefined && typeof value !== 'string' && typeof value !== 'function') {
    throw refused(`The value of ${name} is ${show(value)}`, 'Give a field, a path or a function of a record.');
  }
  if (event !== undefined && (typeof event !== 'string' || event === '')) {
    throw refused(`The event of ${name} is ${show(event)}`, 'Give the name of an event.');
  }
  if (kind !== undefined) requireChoice('kind', kind, KINDS);
  if (better !== undefined) requireChoice('better', better, ['higher', 'lower']);
  if (margin !== undefined) requirePositive(`The margin of ${name}`, margin);
  if (minimumEffect !== undefined) requirePositive(`The minimumEffect of ${name}`, minimumEffect);
  return spec;
}
