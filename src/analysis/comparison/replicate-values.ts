import { bySource } from '../../events/training-source.ts';
import { weightedMean } from '../../stats/sampling/weighted-estimate.ts';
import { sum } from '../../stats/sum.ts';
import type { MissingCause } from './comparison-result.ts';
import { ArmItems, type Selection, type Transform } from './items/arm-items.ts';
import { ArmRoom } from './items/arm-room.ts';
import { samplesWithValue } from './items/arranged.ts';
import type { ReplicateValue } from './items/replicate-items.ts';
import { weightedItems } from './items/weighted-items.ts';
import type { ExperimentRows } from './reading/experiment-rows.ts';

export type ArmRows = readonly ExperimentRows[];

/** For each experiment of an arm which replicate it is of: the place of the first experiment of the same one. */
export function replicateNumbers(arm: ArmRows): number[] {
  const names = arm.map(({ state }) => state.replicate);
  return names.map((name) => names.indexOf(name));
}

/** One number for each experiment: the mean of its samples, repeats averaged first, and of its rows without a sample. */
export function replicateValues(
  arm: ArmRows,
  selections: readonly Selection[],
  transform: Transform,
  samples: number,
): ReplicateValue[] {
  const room = new ArmRoom(samples);
  return arm.map(({ state }, i) => {
    const selection = selections[i]!;
    if (selection.table?.inclusion) {
      const own = { candidate: -1, replicates: null, firstFree: samples };
      const { values, inclusion } = weightedItems([selection], transform, own, samples);
      const { estimate } = weightedMean(values, inclusion);
      return { label: state.replicate, value: estimate, cause: estimate === null ? 'no_value' : null };
    }
    const items = new ArmItems(room, 0, [selection], transform);
    const own = Float64Array.from(samplesWithValue(items), (sample) => items.value(sample));
    const n = own.length + items.looseValues.length;
    const value = n === 0 ? null : (sum(own) + sum(items.looseValues)) / n;
    return { label: state.replicate, value, cause: value === null ? 'no_value' : null };
  });
}

/** The last training value, or metric point, of each experiment. */
export function lastValues(
  arm: ArmRows,
  latest: (experiment: ExperimentRows) => { readonly value: number } | undefined,
): ReplicateValue[] {
  return arm.map((experiment) => {
    const found = latest(experiment);
    const finite = found !== undefined && Number.isFinite(found.value);
    const cause: MissingCause | null = found === undefined ? 'no_value' : finite ? null : 'not_finite';
    return { label: experiment.state.replicate, value: finite ? found.value : null, cause };
  });
}

/** The last value of a training field in an experiment, of one kind of event: see `bySource`. */
export function lastTraining(
  { training }: ExperimentRows,
  metric: string,
  event: string | null,
): { readonly operation: string; readonly value: number } | undefined {
  const found = [...(training.get(metric) ?? [])]
    .filter(([operation]) => event === null || operation === event)
    .sort(([a], [b]) => bySource(a, b));
  const first = found[0];
  return first && { operation: first[0], value: first[1].value };
}
