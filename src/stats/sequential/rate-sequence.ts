import { CrucibleError, show } from '../../core/errors.ts';
import { answer } from '../inference/answer.ts';
import type { TestResult } from '../inference/test-result.ts';
import { requireFraction } from '../special/checks.ts';
import { below, type Counted, crossing, logMixture } from './beta-mixture.ts';

export interface RateSequenceOptions {
  /** Confidence level, for all looks together. Default 0.95. */
  readonly level?: number;
  /** What the p-value is of; for a rate there is none without it, for a difference the default is 0. */
  readonly nullValue?: number;
}

/** Successes of n trials, so far. */
export interface RateCounts {
  readonly successes: number;
  readonly n: number;
}

/** Pairs, so far: in how many only the first, or only the second, is a success. */
export interface PairedRateCounts {
  readonly first_only: number;
  readonly second_only: number;
  /** All pairs. */
  readonly n: number;
}

const JEFFREYS = [0.5, 0.5] as const;

/**
 * A confidence sequence for a rate: an interval that may be looked at after every trial, and acted upon, and still holds at all looks
 * together. Exact for any n, by the beta-binomial mixture martingale (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon 2021)
 * with the prior Beta(½, ½); `p_value` is anytime-valid. An estimate of no trials is `null`, its interval [0, 1].
 *
 * Throws `invalid_argument` for counts that are none and options out of range.
 */
export function rateSequence(counts: RateCounts, options: RateSequenceOptions = {}): TestResult {
  const { level = 0.95, nullValue } = options;
  requireFraction('level', level);
  if (nullValue !== undefined) requireFraction('nullValue', nullValue);
  const counted = countedOf(counts);
  const { successes, n } = counts;
  const [low, high] =
    n === 0 ? [0, 1] : below((p) => logMixture(counted, p), -Math.log(1 - level), successes / n, 0, 1);
  return answer({
    method: 'exact confidence sequence of a rate',
    n: [n],
    null_value: nullValue ?? null,
    estimate: n === 0 ? null : successes / n,
    p_value: nullValue === undefined ? null : anytimeP(logMixture(counted, nullValue)),
    ci: { level, low, high, method: METHOD },
    assumptions: n === 0 ? [TRIALS, 'No estimate: there are no trials.'] : [TRIALS],
  });
}

/**
 * A confidence sequence for the difference of two independent rates, second minus first. Exact: the product of the two mixtures is a
 * martingale for every pair of rates, and the interval holds the differences of all pairs that it does not exclude. Otherwise as
 * `rateSequence`.
 */
export function rateDifferenceSequence(
  first: RateCounts,
  second: RateCounts,
  options: RateSequenceOptions = {},
): TestResult {
  const [a, b] = [countedOf(first), countedOf(second)];
  const least = (difference: number): number => {
    const slope = (p: number): number =>
      a.no / (1 - p) - a.yes / p + b.no / (1 - p - difference) - b.yes / (p + difference);
    const p = crossing(slope, Math.max(0, -difference), Math.min(1, 1 - difference));
    return logMixture(a, p) + logMixture(b, p + difference);
  };
  const known = first.n > 0 && second.n > 0;
  return differenceSequence(
    { method: 'exact confidence sequence of a difference in rates', n: [first.n, second.n] },
    known ? second.successes / second.n - first.successes / first.n : null,
    least,
    options,
  );
}

/**
 * A confidence sequence for the difference of two rates in pairs, second minus first. Exact, by the Dirichlet mixture with ½ for each of
 * the three outcomes of a pair: only the first, only the second, or none of these. Otherwise as `rateSequence`.
 */
export function pairedRateSequence(counts: PairedRateCounts, options: RateSequenceOptions = {}): TestResult {
  const { first_only: onlyFirst, second_only: onlySecond, n } = counts;
  countedOf({ successes: onlyFirst + onlySecond, n });
  countedOf({ successes: onlyFirst, n });
  const same = n - onlyFirst - onlySecond;
  // The Dirichlet prior is that of the share of pairs that differ, times that of the second's share among them.
  const differ: Counted = { yes: onlyFirst + onlySecond, no: same, prior: [1, 0.5] };
  const split: Counted = { yes: onlySecond, no: onlyFirst, prior: JEFFREYS };
  const least = (difference: number): number => {
    const slope = (p: number): number =>
      (2 * same) / (1 - 2 * p - difference) - onlyFirst / p - onlySecond / (p + difference);
    const p = crossing(slope, Math.max(0, -difference), (1 - difference) / 2);
    const either = 2 * p + difference;
    return logMixture(differ, either) + (either > 0 ? logMixture(split, (p + difference) / either) : 0);
  };
  const result = differenceSequence(
    { method: 'exact confidence sequence of a difference in rates of pairs', n: [n, n] },
    n === 0 ? null : (onlySecond - onlyFirst) / n,
    least,
    options,
  );
  return { ...result, n_pairs: n };
}

const METHOD = 'beta-binomial mixture';
const TRIALS = 'The trials are independent and of one rate.';

function differenceSequence(
  known: { readonly method: string; readonly n: readonly number[] },
  estimate: number | null,
  least: (difference: number) => number,
  { level = 0.95, nullValue = 0 }: RateSequenceOptions,
): TestResult {
  requireFraction('level', level);
  if (!(nullValue > -1 && nullValue < 1)) {
    throw new CrucibleError('invalid_argument', `nullValue is ${show(nullValue)}.`, {
      hint: 'Give a difference between −1 and 1.',
    });
  }
  const [low, high] = estimate === null ? [-1, 1] : below(least, -Math.log(1 - level), estimate, -1, 1);
  return answer({
    ...known,
    null_value: nullValue,
    estimate,
    p_value: estimate === null ? null : anytimeP(least(nullValue)),
    ci: { level, low, high, method: METHOD },
    assumptions: estimate === null ? [TRIALS, 'No estimate: there are no trials in a sample.'] : [TRIALS],
  });
}

function anytimeP(logE: number): number {
  return Math.min(Math.exp(-logE), 1);
}

function countedOf({ successes, n }: RateCounts): Counted {
  if (!(Number.isSafeInteger(n) && Number.isSafeInteger(successes) && successes >= 0 && successes <= n)) {
    throw new CrucibleError('invalid_argument', `${show(successes)} of ${show(n)} are not counts.`, {
      hint: 'Give whole numbers with 0 ≤ successes ≤ n.',
    });
  }
  return { yes: successes, no: n - successes, prior: JEFFREYS };
}
