import type { ExperimentState } from '../stores/experiment-state.ts';
import type { Store } from '../stores/store.ts';

/** All experiments of the studies that these belong to. */
export async function studiesOf(store: Store, states: readonly ExperimentState[]): Promise<ExperimentState[]> {
  const studies = new Set(states.map(({ study }) => study));
  return (await store.list()).filter(({ study }) => study !== null && studies.has(study));
}
