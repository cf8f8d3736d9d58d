import { answer } from '../../../stats/inference/answer.ts';
import { isRounding } from '../../../stats/inference/group-moments.ts';
import { resolveOptions } from '../../../stats/inference/options.ts';
import { inferByT } from '../../../stats/inference/t-statistic.ts';
import type { TestResult } from '../../../stats/inference/test-result.ts';
import { weightedMean } from '../../../stats/sampling/weighted-estimate.ts';
import { sum } from '../../../stats/sum.ts';
import type { Groups } from '../items/arranged.ts';

/**
 * The difference of two Hájek means with the errors of linearised ratios over clusters, by Welch's t with Satterthwaite's degrees of freedom.
 * What a cluster in both arms, such as a sample, adds to both means counts together; degrees of freedom are then at most the clusters less one.
 */
export function weightedDifference(
  groups: Pick<Groups, 'first' | 'second' | 'inclusion'> & Partial<Groups>,
  level: number,
): TestResult {
  const { first, second, firstClusters, secondClusters, inclusion } = groups;
  const [a, b] = [
    weightedMean(first, inclusion!.first, { level, ...(firstClusters && { clusters: firstClusters }) }),
    weightedMean(second, inclusion!.second, { level, ...(secondClusters && { clusters: secondClusters }) }),
  ];
  const known = {
    method: "difference of Hájek means by Welch's t",
    alternative: 'two-sided' as const,
    null_value: 0,
    n: [first.length, second.length],
    n_clusters: a.n_clusters === null || b.n_clusters === null ? null : a.n_clusters + b.n_clusters,
    assumptions: [
      'The inclusion probabilities are those that the items had.',
      `The weighted values tell as much as ${effective(a.n_effective)} and ${effective(b.n_effective)} of equal weight.`,
    ],
  };
  const estimate = a.estimate === null || b.estimate === null ? null : b.estimate - a.estimate;
  const [va, vb] = [(a.standard_error ?? Number.NaN) ** 2, (b.standard_error ?? Number.NaN) ** 2];
  if (estimate === null || !(va + vb > 0)) {
    const reason = [a, b].map(({ assumptions }) => assumptions.at(-1)!).find((text) => text.startsWith('No '));
    return answer({
      ...known,
      estimate,
      assumptions: [...known.assumptions, reason ?? 'No interval: there is no variance.'],
    });
  }
  const df = (va + vb) ** 2 / (va ** 2 / Number(a.df) + vb ** 2 / Number(b.df));
  const shared = inclusion && sharedVariance(groups, [a.estimate!, b.estimate!]);
  const variance = shared?.variance ?? va + vb;
  const found = { ...known, estimate, n_clusters: shared?.clusters ?? known.n_clusters };
  // What is left of residuals that cancel.
  if (variance <= (va + vb) * 2 ** -80 || isRounding(Math.sqrt(variance), a.estimate!, b.estimate!)) {
    const reason = 'No interval: the clusters do not differ between the arms, so there is no variance.';
    return answer({ ...found, assumptions: [...known.assumptions, reason] });
  }
  const error = Math.sqrt(variance);
  const freedom = shared ? Math.min(df, shared.clusters - 1) : df;
  return answer({
    ...found,
    ...inferByT(estimate, error, freedom, resolveOptions({ level })),
    estimate,
    standard_error: error,
    df: freedom,
  });
}

/** The variance of the difference where clusters are in both arms; undefined where none is. */
function sharedVariance(
  { first, second, firstClusters, secondClusters, inclusion }: Parameters<typeof weightedDifference>[0],
  [m1, m2]: readonly [number, number],
): { readonly variance: number; readonly clusters: number } | undefined {
  if (!firstClusters || !secondClusters) return undefined;
  const own = new Set(firstClusters);
  if (!secondClusters.some((id) => own.has(id))) return undefined;
  const residuals = new Map<number, number>();
  const add = (values: Float64Array, chances: Float64Array, ids: Int32Array, mean: number, sign: number) => {
    const total = sum(chances.map((p) => 1 / p));
    for (let i = 0; i < values.length; i++) {
      const part = (sign * (values[i]! - mean)) / chances[i]! / total;
      residuals.set(ids[i]!, (residuals.get(ids[i]!) ?? 0) + part);
    }
  };
  add(first, inclusion!.first, firstClusters, m1, -1);
  add(second, inclusion!.second, secondClusters, m2, 1);
  const clusters = residuals.size;
  if (clusters < 2) return undefined;
  const squares = sum(Float64Array.from(residuals.values(), (residual) => residual ** 2));
  return { variance: (squares * clusters) / (clusters - 1), clusters };
}

function effective(n: number | null): string {
  return (n ?? 0).toFixed(1);
}
