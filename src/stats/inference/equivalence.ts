import { CrucibleError, show } from '../../core/errors.ts';
import { normalQuantileUpper } from '../distributions/normal.ts';
import { studentTQuantileUpper } from '../distributions/student-t.ts';
import { answer, SMALLEST_P } from './answer.ts';
import { normalProbability } from './normal-statistic.ts';
import { requireChoice } from './options.ts';
import { RATIOS, type Rate, requireRates } from './rate.ts';
import { rateDifferenceScore, scoreLimits } from './rate-difference-score.ts';
import { tProbability } from './t-statistic.ts';
import type { TestResult } from './test-result.ts';

/** The differences that are too small to matter: from −margin to margin, or from `low` to `high`. */
export type Margin = number | { readonly low: number; readonly high: number };

export interface EquivalenceOptions {
  readonly margin: Margin;
  /** The level that the verdict is made at, default 0.95. The interval has 2 · level − 1: it lies within the margin when p < 1 − level. */
  readonly level?: number;
}

export interface NonInferiorityOptions {
  /** How much worse is still acceptable: a positive number, on the scale of the estimate. */
  readonly margin: number;
  /** Whether `higher` values are better or `lower` ones. */
  readonly better: 'higher' | 'lower';
  readonly level?: number;
}

/** A test against a margin. */
export interface MarginResult extends TestResult {
  readonly margin: { readonly low: number | null; readonly high: number | null };
  /** p of "the difference is at or below the margin's low end"; null for a margin without one. */
  readonly p_low: number | null;
  /** p of "the difference is at or above the margin's high end"; null for a margin without one. */
  readonly p_high: number | null;
  /** Whether the difference lies within the margin at this level; null where nothing could be tested. */
  readonly within_margin: boolean | null;
}

/** An estimate with what its test needs: any result of a t-test here, or numbers from elsewhere. `df` null means normal. */
export type Estimate = Pick<TestResult, 'estimate' | 'standard_error' | 'df'> & Partial<TestResult>;

/**
 * Equivalence by two one-sided t-tests (Schuirmann 1987): is the estimate's distance from 0 within the margin? Takes the result of
 * `welchTest`, `pairedTest`, `clusteredTest` and the like, or an estimate with its standard error and degrees of freedom. `p_value` is the
 * larger of the two, `statistic` its t.
 *
 * An estimate, error or df of null leaves p null, with the reason in `assumptions`; so does an error of 0. Throws `invalid_argument` for a
 * margin that is not positive, or whose `low` is not below its `high`, and for a risk or odds ratio, whose error is that of its logarithm.
 */
export function equivalenceTest(result: Estimate, options: EquivalenceOptions): MarginResult {
  return againstMargin('Equivalence', byT(result), requireMargin(options.margin), options.level, result);
}

/** Non-inferiority by one one-sided t-test: is the estimate, `second` − `first`, no worse than the margin? See `equivalenceTest`. */
export function nonInferiorityTest(result: Estimate, options: NonInferiorityOptions): MarginResult {
  return againstMargin('Non-inferiority', byT(result), oneSidedMargin(options), options.level, result);
}

/**
 * Equivalence of two independent rates by two one-sided score tests (Farrington and Manning 1990), with the interval that agrees with
 * them (Mee 1984). `estimate` is `second` − `first`. null for a group without trials. Throws as `equivalenceTest` does, and for margins of
 * 1 and more.
 */
export function rateEquivalenceTest(first: Rate, second: Rate, options: EquivalenceOptions): MarginResult {
  return againstMargin(
    'Equivalence of two rates',
    byScore(first, second),
    requireMargin(options.margin, 1),
    options.level,
    {
      n: [first.n, second.n],
      assumptions: ['The trials are independent.'],
    },
  );
}

/** Non-inferiority of the rate `second` to `first` by a score test. See `rateEquivalenceTest`. */
export function rateNonInferiorityTest(first: Rate, second: Rate, options: NonInferiorityOptions): MarginResult {
  return againstMargin(
    'Non-inferiority of two rates',
    byScore(first, second),
    oneSidedMargin(options, 1),
    options.level,
    {
      n: [first.n, second.n],
      assumptions: ['The trials are independent.'],
    },
  );
}

type Limits = { readonly low: number | null; readonly high: number | null };

interface Inference {
  readonly method: string;
  readonly estimate: number | null;
  /** Why there is no test; null when there is one. */
  readonly refusal: string | null;
  readonly statistic: (margin: number) => number;
  readonly probability: (statistic: number, alternative: 'greater' | 'less') => number;
  readonly limits: (tail: number) => { low: number; high: number };
  readonly intervalMethod: string;
}

function byT({ estimate, standard_error: error, df, method }: Estimate): Inference {
  if (method === RATIOS.risk || method === RATIOS.odds) {
    throw new CrucibleError(
      'invalid_argument',
      `The result is a ${method.toLowerCase()}, whose error is that of its logarithm.`,
      {
        hint: 'Give { estimate: Math.log(estimate), standard_error, df: null } with a margin of logarithms, or use rateEquivalenceTest.',
      },
    );
  }
  const freedom = typeof df === 'number' ? df : Number.POSITIVE_INFINITY;
  const usable =
    estimate !== null && error !== null && Number.isFinite(estimate) && error > 0 && freedom > 0 && !Array.isArray(df);
  const normal = freedom === Number.POSITIVE_INFINITY;
  const center = estimate ?? Number.NaN;
  const scale = error ?? Number.NaN;
  return {
    method: normal ? 'z' : 't',
    estimate,
    refusal: usable
      ? null
      : 'There is no estimate with a positive standard error and one number of degrees of freedom.',
    statistic: (margin) => (center - margin) / scale,
    probability: (t, alternative) =>
      normal ? normalProbability(t, alternative) : tProbability(t, freedom, alternative),
    limits: (tail) => {
      const reach = (normal ? normalQuantileUpper(tail) : studentTQuantileUpper(tail, freedom)) * scale;
      return { low: center - reach, high: center + reach };
    },
    intervalMethod: normal ? 'normal' : 't',
  };
}

function byScore(first: Rate, second: Rate): Inference {
  requireRates(first, second);
  const empty = first.n === 0 || second.n === 0;
  return {
    method: 'score',
    estimate: empty ? null : second.successes / second.n - first.successes / first.n,
    refusal: empty ? 'A group has no trials.' : null,
    statistic: (margin) => rateDifferenceScore(first, second, margin),
    probability: (z, alternative) => normalProbability(z, alternative),
    limits: (tail) => scoreLimits(first, second, normalQuantileUpper(tail)),
    intervalMethod: 'Mee score',
  };
}

function againstMargin(
  name: string,
  inference: Inference,
  margin: Limits,
  level: number = 0.95,
  source: Partial<TestResult> & Pick<Partial<TestResult>, 'n'>,
): MarginResult {
  if (!(level > 0.5 && level < 1)) {
    throw new CrucibleError('invalid_argument', `level is ${show(level)}.`, {
      hint: 'Give a fraction above 0.5, such as 0.95.',
    });
  }
  const twoSided = margin.low !== null && margin.high !== null;
  const { n = [], n_pairs = null, n_clusters = null, dropped = { not_finite: 0, unpaired: 0 } } = source;
  const known = {
    method: `${name}, ${twoSided ? 'two one-sided' : 'one-sided'} ${inference.method}-test${twoSided ? 's' : ''}`,
    alternative: twoSided ? 'two-sided' : margin.low === null ? 'less' : 'greater',
    null_value: margin.low ?? margin.high,
    estimate: inference.estimate,
    standard_error: source.standard_error ?? null,
    df: source.df ?? null,
    n,
    n_pairs,
    n_clusters,
    dropped,
    assumptions: [...(source.assumptions ?? [])],
  } as const;
  if (inference.refusal !== null) {
    const refused = answer({ ...known, assumptions: [...known.assumptions, inference.refusal] });
    return { ...refused, margin, p_low: null, p_high: null, within_margin: null };
  }
  const lowT = margin.low === null ? null : inference.statistic(margin.low);
  const highT = margin.high === null ? null : inference.statistic(margin.high);
  const pLow = lowT === null ? null : positive(inference.probability(lowT, 'greater'));
  const pHigh = highT === null ? null : positive(inference.probability(highT, 'less'));
  const lowDecides = pHigh === null || (pLow !== null && pLow >= pHigh);
  const p = lowDecides ? pLow : pHigh;
  const { low, high } = inference.limits(1 - level);
  const result = answer({
    ...known,
    null_value: lowDecides ? margin.low : margin.high,
    statistic: lowDecides ? lowT : highT,
    p_value: p,
    ci: {
      level: twoSided ? Number((2 * level - 1).toPrecision(15)) : level,
      low: margin.low === null ? null : low,
      high: margin.high === null ? null : high,
      method: inference.intervalMethod,
    },
  });
  return { ...result, margin, p_low: pLow, p_high: pHigh, within_margin: p === null ? null : p < 1 - level };
}

function positive(p: number): number | null {
  return Number.isNaN(p) ? null : Math.max(p, SMALLEST_P);
}

function requireMargin(margin: Margin, below: number = Number.POSITIVE_INFINITY): Limits {
  const { low, high } =
    typeof margin === 'number' ? { low: -margin, high: margin } : (margin ?? { low: Number.NaN, high: Number.NaN });
  if (low < high && low > -below && high < below && (typeof margin !== 'number' || margin > 0)) return { low, high };
  throw new CrucibleError('invalid_argument', `margin is ${show(margin)}.`, {
    hint: `Give a positive number${below === 1 ? ' below 1' : ''}, or { low, high } with low below high.`,
  });
}

function oneSidedMargin({ margin, better }: NonInferiorityOptions, below?: number): Limits {
  requireChoice('better', better, ['higher', 'lower']);
  if (typeof margin !== 'number') requireMargin(Number.NaN);
  const { low, high } = requireMargin(margin, below);
  return better === 'higher' ? { low, high: null } : { low: null, high };
}
