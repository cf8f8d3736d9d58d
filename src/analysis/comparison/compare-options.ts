import { CrucibleError, show } from '../../core/errors.ts';
import { requireOptions } from '../../core/options.ts';
import type { EventRecord } from '../../record/event-record.ts';
import type { Adjustment } from '../../stats/inference/adjust-p-values.ts';
import { requireChoice } from '../../stats/inference/options.ts';
import { requireFraction, requirePositive } from '../../stats/special/checks.ts';
import { CORRECTIONS } from '../../stores/frozen-plan.ts';
import type { MetricKind } from './comparison-result.ts';

/** A number for each metric by its name; or one number, where one metric is compared. */
export type PerMetric = number | Readonly<Record<string, number>>;

/** A metric that is not known by its name, or is to be compared otherwise than by default. */
export interface MetricSpec {
  readonly name: string;
  /** Where its values come from: a field, a path (`measurements.score`) or a function of a record. Default: the name. */
  readonly value?: string | ((record: EventRecord) => number | boolean | null | undefined);
  /** Take the values of events of this operation only: `my_app.retrieval`, with or without `.stop`. Default: the leaf requests. */
  readonly event?: string;
  readonly kind?: MetricKind;
  /** Which values are better. Default: what the name says. */
  readonly better?: 'higher' | 'lower';
  readonly margin?: number;
  readonly minimumEffect?: number;
}

/** How experiments are compared. Everything has a default. */
export interface CompareOptions {
  /** What the others are compared with: a condition or an experiment's id. Default: `control` or `baseline`, else the first. */
  readonly baseline?: string | undefined;
  /**
   * What is compared: `latency_ms`, `cost_usd`, `success_rate`, `input_tokens`, `output_tokens`, `total_tokens`, `loss`, `accuracy`, any numeric
   * field or path, `scores.<name>`, `logged.<name>` for metric points, or a `MetricSpec`. Default: what there is of latency, cost,
   * success, total tokens, loss, accuracy, scores and metric points.
   */
  readonly metrics?: readonly (string | MetricSpec)[] | undefined;
  /** The metrics that the conclusion rests on; their p-values are corrected together, the others are exploratory. Default: all. */
  readonly primary?: readonly string[] | undefined;
  /** What makes events of two arms a pair. Default `sample_id`. Whatever is in both arms is paired. */
  readonly pairBy?: string | undefined;
  /**
   * The field or path of groups that are not independent; an item without one is an error. null: there are none. Default: `user_id`,
   * else `session_id`, where every item has one and there are at least two.
   */
  readonly clusterBy?: string | null | undefined;
  /** How often a difference may be found where there is none, over all primary metrics together. Default 0.05. */
  readonly alpha?: number | undefined;
  /** Default `holm`. */
  readonly correction?: Adjustment | undefined;
  /** Differences up to this are called equivalent: a share of the baseline for latency (0.1 is 10 %), else in the unit of the metric. */
  readonly margin?: PerMetric | undefined;
  /** The smallest difference worth finding, in the terms of `margin`, for the samples needed. Default: the margin. */
  readonly minimumEffect?: PerMetric | undefined;
  /** Of the samples needed. Default 0.8. */
  readonly power?: number | undefined;
  /** Quantiles of latency whose differences are given. Default [0.5, 0.95]. */
  readonly quantiles?: readonly number[] | undefined;
  /** Default 1. Equal data, options and seed give an equal result. */
  readonly seed?: number | undefined;
  /** Of a bootstrap. Default 9999. */
  readonly resamples?: number | undefined;
  /**
   * No more data will come: an experiment that stopped before its `sampleSize` is analysed as it is, and a warning says so. An experiment
   * that has not stopped is then an error. Default false: such data are interim.
   */
  readonly final?: boolean | undefined;
  /** The shares in which units were assigned to the arms, by the arms' names, and what was assigned: `user_id`. */
  readonly sampleRatio?: { readonly unit: string; readonly ratio: Readonly<Record<string, number>> } | undefined;
}

const NAMES: readonly (keyof CompareOptions)[] = [
  'baseline',
  'metrics',
  'primary',
  'pairBy',
  'clusterBy',
  'alpha',
  'correction',
  'margin',
  'minimumEffect',
  'power',
  'quantiles',
  'seed',
  'resamples',
  'final',
  'sampleRatio',
];

/** What is taken where nothing is said, of what decides about a verdict. */
export const DEFAULTS = {
  alpha: 0.05,
  correction: 'holm',
  power: 0.8,
  seed: 1,
  resamples: 9999,
  pairBy: 'sample_id',
} as const;

/** What is left to the data is undefined. */
export interface CheckedOptions extends CompareOptions {
  readonly pairBy: string;
  readonly alpha: number;
  readonly correction: Adjustment;
  readonly power: number;
  readonly quantiles: readonly number[];
  readonly seed: number;
  readonly resamples: number;
  readonly final: boolean;
}

/** Options with their defaults. Throws `invalid_argument` for those that make no sense, alone or together. */
export function checkedOptions(options: CompareOptions): CheckedOptions {
  requireOptions('compare', options, NAMES);
  const {
    alpha = DEFAULTS.alpha,
    correction = DEFAULTS.correction,
    power = DEFAULTS.power,
    quantiles = [0.5, 0.95],
    seed = DEFAULTS.seed,
    resamples = DEFAULTS.resamples,
    pairBy = DEFAULTS.pairBy,
    final = false,
    clusterBy,
    metrics,
    primary,
  } = options;
  requireFraction('alpha', alpha);
  requireFraction('power', power);
  if (alpha >= 0.5 || power <= alpha) {
    throw refused(`alpha is ${show(alpha)} and power ${show(power)}`, 'Give an alpha below 0.5 and a power above it.');
  }
  requireChoice('correction', correction, CORRECTIONS);
  if (!Number.isFinite(seed)) throw refused(`seed is ${show(seed)}`, 'Give a finite number.');
  if (!(Number.isInteger(resamples) && resamples >= 99)) {
    throw refused(`resamples is ${show(resamples)}`, 'Give a whole number of at least 99.');
  }
  if (typeof final !== 'boolean') throw refused(`final is ${show(final)}`, 'Give true or false.');
  if (!Array.isArray(quantiles) || !quantiles.every((q) => typeof q === 'number' && q > 0 && q < 1)) {
    throw refused(`quantiles is ${show(quantiles)}`, 'Give a list of numbers between 0 and 1.');
  }
  for (const [name, value] of Object.entries({ pairBy, clusterBy: clusterBy ?? 'none' })) {
    if (typeof value !== 'string' || value === '')
      throw refused(`${name} is ${show(value)}`, 'Name a field or a path.');
  }
  if (clusterBy === pairBy) {
    throw refused(
      `clusterBy and pairBy are both ${show(pairBy)}`,
      'Repeats of a sample are averaged: leave clusterBy out.',
    );
  }
  if (metrics !== undefined && (!Array.isArray(metrics) || metrics.length === 0)) {
    throw refused(`metrics is ${show(metrics)}`, 'Give a list of names, or leave it out.');
  }
  if (primary !== undefined && (!Array.isArray(primary) || primary.length === 0)) {
    throw refused(`primary is ${show(primary)}`, 'Give a list of names of metrics, or leave it out.');
  }
  for (const [name, list] of Object.entries({ primary, quantiles })) {
    const twice = list?.find((item, i) => list.indexOf(item as never) !== i);
    if (twice !== undefined) throw refused(`${name} has ${show(twice)} twice`, 'Say each once.');
  }
  checkPerMetric('margin', options.margin);
  checkPerMetric('minimumEffect', options.minimumEffect);
  checkRatio(options.sampleRatio);
  return { ...options, pairBy, alpha, correction, power, quantiles: [...quantiles], seed, resamples, final };
}

function checkPerMetric(name: string, value: PerMetric | undefined): void {
  if (value === undefined) return;
  if (typeof value === 'number') requirePositive(name, value);
  else if (typeof value !== 'object' || value === null) throw refused(`${name} is ${show(value)}`, 'Give a number.');
  else for (const [metric, own] of Object.entries(value)) requirePositive(`${name} of ${metric}`, own);
}

function checkRatio(sampleRatio: CompareOptions['sampleRatio']): void {
  if (sampleRatio === undefined) return;
  requireOptions('sampleRatio', sampleRatio, ['unit', 'ratio']);
  const { unit, ratio } = sampleRatio;
  if (typeof unit === 'string' && unit !== '' && typeof ratio === 'object' && ratio !== null) return;
  throw refused(
    `sampleRatio is ${show(sampleRatio)}`,
    "Give { unit: 'user_id', ratio: { control: 1, treatment: 1 } }.",
  );
}

export function refused(what: string, hint: string): CrucibleError {
  return new CrucibleError('invalid_argument', `${what}.`, { hint });
}
