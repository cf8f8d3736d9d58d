import { CrucibleError, show } from '../../core/errors.ts';
import type { MetricPoint } from '../../metrics-store/metrics-store.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import type { BatchSource } from '../rows/read-leaves.ts';

/** An experiment to compare. */
export interface ComparedExperiment {
  readonly state: ExperimentState;
  /** As it looks from outside: `crashed` and `idle` too. Default: what the state says. */
  readonly status?: string | undefined;
  readonly batches: BatchSource;
  readonly points?: (() => AsyncIterable<MetricPoint>) | undefined;
}

/** One side of a comparison: an experiment, or the replicates of a condition. */
export interface Arm {
  /** The condition, or the name of the experiment. */
  readonly name: string;
  readonly condition: string | null;
  readonly experiments: readonly ComparedExperiment[];
}

/** What the experiments are compared by, and the arms in the order in which they were given. */
export interface Arms {
  readonly by: 'condition' | 'experiment';
  readonly arms: readonly Arm[];
}

/**
 * By condition when the experiments have at least two, else one by one. An experiment without a condition is an arm of its own;
 * one that is given twice counts once. Throws `nothing_to_compare` for fewer than two arms.
 */
export function comparisonArms(given: readonly ComparedExperiment[]): Arms {
  const experiments = [...new Map(given.map((experiment) => [experiment.state.id, experiment])).values()];
  const conditions = new Set(experiments.map(({ state }) => state.condition).filter((condition) => condition !== null));
  const by = conditions.size >= 2 ? 'condition' : 'experiment';
  const groups = new Map<string, ComparedExperiment[]>();
  for (const experiment of experiments) {
    const { id, condition } = experiment.state;
    const key = by === 'condition' && condition !== null ? `condition ${condition}` : `experiment ${id}`;
    const group = groups.get(key);
    if (group) group.push(experiment);
    else groups.set(key, [experiment]);
  }
  if (groups.size < 2) {
    throw new CrucibleError(
      'nothing_to_compare',
      `There ${groups.size === 1 ? 'is one experiment' : 'are no experiments'} to compare.`,
      {
        hint: 'Give at least two experiments, or a study that has two.',
      },
    );
  }
  const arms = [...groups.values()].map((members) => {
    const { name, condition } = members[0]!.state;
    return { name: by === 'condition' ? (condition ?? name) : name, condition, experiments: members };
  });
  return { by, arms };
}

/**
 * The arm that the others are compared with: the one of that condition or with the experiment of that id; by default the condition
 * `control` or `baseline`, else the first. Throws `invalid_argument` for one that is not there.
 */
export function baselineArm(arms: readonly Arm[], wanted: string | undefined): Arm {
  const ofCondition = (name: string) => arms.find(({ condition }) => condition === name);
  if (wanted === undefined) return ofCondition('control') ?? ofCondition('baseline') ?? arms[0]!;
  const arm =
    arms.find(({ experiments }) => experiments.some(({ state }) => state.id === wanted)) ?? ofCondition(wanted);
  if (arm) return arm;
  const known = arms.flatMap(({ condition, experiments }) => [
    ...(condition === null ? [] : [condition]),
    ...experiments.map(({ state }) => state.id),
  ]);
  throw new CrucibleError('invalid_argument', `The baseline ${show(wanted)} is not among the experiments.`, {
    hint: `Name a condition or an experiment's id: ${[...new Set(known)].map(show).join(', ')}.`,
  });
}

/** The replicates that an arm has several times, in words: their runs count as one. */
export function repeatedReplicates({ name, experiments }: Arm): string[] {
  const runs = new Map<string, number>();
  for (const { state } of experiments) runs.set(state.replicate, (runs.get(state.replicate) ?? 0) + 1);
  return [...runs]
    .filter(([, count]) => count > 1)
    .map(([replicate, count]) => {
      const times = count === 2 ? 'twice' : `${count} times`;
      return `${name} has replicate ${replicate} ${times}: its runs are averaged and count as one replicate.`;
    });
}
