import { describe } from '../../../stats/describe.ts';
import { differences } from '../../../stats/inference/one-sample-t.ts';
import type { ClusterDesign, Design } from '../../../stats/planning/design.ts';
import { intraclassCorrelation } from '../../../stats/planning/intraclass-correlation.ts';
import { sampleSize } from '../../../stats/planning/plan.ts';
import type { NeededSamples } from '../comparison-result.ts';
import type { Arranged } from '../items/arranged.ts';
import { type Approach, outcomesOf, rateOf } from './test-items.ts';

/** Beyond this many items the intraclass correlation is taken of the first ones. */
const MOST_FOR_ICC = 100_000;

export interface NeededFor {
  /** On the scale of the items; null when none was declared. */
  readonly effect: number | null;
  /** As it was declared. */
  readonly declared: number | null;
  readonly alpha: number;
  readonly power: number;
  readonly better: 'higher' | 'lower' | null;
  readonly replicates: boolean;
}

/**
 * How many samples find the declared effect with the declared power, at the variance that was observed. The effect that was observed does
 * not enter: power at the observed effect says nothing that the p-value does not say.
 */
export function neededSamples(approach: Approach, items: Arranged, wanted: NeededFor): NeededSamples {
  const { effect, alpha, power } = wanted;
  const paired = items.design === 'paired';
  const unit = wanted.replicates
    ? paired
      ? 'pairs of replicates'
      : 'replicates in each arm'
    : paired
      ? 'pairs'
      : 'samples in each arm';
  const known = { effect: wanted.declared, alpha, power, unit } as const;
  const none = (reason: string): NeededSamples => ({ ...known, n: null, reason });
  if (effect === null)
    return none('Declare a margin or a minimumEffect: what is worth finding is not for the data to say.');
  if (approach === 'weighted') return none('The values are weighted: plan with what is collected without sampling.');
  const design = approach === 'counts' ? designOfCounts(items) : designOfMeans(items);
  if (typeof design === 'string') return none(design);
  if (design.kind === 'paired_proportions' && effect > design.discordant) {
    return none('Fewer pairs differ than the effect needs: it is out of reach at the variance observed.');
  }
  let sign = wanted.better === 'lower' ? -1 : 1;
  if (design.kind === 'proportions') {
    const reaches = (side: number) => design.baseline + side * effect > 0 && design.baseline + side * effect < 1;
    if (!reaches(sign)) sign = -sign;
    if (!reaches(sign)) return none('The effect is larger than the rates allow.');
  }
  const { n } = sampleSize(design, sign * effect, { alpha, power });
  if (n === null) return none('More than 10^15 would be needed.');
  return { ...known, n: Math.ceil(n[0]!), reason: null };
}

function designOfCounts(items: Arranged): Design | string {
  if (items.design === 'paired') {
    const { first_only, second_only } = outcomesOf(items);
    const n = items.first.length;
    const differing = first_only + second_only;
    if (differing === 0 || differing === n) return 'The pairs show no variance to plan with.';
    return { kind: 'paired_proportions', discordant: differing / n };
  }
  const { successes, n } = rateOf(items.first);
  if (n === 0 || successes === 0 || successes === n) return 'The baseline shows no variance to plan with.';
  return { kind: 'proportions', baseline: successes / n };
}

const NO_VARIANCE = 'There is no variance to plan with.';

// Nor is one that no double holds.
function hasVariance(deviation: number | null): deviation is number {
  return deviation !== null && deviation ** 2 > 0 && Number.isFinite(deviation ** 2);
}

function designOfMeans(items: Arranged): Design | string {
  if (items.design === 'paired') {
    const changes = differences(items);
    const { std_dev } = describe(changes);
    if (!hasVariance(std_dev)) return NO_VARIANCE;
    const cluster = clusterOf(changes, items.clusters);
    return { kind: 'paired_means', sd: std_dev, ...(cluster && { cluster }) };
  }
  const { first, second, firstClusters } = items;
  const [a, b] = [describe(first).std_dev, describe(second).std_dev];
  if (!hasVariance(a) || !hasVariance(b)) return NO_VARIANCE;
  const cluster = clusterOf(first, firstClusters);
  return { kind: 'means', sd: [a, b], ...(cluster && { cluster }) };
}

function clusterOf(values: Float64Array, clusters: Int32Array | null): ClusterDesign | null {
  if (clusters === null) return null;
  const end = Math.min(values.length, MOST_FOR_ICC);
  const { estimate, mean_cluster_size } = intraclassCorrelation(values.subarray(0, end), clusters.subarray(0, end));
  if (estimate === null || mean_cluster_size === null || mean_cluster_size < 1) return null;
  return { icc: Math.min(Math.max(estimate, 0), 1), size: Math.max(Math.round(mean_cluster_size), 1) };
}
