import { createRequire } from 'node:module';
import { CrucibleError, show } from '../core/errors.ts';
import { requireOptions } from '../core/options.ts';
import type { Adjustment } from '../stats/inference/adjust-p-values.ts';

/** Where the treatment's metric is expected. `equivalent`: within the margin; `not_worse`: worse by less than the margin. */
export type HypothesisDirection = 'higher' | 'lower' | 'equivalent' | 'not_worse';

/** A hypothesis that can be tested, as it is given at the start. */
export interface Hypothesis {
  readonly statement: string;
  /** Name of the metric that decides, as `compare` knows it: `success_rate`, `latency_ms`, `scores.exact_match`. */
  readonly metric: string;
  readonly direction: HypothesisDirection;
  /** Differences up to this do not matter: a share for latency (0.1 is 10 %), else in the unit of the metric. Needed by the last two directions. */
  readonly margin?: number;
  /** Default 0.05. */
  readonly alpha?: number;
  /** Of the samples needed. Default 0.8. */
  readonly power?: number;
  /**
   * Which values are the better ones, for `equivalent` and `not_worse`: needed where the name of the metric does not say it, as
   * `scores.toxicity` and `latency_ms` do. `higher` and `lower` say it themselves.
   */
  readonly better?: 'higher' | 'lower';
  /** What the others are compared with: a condition or an experiment's id. This and what follows: as `compare` takes it, with its default. */
  readonly baseline?: string;
  readonly pairBy?: string;
  readonly clusterBy?: string | null;
  readonly correction?: Adjustment;
}

/** A plan as it was frozen when its experiment started. What a statement alone leaves open is null. */
export interface FrozenPlan {
  readonly statement: string;
  readonly metric: string | null;
  readonly direction: HypothesisDirection | null;
  readonly margin: number | null;
  readonly alpha: number | null;
  readonly power: number | null;
  readonly sample_size: number | null;
  readonly request_events: readonly string[] | null;
  /** This and the four that follow are there where they were given, and else left to the defaults of `compare`. */
  readonly better?: 'higher' | 'lower';
  readonly baseline?: string;
  readonly pair_by?: string;
  readonly cluster_by?: string | null;
  readonly correction?: Adjustment;
  /** Microseconds since the Unix epoch. */
  readonly frozen_at: number;
  /** Of all fields above but the time, so that equal plans have equal hashes. */
  readonly sha256: string;
}

export const CORRECTIONS: readonly Adjustment[] = ['none', 'bonferroni', 'holm', 'hochberg', 'hommel', 'bh', 'by'];

const DIRECTIONS: readonly HypothesisDirection[] = ['higher', 'lower', 'equivalent', 'not_worse'];
const OPTIONS: readonly (keyof Hypothesis)[] = [
  'statement',
  'metric',
  'direction',
  'margin',
  'alpha',
  'power',
  'better',
  'baseline',
  'pairBy',
  'clusterBy',
  'correction',
];
const STATED = [
  'statement',
  'metric',
  'direction',
  'margin',
  'alpha',
  'power',
  'sample_size',
  'request_events',
] as const;
const GIVEN = ['better', 'baseline', 'pair_by', 'cluster_by', 'correction'] as const;
/** What a plan says: all but when it was frozen, and its hash. */
export const PLAN_FIELDS = [...STATED, ...GIVEN] as const;
/** Metrics that are shares whatever their values. */
const RATES: ReadonlySet<string> = new Set(['success_rate', 'success', 'accuracy']);

/** Checks a hypothesis and freezes it; null without one. Throws `invalid_argument`. */
export function frozenPlan(
  hypothesis: string | Hypothesis | null | undefined,
  planned: Pick<FrozenPlan, 'sample_size' | 'request_events'>,
  now: number,
): FrozenPlan | null {
  if (hypothesis === undefined || hypothesis === null) return null;
  const open = { metric: null, direction: null, margin: null, alpha: null, power: null };
  const plan =
    typeof hypothesis === 'string' ? { statement: text('hypothesis', hypothesis), ...open } : checked(hypothesis);
  const whole = { ...plan, ...planned, frozen_at: now, sha256: '' };
  return { ...whole, sha256: planHash(whole) };
}

/** What the hash of a plan must be. */
export function planHash(plan: FrozenPlan): string {
  const fields = STATED.map((name) => plan[name]);
  // Plans were hashed without these before they could be given: a plan that does not have them still is.
  const given = Object.fromEntries(GIVEN.flatMap((name) => (plan[name] === undefined ? [] : [[name, plan[name]]])));
  const content = JSON.stringify(Object.keys(given).length === 0 ? fields : [...fields, given]);
  // Loaded with the first plan, so that importing the package does without.
  const { createHash } = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
  return createHash('sha256').update(content).digest('hex');
}

function checked(hypothesis: Hypothesis): Omit<FrozenPlan, 'sample_size' | 'request_events' | 'frozen_at' | 'sha256'> {
  requireOptions('hypothesis', hypothesis, OPTIONS);
  const { direction, margin, alpha = 0.05, power = 0.8 } = hypothesis;
  const statement = text('statement', hypothesis.statement);
  const metric = text('metric', hypothesis.metric);
  if (!DIRECTIONS.includes(direction)) {
    throw refused(`direction is ${show(direction)}`, `Give one of ${DIRECTIONS.map(show).join(', ')}.`);
  }
  if (margin !== undefined && !(margin > 0 && Number.isFinite(margin))) {
    throw refused(`margin is ${show(margin)}`, 'Give a positive number.');
  }
  if (margin !== undefined && margin >= 1 && RATES.has(metric)) {
    throw refused(`the margin of ${metric} is ${show(margin)}`, 'Give a share: 0.02 is 2 percentage points.');
  }
  if (margin === undefined && (direction === 'equivalent' || direction === 'not_worse')) {
    throw refused(
      `a direction of ${show(direction)} has no margin`,
      'Say which differences do not matter: { margin }.',
    );
  }
  if (!(alpha > 0 && alpha < 0.5)) throw refused(`alpha is ${show(alpha)}`, 'Give a fraction below 0.5, such as 0.05.');
  if (!(power > alpha && power < 1)) {
    throw refused(`power is ${show(power)}`, 'Give a fraction above alpha, such as 0.8.');
  }
  const { better } = hypothesis;
  if (better !== undefined && better !== 'higher' && better !== 'lower') {
    throw refused(`better is ${show(better)}`, "Give 'higher' or 'lower'.");
  }
  if (better !== undefined && direction !== 'equivalent' && direction !== 'not_worse') {
    throw refused(`a direction of ${show(direction)} has better too`, 'Leave it out: the direction says it.');
  }
  return {
    statement,
    metric,
    direction,
    margin: margin ?? null,
    alpha,
    power,
    ...(better !== undefined && { better }),
    ...arrangement(hypothesis),
  };
}

function arrangement({
  baseline,
  pairBy,
  clusterBy,
  correction,
}: Hypothesis): Pick<FrozenPlan, Exclude<(typeof GIVEN)[number], 'better'>> {
  if (correction !== undefined && !CORRECTIONS.includes(correction)) {
    throw refused(`correction is ${show(correction)}`, `Give one of ${CORRECTIONS.map(show).join(', ')}.`);
  }
  return {
    ...(baseline !== undefined && { baseline: text('baseline', baseline) }),
    ...(pairBy !== undefined && { pair_by: text('pairBy', pairBy) }),
    ...(clusterBy !== undefined && { cluster_by: clusterBy === null ? null : text('clusterBy', clusterBy) }),
    ...(correction !== undefined && { correction }),
  };
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw refused(`${name} is ${show(value)}`, 'Give text that is not empty, or { statement, metric, direction, … }.');
}

function refused(what: string, hint: string): CrucibleError {
  return new CrucibleError('invalid_argument', `The hypothesis cannot be tested: ${what}.`, { hint });
}
