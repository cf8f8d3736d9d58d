import { answer } from '../../../stats/inference/answer.ts';
import { resolveOptions } from '../../../stats/inference/options.ts';
import { inferByT } from '../../../stats/inference/t-statistic.ts';
import type { TestResult } from '../../../stats/inference/test-result.ts';
import { weightedMean } from '../../../stats/sampling/weighted-estimate.ts';
import type { Groups } from '../items/arranged.ts';

/**
 * The difference of two Hájek means with the errors of linearised ratios over clusters, by Welch's t with Satterthwaite's degrees of freedom.
 * Clusters in both arms are taken for different ones, which makes the interval too wide rather than too narrow where arms go together.
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
  const error = Math.sqrt(va + vb);
  const df = (va + vb) ** 2 / (va ** 2 / Number(a.df) + vb ** 2 / Number(b.df));
  return answer({
    ...known,
    ...inferByT(estimate, error, df, resolveOptions({ level })),
    estimate,
    standard_error: error,
    df,
  });
}

function effective(n: number | null): string {
  return (n ?? 0).toFixed(1);
}
