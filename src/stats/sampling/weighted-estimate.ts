import { CrucibleError, show } from '../../core/errors.ts';
import { normalQuantileUpper } from '../distributions/normal.ts';
import { studentTQuantileUpper } from '../distributions/student-t.ts';
import { finiteValues, type Sample } from '../finite.ts';
import { answer } from '../inference/answer.ts';
import type { TestResult } from '../inference/test-result.ts';
import { type Label, type LabelNumbers, labelNumbers } from '../resampling/label-numbers.ts';
import { unitsOf } from '../resampling/units.ts';
import { requireFraction, requireSameLength } from '../special/checks.ts';
import { CompensatedSum, sum } from '../sum.ts';

/** An estimate from a sample whose items had different chances to be in it. */
export interface WeightedEstimate extends TestResult {
  /** Kish's effective sample size, (Σw)² / Σw². */
  readonly n_effective: number | null;
  /** How many items the sample stands for: Σ 1/π. */
  readonly population_size: number;
}

export interface WeightedOptions {
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /** The cluster of each value: values of one cluster are not independent. */
  readonly clusters?: ArrayLike<Label>;
}

export interface WeightedMeanOptions extends WeightedOptions {
  /**
   * What the error is about. `process` (default): what brought forth the items, and would bring forth others. `population`: the
   * items that there were, of which the sample knows all whose probability is 1.
   */
  readonly about?: 'process' | 'population';
}

export interface WeightedTotalOptions {
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /**
   * What each value was kept or left with: values of one label were decided by one random number, each kept where that is below its own
   * probability. Default: every value by a number of its own.
   */
  readonly together?: ArrayLike<Label>;
  /**
   * For samples of fixed size, such as reservoirs: which of them each value is from, and how many items each has, those without a
   * value included. One of them, or `together`.
   */
  readonly fixed?: { readonly samples: ArrayLike<Label>; readonly size: number };
}

/**
 * The total of all items from a sample of them: Σ y/π (Horvitz and Thompson, JASA 47, 1952), with the error of their design by normal
 * quantiles. Items kept independently of each other: Poisson sampling; those of one random number are kept jointly with the smaller of their
 * probabilities. Samples of fixed size: simple random sampling without replacement (Cochran, Sampling Techniques, 3rd edition, 1977, 2.6 and
 * 2.13). Values that are not finite are left out and counted.
 *
 * `null`, with the reason, without values. Throws `invalid_argument` for inclusion probabilities that are not above 0 and at most 1, and for
 * lists of different lengths.
 */
export function weightedTotal(
  values: Sample,
  inclusion: ArrayLike<number>,
  options: WeightedTotalOptions = {},
): WeightedEstimate {
  const { level = 0.95, together, fixed } = options;
  requireFraction('level', level);
  if (together && fixed) {
    throw new CrucibleError('invalid_argument', 'together and fixed are both given.', {
      hint: 'Leave one of them out: samples of fixed size take items one by one.',
    });
  }
  const labels = fixed?.samples ?? together;
  const { kept, rows, weights, known } = weighted('Horvitz-Thompson total', values, inclusion, {});
  const units = labels && unitsOf(rows, values.length, { clusters: labels }).strata.flat();
  const assumption = fixed
    ? `Each sample of ${fixed.size} items was as likely as any other of that size.`
    : together
      ? 'Each item was kept with the probability it carries, and what has different labels independently of each other.'
      : 'Each item was kept independently of the others, with the probability it carries.';
  if (kept.length === 0) return { ...known, assumptions: [assumption, 'No estimate: there are no values.'] };
  const shares = kept.map((value, i) => value * weights[i]!);
  const estimate = sum(shares);
  const variance = new CompensatedSum();
  eachUnit(kept.length, units, (unit) =>
    variance.add(fixed ? fixedVariance(unit, shares, weights, fixed.size) : poissonVariance(unit, shares, weights)),
  );
  const error = Math.sqrt(variance.value);
  const reach = normalQuantileUpper((1 - level) / 2) * error;
  return withinDoubles({
    ...known,
    estimate,
    standard_error: error,
    ci: { level, low: estimate - reach, high: estimate + reach, method: 'normal' },
    assumptions: [assumption],
  });
}

// Σ Σ (π_ij − π_i π_j) / π_ij · y_i/π_i · y_j/π_j with π_ij the smaller of both: what is summed is (1 − the larger) times both.
function poissonVariance(rows: Int32Array, shares: Float64Array, weights: Float64Array): number {
  const total = new CompensatedSum();
  let before = 0;
  for (const row of rows.length === 1 ? rows : rows.toSorted((a, b) => weights[b]! - weights[a]!)) {
    const share = shares[row]!;
    total.add((1 - 1 / weights[row]!) * share * (share + 2 * before));
    before += share;
  }
  return Math.max(total.value, 0);
}

// Items that are not among the rows count as 0. Where probabilities differ, the sample was drawn from one, and its part is not known.
function fixedVariance(rows: Int32Array, shares: Float64Array, weights: Float64Array, size: number): number {
  const weight = weights[rows[0]!]!;
  const part = rows.every((row) => weights[row] === weight) ? 1 / weight : 0;
  const squares = sum(Float64Array.from(rows, (row) => shares[row]! ** 2));
  if (size < 2) return (1 - part) * squares;
  const total = sum(Float64Array.from(rows, (row) => shares[row]!));
  return Math.max(((1 - part) * size * (squares - total ** 2 / size)) / (size - 1), 0);
}

/**
 * The mean of all items from a sample of them: Σ wy / Σw with w = 1/π (Hájek 1971), which for values of 0 and 1 is their share. The error is
 * that of a linearised ratio; about the process as for units drawn with replacement, with n − 1 (or clusters less 1) degrees of
 * freedom for t; about the population as of Poisson sampling, by normal quantiles. With equal probabilities, the first is the
 * textbook's mean with s / √n. Otherwise as `weightedTotal`.
 */
export function weightedMean(
  values: Sample,
  inclusion: ArrayLike<number>,
  options: WeightedMeanOptions = {},
): WeightedEstimate {
  const { level = 0.95, about = 'process' } = options;
  requireFraction('level', level);
  if (about === 'population' && options.clusters) {
    throw new CrucibleError('invalid_argument', 'clusters are given for an error about the population.', {
      hint: 'Leave one of them out: items were kept one by one.',
    });
  }
  const { kept, weights, clusters, known } = weighted('Hájek mean', values, inclusion, options);
  const assumption = 'The inclusion probabilities are those that the items had.';
  const none = (reason: string, estimate: number | null = null): WeightedEstimate => ({
    ...known,
    estimate,
    assumptions: [assumption, `No ${estimate === null ? 'estimate' : 'interval'}: ${reason}.`],
  });
  if (kept.length === 0) return none('there are no values');
  const estimate = hajek(kept, weights);
  if (!Number.isFinite(estimate)) return withinDoubles({ ...known, estimate, assumptions: [assumption] });
  if (about === 'population') {
    const residuals = kept.map((value, i) => weights[i]! * (weights[i]! - 1) * (value - estimate) ** 2);
    const error = Math.sqrt(sum(residuals)) / sum(weights);
    const reach = normalQuantileUpper((1 - level) / 2) * error;
    const ci = { level, low: estimate - reach, high: estimate + reach, method: 'normal' };
    return withinDoubles({ ...known, estimate, standard_error: error, ci, assumptions: [assumption] });
  }
  const units = clusters?.count ?? kept.length;
  if (units < 2) return none(`it needs two ${clusters ? 'clusters' : 'values'} or more`, estimate);
  const error = ratioError(kept, weights, clusters, estimate);
  if (error === 0) return none('all values are equal', estimate);
  const df = units - 1;
  const reach = studentTQuantileUpper((1 - level) / 2, df) * error;
  return withinDoubles({
    ...known,
    estimate,
    standard_error: error,
    df,
    ci: { level, low: estimate - reach, high: estimate + reach, method: 't' },
    assumptions: [assumption],
  });
}

/** A result whose numbers are finite: what lies beyond the range of doubles becomes null, and `assumptions` says so. */
export function withinDoubles(result: WeightedEstimate): WeightedEstimate {
  const { n_effective, population_size } = result;
  return { ...answer(result), n_effective, population_size };
}

export function hajek(values: Float64Array, weights: Float64Array): number {
  return sum(values.map((value, i) => value * weights[i]!)) / sum(weights);
}

/** The standard deviation of all items from a sample of them: with equal probabilities that of the sample (n − 1). null of fewer than two values. */
export function weightedDeviation(
  values: ArrayLike<number>,
  inclusion: ArrayLike<number>,
  mean: number | null,
): number | null {
  const n = values.length;
  if (n < 2 || mean === null) return null;
  const [squares, weights] = [new CompensatedSum(), new CompensatedSum()];
  for (let i = 0; i < n; i++) {
    const weight = 1 / inclusion[i]!;
    squares.add(weight * (values[i]! - mean) ** 2);
    weights.add(weight);
  }
  const variance = (squares.value / weights.value) * (n / (n - 1));
  return Number.isFinite(variance) ? Math.sqrt(variance) : null;
}

/** The standard error of a Hájek mean about the process. */
export function ratioError(
  values: Float64Array,
  weights: Float64Array,
  clusters: WeightedSample['clusters'],
  mean: number,
): number {
  const total = sum(weights);
  const squares = new CompensatedSum();
  const residuals = new Float64Array(clusters?.count ?? values.length);
  for (let i = 0; i < values.length; i++) {
    residuals[clusters ? clusters.numbers[i]! : i]! += weights[i]! * (values[i]! - mean);
  }
  for (const residual of residuals) squares.add((residual / total) ** 2);
  const units = residuals.length;
  return Math.sqrt((squares.value * units) / (units - 1));
}

// What was decided at once, or a value by itself. Lists of one row each for a million values would take most of the time.
function eachUnit(n: number, units: readonly Int32Array[] | undefined, visit: (rows: Int32Array) => void): void {
  if (units) {
    for (const rows of units) visit(rows);
    return;
  }
  const single = new Int32Array(1);
  for (let row = 0; row < n; row++) {
    single[0] = row;
    visit(single);
  }
}

export interface WeightedSample {
  readonly kept: Float64Array;
  /** Where each value stood. */
  readonly rows: Int32Array;
  readonly weights: Float64Array;
  /** Undefined where values are independent. */
  readonly clusters: LabelNumbers | undefined;
  /** A result without an estimate yet. */
  readonly known: WeightedEstimate;
}

export function weighted(
  method: string,
  values: Sample,
  inclusion: ArrayLike<number>,
  { clusters }: WeightedOptions,
): WeightedSample {
  requireSameLength('values and inclusion probabilities', values.length, inclusion.length);
  for (let i = 0; i < inclusion.length; i++) {
    if (inclusion[i]! > 0 && inclusion[i]! <= 1) continue;
    throw new CrucibleError('invalid_argument', `Value ${i} has the inclusion probability ${show(inclusion[i])}.`, {
      hint: 'Give a number above 0 and at most 1.',
    });
  }
  const { values: kept, rows, dropped } = finiteValues(values);
  const weights = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) weights[i] = 1 / inclusion[rows[i]!]!;
  if (clusters) requireSameLength('rows and cluster labels', values.length, clusters.length);
  const units = clusters && labelNumbers(rows, clusters, 'cluster');
  const total = sum(weights);
  const known = {
    ...answer({
      method,
      n: [kept.length],
      n_clusters: units?.count ?? null,
      dropped: { not_finite: dropped, unpaired: 0 },
    }),
    n_effective: kept.length === 0 ? null : total ** 2 / sum(weights.map((weight) => weight * weight)),
    population_size: total,
  };
  return { kept, rows, weights, clusters: units, known };
}
