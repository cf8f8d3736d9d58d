import type { ComparedExperiment } from '../../../src/analysis/comparison/arms.ts';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import type { CompareOptions } from '../../../src/analysis/comparison/compare-options.ts';
import type { ExperimentComparison, MetricComparison } from '../../../src/analysis/comparison/comparison-result.ts';
import type { ExperimentState } from '../../../src/stores/experiment-state.ts';
import { type Emitted, points, recorded } from '../recorded.ts';

export type ArmOptions = Partial<ExperimentState> & {
  readonly logged?: readonly { readonly metric: string; readonly value: number }[];
};

/** A stopped experiment of a condition, with those events. */
export async function experiment(
  condition: string,
  emitted: readonly Emitted[],
  { logged, ...options }: ArmOptions = {},
): Promise<ComparedExperiment> {
  const id = options.id ?? condition;
  const { state, batches } = await recorded(emitted, {
    id,
    name: id,
    condition,
    replicate: id,
    status: 'stopped',
    ...options,
  });
  return { state, batches, points: () => points(...(logged ?? []).map((point) => ({ ...point, run_id: id }))) };
}

/** A request of a sample. */
export function ask(
  sample: string | number | undefined,
  m: Record<string, unknown> = {},
  d: Record<string, unknown> = {},
  name = 'req_llm.request.stop',
): Emitted {
  const sample_id = sample === undefined ? {} : { sample_id: `s${sample}` };
  return { name, at: 1, m, d: { ...sample_id, ...d } };
}

/** Control beside treatment. */
export async function compared(
  control: readonly Emitted[],
  treatment: readonly Emitted[],
  options: CompareOptions = {},
): Promise<ExperimentComparison> {
  return compareExperiments([await experiment('control', control), await experiment('treatment', treatment)], options);
}

/** One metric of the only treatment. */
export async function metricOf(
  name: string,
  control: readonly Emitted[],
  treatment: readonly Emitted[],
  options: CompareOptions = {},
): Promise<MetricComparison> {
  return only(await compared(control, treatment, options), name);
}

export function only(comparison: ExperimentComparison, name: string): MetricComparison {
  const found = comparison.comparisons[0]!.metrics[name];
  if (!found) throw new Error(`No ${name} among ${Object.keys(comparison.comparisons[0]!.metrics).join(', ')}.`);
  return found;
}
