import { CrucibleError, show } from '../../core/errors.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import type { FrozenPlan } from '../../stores/frozen-plan.ts';
import { type Arm, baselineArm, type ComparedExperiment, comparisonArms } from '../comparison/arms.ts';
import { compareExperiments } from '../comparison/compare.ts';
import { type CompareOptions, DEFAULTS, type MetricSpec } from '../comparison/compare-options.ts';
import type { ExperimentComparison, MetricComparison } from '../comparison/comparison-result.ts';
import { type Deviation, deviationsFrom, shortfallsFrom } from './deviations.ts';
import { type HypothesisOutcome, outcomeOf } from './outcome.ts';

/** What became of the hypothesis in one treatment. */
export interface TreatmentOutcome {
  readonly treatment: string;
  readonly outcome: HypothesisOutcome;
  readonly reason: string;
  /**
   * p of what the plan claims, corrected over treatments: supported needs it at or below alpha. `higher`, `lower`: two-sided, of "there is
   * no difference". `equivalent`: of "the difference is beyond the margin", the larger one of two one-sided tests. `not_worse`: one-sided,
   * of "it is worse by the margin or more". null where it could not be tested; of interim data only the first is there.
   */
  readonly claim_p_value: number | null;
  readonly result: MetricComparison;
}

/** A study held against the plan that was frozen at its start. */
export interface HypothesisAnalysis {
  readonly plan: FrozenPlan;
  /** Of all treatments together: supported by each, or supported by none and open in none; else inconclusive. */
  readonly outcome: HypothesisOutcome;
  readonly outcomes: readonly TreatmentOutcome[];
  /** What is not as planned. What was changed after data were seen speaks against the outcome. */
  readonly deviations: readonly Deviation[];
  /** The comparison behind it; the metric of the plan is the only primary one. */
  readonly comparison: ExperimentComparison;
}

/** What does not touch the plan. */
export type AnalyzeOptions = CompareOptions;

/**
 * Tests the hypothesis of a study as it was planned: metric, direction, margin, alpha and power, and what it says of baseline, pairs,
 * clusters and correction come from the plan of the experiment that started first, whatever the options say. An option that contradicts it is
 * told as a deviation and not followed; one on which it is silent is followed, and told where it is not the default. `study` are all
 * experiments of the studies compared: those left out are told.
 *
 * Rejects with `invalid_argument` where no experiment has a hypothesis that names a metric, and as `compare` does.
 */
export async function analyzeExperiments(
  experiments: readonly ComparedExperiment[],
  options: AnalyzeOptions = {},
  study: readonly ExperimentState[] = [],
): Promise<HypothesisAnalysis> {
  const states = inOrder(experiments.map(({ state }) => state));
  const plan = plannedFirst(states);
  if (!plan?.metric || plan.alpha === null || plan.power === null || plan.direction === null) {
    throw new CrucibleError('invalid_argument', 'No experiment has a hypothesis that can be tested.', {
      hint: "Start them with hypothesis: { statement, metric: 'success_rate', direction: 'higher' }.",
    });
  }
  const { metric: name, alpha, power, margin, direction } = plan;
  const spec: MetricSpec = {
    name,
    ...(margin !== null && { margin }),
    ...(direction === 'higher' || direction === 'lower' ? { better: direction } : {}),
    ...(plan.better !== undefined && { better: plan.better }),
  };
  const { margin: margins, ...rest } = options;
  const others = Object.entries(typeof margins === 'object' ? margins : {}).filter(([own]) => own !== name);
  const comparison = await compareExperiments(
    experiments,
    { ...rest, ...arrangementOf(plan), margin: Object.fromEntries(others), primary: [name], alpha, power },
    spec,
  );
  const seen = new Map(comparison.arms.flatMap((arm) => arm.experiments.map((own) => [own.id, own] as const)));
  const isDoubtful = comparison.sample_ratio?.mismatch === true;
  const outcomes = comparison.comparisons.map(({ name: treatment, metrics }): TreatmentOutcome => {
    const result = metrics[name];
    if (!result) {
      throw new CrucibleError(
        'invalid_argument',
        `The metric ${show(name)} has several operations: ${Object.keys(metrics).join(', ')}.`,
        {
          hint: 'Plan for one of them, or set requestEvents.',
        },
      );
    }
    return { treatment, ...outcomeOf(plan, result, isDoubtful, comparison.comparisons.length), result };
  });
  return {
    plan,
    outcome: together(outcomes.map(({ outcome }) => outcome)),
    outcomes,
    deviations: [
      ...deviationsFrom(plan, states, study, seen),
      ...shortfallsFrom(comparison),
      ...contradictions(plan, options),
      ...departures(plan, options, comparisonArms(experiments).arms),
    ],
    comparison,
  };
}

/** The plan that a study is held against: that of the experiment that started first, of those whose hypothesis names a metric. */
export function plannedFirst(states: readonly ExperimentState[]): FrozenPlan | null {
  return inOrder(states).find(({ plan }) => plan && plan.metric !== null)?.plan ?? null;
}

function inOrder(states: readonly ExperimentState[]): ExperimentState[] {
  return [...states].sort((a, b) => a.started_at - b.started_at || (a.id < b.id ? -1 : 1));
}

function together(outcomes: readonly HypothesisOutcome[]): HypothesisOutcome {
  const [first] = outcomes;
  return first !== undefined && outcomes.every((outcome) => outcome === first) ? first : 'inconclusive';
}

/** What a plan says of the options of `compare` that may be left to their defaults. */
function arrangementOf({ baseline, pair_by, cluster_by, correction }: FrozenPlan): CompareOptions {
  return {
    ...(baseline !== undefined && { baseline }),
    ...(pair_by !== undefined && { pairBy: pair_by }),
    ...(cluster_by !== undefined && { clusterBy: cluster_by }),
    ...(correction !== undefined && { correction }),
  };
}

function contradictions(plan: FrozenPlan, options: AnalyzeOptions): Deviation[] {
  const { alpha, power, margin, primary, metrics } = options;
  const ownMargin = typeof margin === 'object' ? margin[plan.metric!] : margin;
  const spec = metrics?.find((metric) => typeof metric === 'object' && metric.name === plan.metric);
  const asked: [string, unknown, unknown][] = [
    ['alpha', plan.alpha, alpha],
    ['power', plan.power, power],
    ['margin', plan.margin, ownMargin],
    ['primary', [plan.metric], primary],
    ['metrics', plan.metric, spec],
    ...Object.entries(arrangementOf(plan)).map(([name, planned]): [string, unknown, unknown] => [
      name,
      planned,
      options[name as keyof AnalyzeOptions],
    ]),
  ];
  return asked.filter(isOther).map(([what, planned, actual]) => ({
    what: `${what} asked for at the analysis, and not followed`,
    planned,
    actual,
    after_data: true,
  }));
}

/** Options on which the plan is silent, where they are not the default. */
function departures(plan: FrozenPlan, options: AnalyzeOptions, arms: readonly Arm[]): Deviation[] {
  const planned = arrangementOf(plan);
  const usual = baselineArm(arms, undefined);
  const isUsual = options.baseline === undefined || baselineArm(arms, options.baseline) === usual;
  const silent: [keyof AnalyzeOptions, unknown, unknown][] = [
    ['baseline', usual.name, isUsual ? undefined : options.baseline],
    ['pairBy', DEFAULTS.pairBy, options.pairBy],
    ['clusterBy', 'user_id, else session_id', options.clusterBy],
    ['correction', DEFAULTS.correction, options.correction],
    ['seed', DEFAULTS.seed, options.seed],
    ['resamples', DEFAULTS.resamples, options.resamples],
  ];
  return silent
    .filter(([name]) => planned[name] === undefined)
    .filter(isOther)
    .map(([what, usually, actual]) => ({
      what: `${what} chosen at the analysis, of which the plan says nothing`,
      planned: usually,
      actual,
      after_data: true,
    }));
}

function isOther([, planned, actual]: readonly [string, unknown, unknown]): boolean {
  return actual !== undefined && JSON.stringify(planned) !== JSON.stringify(actual);
}
