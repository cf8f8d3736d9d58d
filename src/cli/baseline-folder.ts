import type { ComparedExperiment } from '../analysis/comparison/arms.ts';
import type { CompareOptions } from '../analysis/comparison/compare-options.ts';
import type { ExperimentComparison } from '../analysis/comparison/comparison-result.ts';
import { CrucibleError } from '../core/errors.ts';
import { observed } from '../lab/observed-status.ts';
import type { MetricPoint } from '../metrics-store/metrics-store.ts';
import type { ColumnBatch } from '../record/batch.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { OpenedStore } from './store-access.ts';

/**
 * Compares experiments with those of another folder, condition by condition (experiments without one: name by name). Of the other
 * folder those of the same study count. Where each folder has a single condition the two are compared whatever they are called.
 */
export async function acrossFolders(
  here: OpenedStore,
  ids: readonly string[],
  there: OpenedStore,
  study: string | undefined,
  options: CompareOptions,
): Promise<{ comparisons: ExperimentComparison[]; unmatched: string[] }> {
  const { compareExperiments } = await import('../analysis/comparison/compare.ts');
  const chosen = (await here.store.list()).filter(({ id }) => ids.includes(id));
  const others = (await there.store.list()).filter((state) => study === undefined || state.study === study);
  const ours = byCondition(chosen);
  const theirs = byCondition(others);
  const single = ours.size === 1 && theirs.size === 1 ? [...theirs.keys()][0] : undefined;
  const comparisons: ExperimentComparison[] = [];
  const unmatched = [...theirs.keys()].filter((name) => name !== single && !ours.has(name));
  for (const [name, states] of ours) {
    const baseline = theirs.get(single ?? name);
    if (!baseline) {
      unmatched.push(name);
      continue;
    }
    const treatment = `${name} (here)`;
    const reference = `${single ?? name} (baseline)`;
    const experiments = [
      ...(await compared(there, baseline, reference, 'baseline:')),
      ...(await compared(here, states, treatment, '')),
    ];
    comparisons.push(await compareExperiments(experiments, { ...options, baseline: reference }));
  }
  if (comparisons.length > 0) return { comparisons, unmatched };
  throw new CrucibleError('nothing_to_compare', `No condition of ${here.dir} is also in ${there.dir}.`, {
    hint: `Here: ${[...ours.keys()].join(', ') || 'none'}. There: ${[...theirs.keys()].join(', ') || 'none'}.`,
  });
}

function byCondition(states: readonly ExperimentState[]): Map<string, ExperimentState[]> {
  const groups = new Map<string, ExperimentState[]>();
  for (const state of states) {
    const name = state.condition ?? state.name;
    groups.set(name, [...(groups.get(name) ?? []), state]);
  }
  return groups;
}

// A copy of a folder has the same ids: the prefix keeps the two apart.
async function compared(
  { store, lab }: OpenedStore,
  states: readonly ExperimentState[],
  condition: string,
  prefix: string,
): Promise<ComparedExperiment[]> {
  const listed = await Promise.all(states.map((state) => observed(store, state)));
  return states.map((state, i) => ({
    state: { ...state, id: `${prefix}${state.id}`, condition },
    status: listed[i]!.status,
    batches: (projection) => renamed(store.scan(state.id, projection), `${prefix}${state.id}`),
    points: () => renamedPoints(lab.metricsStore.scan(state.id), `${prefix}${state.id}`),
  }));
}

// A scan of the local store makes its schemas for itself: they are renamed for nobody else.
async function* renamed(batches: AsyncIterable<ColumnBatch>, id: string): AsyncGenerator<ColumnBatch> {
  for await (const batch of batches) {
    const experiment: { id: string } = batch.schema.experiment;
    experiment.id = id;
    yield batch;
  }
}

async function* renamedPoints(points: AsyncIterable<MetricPoint>, id: string): AsyncGenerator<MetricPoint> {
  for await (const point of points) yield { ...point, run_id: id };
}
