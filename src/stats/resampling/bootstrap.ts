import { finitePairs, finiteValues, type Sample } from '../finite.ts';
import { type BootstrapOptions, type BootstrapResult, bootstrapResult } from './bootstrap-result.ts';
import type { Label } from './label-numbers.ts';
import { nameOf, ofOne, ofTwo, type Statistic, type TwoSampleStatistic } from './statistic.ts';
import { type Grouping, unitsOf } from './units.ts';

/** Labels for each of two samples. */
export interface TwoGroupings {
  /** The clusters of each sample; those of the two are distinct, even where their labels are equal. */
  readonly clusters?: readonly [ArrayLike<Label>, ArrayLike<Label>];
  readonly strata?: readonly [ArrayLike<Label>, ArrayLike<Label>];
}

/**
 * The bootstrap of any statistic of one sample: by default with the BCa interval of Efron (JASA 82, 1987), which a statistic of
 * the tails or of few values may not have; then it is `null`, and `assumptions` says why, as it warns of `low_coverage`. Values that
 * are not finite numbers are left out and counted. Draws rows, or whole clusters, within strata.
 *
 * Takes `resamples` times the time of the statistic, and as often as there are values (at most a thousand times) for BCa.
 * Throws `invalid_argument` for options out of range and for rows without a label.
 */
export function bootstrap(
  values: Sample,
  statistic: Statistic = 'mean',
  options: BootstrapOptions & Grouping = {},
): BootstrapResult {
  const { values: column, rows, dropped } = finiteValues(values);
  const part = { columns: [column], units: unitsOf(rows, values.length, options) };
  const subject = {
    kind: nameOf(statistic),
    n: [column.length],
    n_pairs: null,
    dropped: { not_finite: dropped, unpaired: 0 },
  };
  return bootstrapResult([part], ofOne(statistic), subject, options);
}

/**
 * The bootstrap of any statistic of pairs, by default of the mean difference, second minus first: pairs are drawn whole. A
 * pair with a value that is not a finite number is left out and counted. Otherwise as `bootstrap`.
 */
export function bootstrapPaired(
  first: Sample,
  second: Sample,
  statistic: TwoSampleStatistic = 'mean',
  options: BootstrapOptions & Grouping = {},
): BootstrapResult {
  const { columns, rows, dropped } = finitePairs(first, second);
  const part = { columns, units: unitsOf(rows, first.length, options) };
  const subject = {
    kind: `${differenceOf(statistic)} of pairs`,
    n: [rows.length, rows.length],
    n_pairs: rows.length,
    dropped,
  };
  return bootstrapResult([part], ofTwo(statistic), subject, withNull(statistic, options));
}

/**
 * The bootstrap of any statistic of two independent samples, by default of the difference of the means, second minus first: each
 * sample is drawn by itself. Otherwise as `bootstrap`.
 */
export function bootstrapTwoSample(
  first: Sample,
  second: Sample,
  statistic: TwoSampleStatistic = 'mean',
  options: BootstrapOptions & TwoGroupings = {},
): BootstrapResult {
  const { clusters, strata } = options;
  const samples = [first, second].map((values, i) => {
    const { values: column, rows, dropped } = finiteValues(values);
    const grouping = { ...(clusters && { clusters: clusters[i]! }), ...(strata && { strata: strata[i]! }) };
    return { part: { columns: [column], units: unitsOf(rows, values.length, grouping) }, dropped };
  });
  const subject = {
    kind: differenceOf(statistic),
    n: samples.map(({ part }) => part.units.rows),
    n_pairs: null,
    dropped: { not_finite: samples.reduce((total, { dropped }) => total + dropped, 0), unpaired: 0 },
  };
  const parts = samples.map(({ part }) => part);
  return bootstrapResult(parts, ofTwo(statistic), subject, withNull(statistic, options));
}

function differenceOf(statistic: TwoSampleStatistic): string {
  return typeof statistic === 'string' ? `difference in ${statistic}s` : nameOf(statistic);
}

function withNull(statistic: TwoSampleStatistic, options: BootstrapOptions): BootstrapOptions {
  return typeof statistic === 'string' ? { nullValue: 0, ...options } : options;
}
