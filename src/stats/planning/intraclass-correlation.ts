import { fQuantileUpper, fSf } from '../distributions/f.ts';
import { finiteValues, type Sample } from '../finite.ts';
import { answer } from '../inference/answer.ts';
import { isRounding } from '../inference/group-moments.ts';
import type { Interval, TestResult } from '../inference/test-result.ts';
import type { Label } from '../resampling/label-numbers.ts';
import { unitsOf } from '../resampling/units.ts';
import { requireFraction } from '../special/checks.ts';
import { CompensatedSum, sum } from '../sum.ts';

/** An intraclass correlation as a `TestResult`: F tests that clusters do not differ. */
export interface IntraclassCorrelation extends TestResult {
  /** By what the clusters multiply the variance of a mean, for clusters of these sizes; 1 where the estimate is negative. */
  readonly design_effect: number | null;
  /** How many independent values tell as much as these. */
  readonly n_effective: number | null;
  readonly mean_cluster_size: number | null;
}

/**
 * The intraclass correlation of values in clusters, by one-way analysis of variance: ICC(1) of Shrout and Fleiss (Psychological Bulletin
 * 86, 1979), with the mean size of Searle for unequal clusters, for which the interval by F is approximate. It may be
 * negative. Values that are not finite numbers are left out and counted.
 *
 * `null`, with the reason, for fewer than two clusters, for clusters of one value only and for equal values. Throws
 * `invalid_argument` for a value without a cluster and a level out of range.
 */
export function intraclassCorrelation(values: Sample, clusters: ArrayLike<Label>, level = 0.95): IntraclassCorrelation {
  requireFraction('level', level);
  const { values: kept, rows, dropped } = finiteValues(values);
  const groups = unitsOf(rows, values.length, { clusters }).strata[0] ?? [];
  const [n, k] = [kept.length, groups.length];
  const facts = {
    method: 'one-way intraclass correlation, ICC(1)',
    n: [n],
    n_clusters: k,
    dropped: { not_finite: dropped, unpaired: 0 },
    null_value: 0,
    alternative: 'greater' as const,
  };
  const assumed = ['The clusters are independent and vary alike.'];
  const none = (reason: string): IntraclassCorrelation => ({
    ...answer({ ...facts, assumptions: [...assumed, `No estimate: ${reason}.`] }),
    design_effect: null,
    n_effective: null,
    mean_cluster_size: k === 0 ? null : n / k,
  });
  if (k < 2) return none('there are fewer than two clusters');
  if (n === k) return none('every cluster has one value');

  const { between, within: noisy } = squares(kept, groups);
  const most = kept.reduce((far, value) => Math.max(far, Math.abs(value)), 0);
  const within = isRounding(Math.sqrt(noisy / n), most) ? 0 : noisy;
  if (within === 0 && (between === 0 || isRounding(Math.sqrt(between / n), most))) return none('all values are equal');
  const [dfBetween, dfWithin] = [k - 1, n - k];
  const sizes = groups.reduce((total, group) => total + group.length ** 2, 0) / n;
  const size = (n - sizes) / dfBetween;
  const f = between / dfBetween / (within / dfWithin);
  const icc = Number.isFinite(f) ? correlation(f, size) : 1;
  const inflation = 1 + (sizes - 1) * Math.max(icc, 0);
  const equal = groups.every((group) => group.length === groups[0]!.length);
  const assumptions = equal ? assumed : [...assumed, 'The clusters differ in size, so the interval is approximate.'];
  if (!Number.isFinite(f)) assumptions.push('No test: the values do not vary within clusters.');
  return {
    ...answer({
      ...facts,
      estimate: icc,
      statistic: Number.isFinite(f) ? f : null,
      df: [dfBetween, dfWithin],
      p_value: Number.isFinite(f) ? fSf(f, dfBetween, dfWithin) : null,
      ci: Number.isFinite(f) ? interval(f, dfBetween, dfWithin, size, level) : null,
      assumptions,
    }),
    design_effect: inflation,
    n_effective: n / inflation,
    mean_cluster_size: n / k,
  };
}

function interval(f: number, dfBetween: number, dfWithin: number, size: number, level: number): Interval {
  const tail = (1 - level) / 2;
  return {
    level,
    low: correlation(f / fQuantileUpper(tail, dfBetween, dfWithin), size),
    high: correlation(f * fQuantileUpper(tail, dfWithin, dfBetween), size),
    method: 'F',
  };
}

function correlation(f: number, size: number): number {
  return (f - 1) / (f + size - 1);
}

/** Sums of squares of the cluster means and about them, from values less their mean. */
function squares(values: Float64Array, groups: readonly Int32Array[]): { between: number; within: number } {
  const grand = sum(values) / values.length;
  const between = new CompensatedSum();
  const within = new CompensatedSum();
  for (const group of groups) {
    const total = new CompensatedSum();
    for (const row of group) total.add(values[row]! - grand);
    const mean = total.value / group.length;
    between.add(group.length * mean * mean);
    for (const row of group) within.add((values[row]! - grand - mean) ** 2);
  }
  return { between: between.value, within: within.value };
}
