import type { MetricPoint } from '../metrics-store/metrics-store.ts';
import type { ColumnBatch } from '../record/batch.ts';
import type { Projection } from '../stores/store.ts';
import { type Arm, baselineArm, type ComparedExperiment, comparisonArms } from './comparison-arms.ts';
import { type ArmComparison, type ArmSummary, armSummary, compareArms } from './comparison-numbers.ts';
import type { ExperimentMetrics } from './experiment-metrics.ts';
import { computeMetrics } from './metrics.ts';

export interface CompareOptions {
  /** What the others are compared with: a condition or an experiment's id. Default: `control` or `baseline`, else the first. */
  readonly baseline?: string | undefined;
}

/**
 * Experiments beside a baseline, descriptively: differences of what was observed, and from how many observations. It says
 * nothing about chance.
 */
export interface ExperimentComparison {
  /** `condition` when the experiments have at least two: those of one condition are its replicates, and pooled. */
  readonly by: 'condition' | 'experiment';
  readonly baseline: ArmSummary;
  /** All other arms, in the order in which they were given. */
  readonly comparisons: readonly ArmComparison[];
}

/**
 * Compares experiments with one of them, or with one of their conditions.
 *
 * Rejects with `nothing_to_compare` for fewer than two experiments and `invalid_argument` for an unknown baseline.
 */
export async function compareExperiments(
  experiments: readonly ComparedExperiment[],
  options: CompareOptions = {},
): Promise<ExperimentComparison> {
  const { by, arms } = comparisonArms(experiments);
  const baseline = baselineArm(arms, options.baseline);
  const baselineMetrics = await pooledMetrics(baseline);
  const comparisons: ArmComparison[] = [];
  for (const arm of arms) {
    if (arm !== baseline) comparisons.push(compareArms(arm, await pooledMetrics(arm), baselineMetrics));
  }
  return { by, baseline: armSummary(baseline, baselineMetrics), comparisons };
}

function pooledMetrics({ experiments }: Arm): Promise<ExperimentMetrics> {
  return computeMetrics({
    states: experiments.map(({ state }) => state),
    batches: (projection) => allBatches(experiments, projection),
    points: allPoints(experiments),
  });
}

async function* allBatches(
  experiments: readonly ComparedExperiment[],
  projection: Projection,
): AsyncGenerator<ColumnBatch> {
  for (const { batches } of experiments) yield* batches(projection);
}

async function* allPoints(experiments: readonly ComparedExperiment[]): AsyncGenerator<MetricPoint> {
  for (const { points } of experiments) if (points) yield* points();
}
