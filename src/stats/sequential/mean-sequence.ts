import { CrucibleError, show } from '../../core/errors.ts';
import { describe } from '../describe.ts';
import { finitePairs, finiteValues, type Sample } from '../finite.ts';
import { answer } from '../inference/answer.ts';
import type { DroppedCounts, TestResult } from '../inference/test-result.ts';
import { requireAtLeast, requireFinite, requireFraction, requirePositive } from '../special/checks.ts';
import { sum } from '../sum.ts';

/** A sample by what a mean needs: a `Moments`, or the result of `describe`. */
export interface SampleSummary {
  readonly count: number;
  readonly mean: number | null;
  /** Divisor n − 1. */
  readonly variance: number | null;
}

export interface MeanSequenceOptions {
  /** Confidence level, for all looks together. Default 0.95. */
  readonly level?: number;
  /** What the p-value is of. Default 0. */
  readonly nullValue?: number;
  /** The number of values, of all samples together, at which the interval is to be narrowest. Default 1000. */
  readonly tunedFor?: number;
  /** Below this many values in a sample there is no answer: the method is asymptotic. Default 100, at least 2. */
  readonly minimumN?: number;
}

/**
 * A confidence sequence for a mean: an interval that may be looked at after every value, and acted upon, and still holds at all
 * looks together. The asymptotic one of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (arXiv 2103.06476); `p_value` is
 * anytime-valid, 1 over the e-value of the same mixture. Values that are not finite numbers are left out and counted.
 *
 * Takes all values so far, or their summary; only of values it can tell, by Cochran's rule, whether they are too skewed for their
 * number, and then warns of `low_coverage`. `null`, with the reason, below `minimumN` and for equal values. Throws
 * `invalid_argument` for options out of range.
 */
export function meanSequence(sample: Sample | SampleSummary, options: MeanSequenceOptions = {}): TestResult {
  const given = summarized(sample);
  const { summary, dropped } = given;
  return sequence(
    {
      method: 'asymptotic confidence sequence of a mean',
      n: [summary.count],
      dropped: { not_finite: dropped, unpaired: 0 },
      assumptions: ['The values are independent and of one distribution.'],
    },
    [given],
    summary.mean,
    summary.count,
    summary.variance,
    options,
  );
}

/** A confidence sequence for the difference of the means of two independent samples, second minus first: see `meanSequence`. */
export function meanDifferenceSequence(
  first: Sample | SampleSummary,
  second: Sample | SampleSummary,
  options: MeanSequenceOptions = {},
): TestResult {
  const [from, to] = [summarized(first), summarized(second)];
  const [a, b] = [from.summary, to.summary];
  const total = a.count + b.count;
  const known = a.mean !== null && b.mean !== null && a.variance !== null && b.variance !== null;
  return sequence(
    {
      method: 'asymptotic confidence sequence of a difference in means',
      n: [a.count, b.count],
      dropped: { not_finite: from.dropped + to.dropped, unpaired: 0 },
      assumptions: ['The values are independent, and the share of each sample is settled beforehand.'],
    },
    [from, to],
    known ? b.mean - a.mean : null,
    total,
    known ? total * (a.variance / a.count + b.variance / b.count) : null,
    options,
  );
}

/**
 * A confidence sequence for the mean difference of pairs, second minus first: see `meanSequence`. A pair with a value that is not a
 * finite number is left out and counted.
 */
export function pairedMeanSequence(first: Sample, second: Sample, options: MeanSequenceOptions = {}): TestResult {
  const { columns, dropped } = finitePairs(first, second);
  const values = columns[1].map((value, i) => value - columns[0][i]!);
  const differences = describe(values);
  const n = differences.count;
  return {
    ...sequence(
      {
        method: 'asymptotic confidence sequence of a mean difference of pairs',
        n: [n, n],
        dropped,
        assumptions: ['The pairs are independent and of one distribution.'],
      },
      [{ summary: differences, dropped: 0, skewness: skewnessOf(values, differences) }],
      differences.mean,
      n,
      differences.variance,
      options,
    ),
    n_pairs: n,
  };
}

interface Known {
  readonly method: string;
  readonly n: readonly number[];
  readonly dropped: DroppedCounts;
  readonly assumptions: readonly string[];
}

/** `variance` is of one of `count` values of which the estimate could be the mean. */
function sequence(
  known: Known,
  samples: readonly Summarized[],
  estimate: number | null,
  count: number,
  variance: number | null,
  options: MeanSequenceOptions,
): TestResult {
  const { level = 0.95, nullValue = 0, tunedFor = 1000, minimumN = 100 } = options;
  requireFraction('level', level);
  requireFinite('nullValue', nullValue);
  requirePositive('tunedFor', tunedFor);
  requireAtLeast('minimumN', minimumN, 2);
  const facts = { ...known, null_value: nullValue, estimate };
  const none = (reason: string): TestResult =>
    answer({ ...facts, assumptions: [...known.assumptions, `No interval: ${reason}.`] });
  if (samples.some(({ summary }) => summary.count < minimumN)) {
    const there = samples.map(({ summary }) => summary.count).join(' and ');
    return none(`the method needs ${minimumN} values in each sample to begin with, and there are ${there}`);
  }
  if (estimate === null || variance === null || !Number.isFinite(variance)) return none('there is no variance');
  if (variance === 0) return none('all values are equal');

  const alpha = 1 - level;
  const spread = 1 + count * tuning(alpha, tunedFor);
  const error = Math.sqrt(variance / count);
  const scale = spread / (spread - 1);
  const half = error * Math.sqrt(2 * scale * (0.5 * Math.log(spread) - Math.log(alpha)));
  const z = (estimate - nullValue) / error;
  const logE = (z * z) / (2 * scale) - 0.5 * Math.log(spread);
  return answer({
    ...facts,
    standard_error: error,
    statistic: z,
    p_value: Math.min(Math.exp(-logE), 1),
    ci: { level, low: estimate - half, high: estimate + half, method: 'asymptotic confidence sequence' },
    assumptions: [
      ...known.assumptions,
      `Asymptotic: the interval nearly holds at all looks from ${minimumN} values on.`,
      ...warnings(samples),
    ],
  });
}

/** ρ², for which the interval is narrowest at `tunedFor` values. */
function tuning(alpha: number, tunedFor: number): number {
  const twice = -2 * Math.log(alpha);
  return (twice + Math.log(1 + twice)) / tunedFor;
}

interface Summarized {
  readonly summary: SampleSummary;
  readonly dropped: number;
  /** `null` where only a summary is known. */
  readonly skewness: number | null;
}

function summarized(sample: Sample | SampleSummary): Summarized {
  if (!('count' in sample)) {
    const { values, dropped } = finiteValues(sample);
    const summary = describe(values);
    return { summary, dropped, skewness: skewnessOf(values, summary) };
  }
  const { count, mean, variance } = sample;
  const sound =
    Number.isSafeInteger(count) &&
    count >= 0 &&
    (mean === null ? count === 0 : Number.isFinite(mean)) &&
    (variance === null ? count < 2 : variance >= 0);
  if (!sound) {
    throw new CrucibleError('invalid_argument', `The sample is ${show({ count, mean, variance })}.`, {
      hint: 'Give a count, a mean and a variance of at least 0.',
    });
  }
  return { summary: { count, mean, variance }, dropped: 0, skewness: null };
}

function skewnessOf(values: Float64Array, { count, mean, variance }: SampleSummary): number {
  if (mean === null || variance === null || variance === 0) return 0;
  const deviation = Math.sqrt(variance);
  return sum(values.map((value) => ((value - mean) / deviation) ** 3)) / count;
}

/** Cochran's rule (Sampling Techniques, 1977, 2.15) for means to be normal enough: n above 25 times the squared skewness. */
function warnings(samples: readonly Summarized[]): string[] {
  const skewed = samples.find(({ summary, skewness }) => summary.count < 25 * (skewness ?? 0) ** 2);
  if (skewed === undefined) return [];
  const needed = Math.ceil(25 * skewed.skewness! ** 2);
  return [
    `low_coverage: the sequence holds less often than its level, for values as skewed as these need ${needed} of them.`,
  ];
}
