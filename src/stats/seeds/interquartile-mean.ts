import { CrucibleError } from '../../core/errors.ts';
import { finiteValues, type Sample } from '../finite.ts';
import type { DroppedCounts } from '../inference/test-result.ts';
import { type BootstrapOptions, type BootstrapResult, bootstrapResult } from '../resampling/bootstrap-result.ts';
import type { Part } from '../resampling/jackknife.ts';
import { unitsOf } from '../resampling/units.ts';
import { sum } from '../sum.ts';

/** The scores of the runs (seeds) of each task. */
export type TaskScores = readonly Sample[];

const FEW_RUNS = 5;

/**
 * The mean of the middle half: the values without ⌊n/4⌋ at either end. `null` of no values. The values must be finite, and are
 * not changed. `scipy.stats.trim_mean(values, 0.25)`.
 */
export function interquartileMean(values: ArrayLike<number>): number | null {
  const count = values.length;
  if (count === 0) return null;
  const cut = Math.floor(count / 4);
  const sorted = Float64Array.from(values).sort();
  return sum(sorted.subarray(cut, count - cut)) / (count - 2 * cut);
}

/**
 * The interquartile mean over all runs and tasks, as Agarwal and others advise for few seeds ("Deep reinforcement learning at the edge
 * of the statistical precipice", NeurIPS 2021): with the percentile interval of a bootstrap that draws runs within each
 * task. The scores must be on one scale, such as normalised ones. Scores that are not finite are left out and counted.
 *
 * `null`, with the reason, where there are fewer than two runs or all are equal. Options as `bootstrap`. Throws `invalid_argument`
 * for no tasks.
 */
export function interquartileMeanOverSeeds(
  tasks: TaskScores,
  options: Omit<BootstrapOptions, 'method'> = {},
): BootstrapResult {
  const arm = armOf(tasks);
  const statistic = ([values]: readonly Float64Array[]): number | null => interquartileMean(values!);
  const subject = { kind: 'interquartile mean', n: [arm.part.units.rows], n_pairs: null, dropped: arm.dropped };
  return warned([arm], bootstrapResult([arm.part], statistic, subject, { ...options, method: 'percentile' }));
}

/** The difference of two interquartile means over the same tasks, second minus first: see `interquartileMeanOverSeeds`. */
export function interquartileMeanDifference(
  first: TaskScores,
  second: TaskScores,
  options: Omit<BootstrapOptions, 'method'> = {},
): BootstrapResult {
  if (first.length !== second.length) {
    throw new CrucibleError('invalid_argument', `There are ${first.length} and ${second.length} tasks.`, {
      hint: 'Give the scores of the same tasks.',
    });
  }
  const [from, to] = [armOf(first), armOf(second)];
  const statistic = ([a, b]: readonly Float64Array[]): number | null => {
    const [low, high] = [interquartileMean(a!), interquartileMean(b!)];
    return low === null || high === null ? null : high - low;
  };
  const subject = {
    kind: 'difference in interquartile means',
    n: [from.part.units.rows, to.part.units.rows],
    n_pairs: null,
    dropped: { not_finite: from.dropped.not_finite + to.dropped.not_finite, unpaired: 0 },
  };
  const parts = [from.part, to.part];
  return warned(
    [from, to],
    bootstrapResult(parts, statistic, subject, { nullValue: 0, ...options, method: 'percentile' }),
  );
}

interface Arm {
  readonly part: Part;
  /** Runs of the task that has the fewest. */
  readonly fewest: number;
  readonly dropped: DroppedCounts;
}

function armOf(tasks: TaskScores): Arm {
  if (tasks.length === 0) {
    throw new CrucibleError('invalid_argument', 'There are no tasks.', {
      hint: 'Give a list of scores for each task.',
    });
  }
  const scores = tasks.flatMap((runs) => Array.from(runs));
  const strata = tasks.flatMap((runs, task) => Array<number>(runs.length).fill(task));
  const { values, rows, dropped } = finiteValues(scores);
  return {
    part: { columns: [values], units: unitsOf(rows, scores.length, { strata }) },
    fewest: Math.min(...tasks.map((runs) => finiteValues(runs).values.length)),
    dropped: { not_finite: dropped, unpaired: 0 },
  };
}

function warned(arms: readonly Arm[], result: BootstrapResult): BootstrapResult {
  const fewest = Math.min(...arms.map((arm) => arm.fewest));
  if (fewest >= FEW_RUNS) return result;
  const warning =
    fewest === 0
      ? 'A task has no finite score and counts for nothing.'
      : `A task has only ${fewest} runs, which tell little of how seeds vary.`;
  return { ...result, assumptions: [...result.assumptions, warning] };
}
