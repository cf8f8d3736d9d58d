import { LabelNumbers } from '../label-numbers.ts';
import { answer } from './answer.ts';
import { type Arm, clusterVariance } from './cluster-variance.ts';
import { groupMoments, isRounding } from './group-moments.ts';
import { requireChoice, resolveOptions, type TestOptions } from './options.ts';
import { type ClusteredSample, type ClusterIds, cleanClusters, type Values } from './sample.ts';
import { inferByT } from './t-statistic.ts';
import type { TestResult } from './test-result.ts';

export interface ClusteredOptions extends TestOptions {
  /** The variance estimator: CR2, unbiased under independence (default), or CR1, the sandwich times C / (C − 1). */
  readonly variance?: 'CR1' | 'CR2';
  /** Degrees of freedom: Satterthwaite's, which notice unequal clusters (default), or the number of clusters less one. */
  readonly df?: 'satterthwaite' | 'clusters';
}

const SUPPOSES = 'Clusters are independent of each other; values in a cluster need not be.';

/**
 * A t-test of one mean whose values come in clusters, such as the answers to questions about one document: of scores, or of the
 * differences of pairs (Miller, "Adding Error Bars to Evals", 2024). Every value counts the same; see `ClusteredOptions` for the
 * variance.
 *
 * One cluster leaves the estimate alone, with the reason in `assumptions`. Throws `invalid_argument` for a value without a cluster.
 */
export function clusteredTest(values: Values, clusters: ClusterIds, options: ClusteredOptions = {}): TestResult {
  const numbers = new LabelNumbers(clusters?.length ?? 0);
  const sample = cleanClusters('values', values, clusters, numbers);
  return clusterRobust('Clustered t-test', [sample], numbers.count, options);
}

/**
 * A t-test of the difference of two means, `second` − `first`, whose values come in clusters. A cluster id that is in both groups is
 * one cluster with values in both, such as a user who saw both versions.
 *
 * A group that lies in one cluster leaves the estimate alone, with the reason in `assumptions`. Throws `invalid_argument` for a
 * value without a cluster.
 */
export function clusteredDifferenceTest(
  first: Values,
  firstClusters: ClusterIds,
  second: Values,
  secondClusters: ClusterIds,
  options: ClusteredOptions = {},
): TestResult {
  const numbers = new LabelNumbers((firstClusters?.length ?? 0) + (secondClusters?.length ?? 0));
  const samples = [
    cleanClusters('first', first, firstClusters, numbers),
    cleanClusters('second', second, secondClusters, numbers),
  ];
  return clusterRobust('Clustered two-sample t-test', samples, numbers.count, options);
}

function clusterRobust(
  name: string,
  samples: readonly ClusteredSample[],
  clusters: number,
  options: ClusteredOptions,
): TestResult {
  const resolved = resolveOptions(options);
  const { variance: kind = 'CR2', df: dfKind = 'satterthwaite' } = options;
  requireChoice('variance', kind, ['CR1', 'CR2']);
  requireChoice('df', dfKind, ['satterthwaite', 'clusters']);
  const known = {
    method: `${name} (${kind}, ${dfKind === 'clusters' ? 'C − 1' : 'Satterthwaite'} degrees of freedom)`,
    alternative: resolved.alternative,
    null_value: resolved.nullValue,
    n: samples.map(({ values }) => values.length),
    n_clusters: clusters,
    dropped: { not_finite: samples.reduce((total, { dropped }) => total + dropped, 0), unpaired: 0 },
  };
  const refuse = (reason: string, found: Partial<TestResult> = {}) =>
    answer({ ...known, ...found, assumptions: [SUPPOSES, reason] });
  if (known.n.includes(0)) return refuse('There are no values.');
  const { center, unit, groups } = groupMoments(samples.map(({ values }) => values));
  const [from, to] = [groups[0]!, groups[1]];
  const estimate = to === undefined ? center + unit * from.mean : (to.mean - from.mean) * unit;
  const arms = samples.map(({ values, clusters: ids }, i): Arm => {
    const sizes = new Float64Array(clusters);
    const residuals = new Float64Array(clusters);
    const { mean } = groups[i]!;
    const offset = center / unit;
    for (let at = 0; at < values.length; at++) {
      sizes[ids[at]!]!++;
      residuals[ids[at]!]! += values[at]! / unit - offset - mean;
    }
    return { sign: i === samples.length - 1 ? 1 : -1, n: values.length, sizes, residuals };
  });
  if (arms.some(({ n, sizes }) => sizes.includes(n))) {
    return refuse('All values of a group are in one cluster, which has no variance between clusters.', { estimate });
  }
  const { variance, df } = clusterVariance(arms, clusters, kind, dfKind);
  // A sum of rounding errors is no variance: the residuals of a cluster cancel to this at worst.
  const largest = Math.max(...groups.map(({ squares, n }) => squares / n));
  const standardError = Math.sqrt(variance) * unit;
  const means = groups.map(({ mean }) => center + unit * mean);
  if (largest === 0 || variance <= largest * 2 ** -90 || isRounding(standardError, ...means)) {
    return refuse('The clusters do not differ: there is no variance between them.', { estimate, standard_error: 0 });
  }
  const few =
    clusters < 10 ? [`${clusters} clusters are few: the interval leans on the normality of their means.`] : [];
  return answer({
    ...known,
    ...inferByT(estimate, standardError, df, resolved),
    estimate,
    standard_error: standardError,
    df,
    assumptions: [SUPPOSES, ...few],
  });
}
