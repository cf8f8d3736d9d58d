import type { Arm } from './comparison-arms.ts';
import type { ExperimentMetrics } from './experiment-metrics.ts';

/** How many observations stand behind the numbers of an arm. */
export interface ArmCounts {
  readonly events: number;
  /** Requests with a latency. */
  readonly latency: number;
  /** Requests with a known cost. */
  readonly cost: number;
  /** Requests with an outcome. */
  readonly success: number;
}

/** One arm by itself. */
export interface ArmSummary {
  /** The condition, or the name of the experiment. */
  readonly name: string;
  readonly condition: string | null;
  readonly experiment_ids: readonly string[];
  readonly mean_latency_ms: number | null;
  readonly median_latency_ms: number | null;
  readonly total_cost_usd: number | null;
  readonly cost_per_request_usd: number | null;
  readonly success_rate: number | null;
  readonly n: ArmCounts;
}

/** A quantity in both arms. `difference` is treatment − baseline; `n` what the values are means of. */
export interface Difference {
  readonly baseline: number | null;
  readonly treatment: number | null;
  readonly difference: number | null;
  readonly n: { readonly baseline: number; readonly treatment: number };
}

/** One arm beside the baseline. A quantity that either arm lacks is null. Nothing here says whether a difference is due to chance. */
export interface ArmComparison {
  readonly name: string;
  readonly condition: string | null;
  readonly experiment_ids: readonly string[];
  /** By how many percent of the baseline's mean latency the treatment is faster; negative when it is slower. */
  readonly latency_improvement_pct: number | null;
  /** The same for the medians. */
  readonly median_latency_improvement_pct: number | null;
  /** Mean latency, treatment − baseline. */
  readonly latency_difference_ms: number | null;
  /** Total cost, treatment − baseline: grows with the number of requests and of replicates. */
  readonly cost_difference_usd: number | null;
  /** Mean cost of a request, treatment − baseline. */
  readonly cost_per_request_difference_usd: number | null;
  /** Success rate, treatment − baseline, in percentage points: from 0.90 to 0.95 is 5. */
  readonly success_rate_improvement_pct: number | null;
  readonly event_count_difference: number;
  readonly n: { readonly baseline: ArmCounts; readonly treatment: ArmCounts };
  /** What either arm has of training metrics, logged metrics and scores, by name. */
  readonly metrics: {
    /** The last values, averaged over the experiments of the arm. */
    readonly training: Readonly<Record<string, Difference>>;
    readonly logged: Readonly<Record<string, Difference>>;
    /** The means over all scores. */
    readonly scores: Readonly<Record<string, Difference>>;
  };
}

export function armSummary(arm: Arm, metrics: ExperimentMetrics): ArmSummary {
  return {
    ...identity(arm),
    mean_latency_ms: metrics.latency.mean,
    median_latency_ms: metrics.latency.median,
    total_cost_usd: metrics.cost.total,
    cost_per_request_usd: metrics.cost.mean_per_request,
    success_rate: metrics.reliability.success_rate,
    n: counts(metrics),
  };
}

export function compareArms(arm: Arm, treatment: ExperimentMetrics, baseline: ExperimentMetrics): ArmComparison {
  const points = minus(treatment.reliability.success_rate, baseline.reliability.success_rate);
  return {
    ...identity(arm),
    latency_improvement_pct: improvement(treatment.latency.mean, baseline.latency.mean),
    median_latency_improvement_pct: improvement(treatment.latency.median, baseline.latency.median),
    latency_difference_ms: minus(treatment.latency.mean, baseline.latency.mean),
    cost_difference_usd: minus(treatment.cost.total, baseline.cost.total),
    cost_per_request_difference_usd: minus(treatment.cost.mean_per_request, baseline.cost.mean_per_request),
    success_rate_improvement_pct: points === null ? null : points * 100,
    event_count_difference: treatment.summary.total_events - baseline.summary.total_events,
    n: { baseline: counts(baseline), treatment: counts(treatment) },
    metrics: {
      training: differences(lastTraining(baseline), lastTraining(treatment)),
      logged: differences(lastLogged(baseline), lastLogged(treatment)),
      scores: differences(meanScores(baseline), meanScores(treatment)),
    },
  };
}

function identity({ name, condition, experiments }: Arm): Pick<ArmSummary, 'name' | 'condition' | 'experiment_ids'> {
  return { name, condition, experiment_ids: experiments.map(({ state }) => state.id) };
}

function counts({ summary, latency, cost, reliability }: ExperimentMetrics): ArmCounts {
  return {
    events: summary.total_events,
    latency: latency.count,
    cost: cost.count,
    success: reliability.total_requests,
  };
}

function minus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

// A share of nothing, or of less than nothing, is not defined.
function improvement(treatment: number | null, baseline: number | null): number | null {
  return treatment === null || baseline === null || baseline <= 0 ? null : ((baseline - treatment) / baseline) * 100;
}

/** A value by name, and how many it is the mean of. */
type Values = ReadonlyMap<string, { readonly value: number | null; readonly n: number }>;

function lastTraining({ training }: ExperimentMetrics): Values {
  const { loss, accuracy } = training;
  return new Map(
    Object.entries({ loss, accuracy }).flatMap(([name, { last, runs }]) =>
      runs === 0 ? [] : [[name, { value: last, n: runs }]],
    ),
  );
}

function lastLogged({ training }: ExperimentMetrics): Values {
  return new Map(Object.entries(training.logged).map(([name, { last, runs }]) => [name, { value: last, n: runs }]));
}

function meanScores({ scores }: ExperimentMetrics): Values {
  return new Map(Object.entries(scores).map(([name, { mean, count }]) => [name, { value: mean, n: count }]));
}

function differences(baseline: Values, treatment: Values): Record<string, Difference> {
  const names = [...new Set([...baseline.keys(), ...treatment.keys()])].sort();
  return Object.fromEntries(
    names.map((name) => {
      const before = baseline.get(name) ?? { value: null, n: 0 };
      const after = treatment.get(name) ?? { value: null, n: 0 };
      return [
        name,
        {
          baseline: before.value,
          treatment: after.value,
          difference: minus(after.value, before.value),
          n: { baseline: before.n, treatment: after.n },
        },
      ];
    }),
  );
}
