import { CrucibleError, show } from '../../core/errors.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import type { FrozenPlan } from '../../stores/frozen-plan.ts';
import type { ComparedExperiment } from '../comparison/arms.ts';
import { compareExperiments } from '../comparison/compare.ts';
import type { CompareOptions, MetricSpec } from '../comparison/compare-options.ts';
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
 * Tests the hypothesis of a study as it was planned: metric, direction, margin, alpha and power come from the plan of the experiment that
 * started first, whatever the options say; an option that contradicts it is told as a deviation and not followed.
 *
 * Rejects with `invalid_argument` where no experiment has a hypothesis that names a metric, and as `compare` does.
 */
export async function analyzeExperiments(
  experiments: readonly ComparedExperiment[],
  options: AnalyzeOptions = {},
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
  };
  const { margin: margins, ...rest } = options;
  const others = Object.entries(typeof margins === 'object' ? margins : {}).filter(([own]) => own !== name);
  const comparison = await compareExperiments(
    experiments,
    { ...rest, margin: Object.fromEntries(others), primary: [name], alpha, power },
    spec,
  );
  const firstEventAt = new Map(
    comparison.arms.flatMap((arm) => arm.experiments.map(({ id, first_event_at }) => [id, first_event_at] as const)),
  );
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
    return { treatment, ...outcomeOf(plan, result, isDoubtful), result };
  });
  return {
    plan,
    outcome: together(outcomes.map(({ outcome }) => outcome)),
    outcomes,
    deviations: [
      ...deviationsFrom(plan, states, firstEventAt),
      ...shortfallsFrom(comparison),
      ...contradictions(plan, options),
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

function contradictions(plan: FrozenPlan, options: AnalyzeOptions): Deviation[] {
  const { alpha, power, margin, primary } = options;
  const ownMargin = typeof margin === 'object' ? margin[plan.metric!] : margin;
  const asked: [string, unknown, unknown][] = [
    ['alpha', plan.alpha, alpha],
    ['power', plan.power, power],
    ['margin', plan.margin, ownMargin],
    ['primary', [plan.metric], primary],
  ];
  return asked
    .filter(([, planned, actual]) => actual !== undefined && JSON.stringify(planned) !== JSON.stringify(actual))
    .map(([what, planned, actual]) => ({
      what: `${what} asked for at the analysis, and not followed`,
      planned,
      actual,
      after_data: true,
    }));
}
