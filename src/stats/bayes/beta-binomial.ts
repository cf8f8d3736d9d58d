import { CrucibleError, show } from '../../core/errors.ts';
import { betaQuantile, betaQuantileUpper } from '../distributions/beta.ts';
import { answer } from '../inference/answer.ts';
import type { Interval, TestResult } from '../inference/test-result.ts';
import type { RateCounts } from '../sequential/rate-sequence.ts';
import { requireFraction, requirePositive } from '../special/checks.ts';
import { differenceQuantileUpper, expectedShortfall, probabilityAbove, type Shapes } from './two-betas.ts';

export interface BetaBinomialOptions {
  /** The prior of both rates, Beta(alpha, beta), each from 0.01. Default ½ and ½, that of Jeffreys. */
  readonly prior?: { readonly alpha: number; readonly beta: number };
  /** Credible level. Default 0.95. */
  readonly level?: number;
}

/** What is believed of one rate. */
export interface RatePosterior {
  readonly alpha: number;
  readonly beta: number;
  readonly mean: number;
  /** With equal tails. */
  readonly ci: Interval;
}

/** A `TestResult` of the difference, second minus first; `ci` is a credible interval with equal tails. There is no p-value. */
export interface BetaBinomialResult extends TestResult {
  readonly prior: { readonly alpha: number; readonly beta: number };
  /** Of the first and the second rate. */
  readonly posteriors: readonly [RatePosterior, RatePosterior];
  /** P(second rate > first rate). */
  readonly probability_second_greater: number;
  /** P(first rate > second rate): 1 less the other, but with its own digits. */
  readonly probability_first_greater: number;
  /** What taking the first, or the second, costs on average in the rate, where the other is the greater one. */
  readonly expected_loss: readonly [number, number];
}

/**
 * The beta-binomial comparison of two rates: posterior probabilities and losses by quadrature to some twelve digits, not by simulation.
 * Such probabilities may be looked at whenever, but deciding by them does not hold an error rate: for that see
 * `rateDifferenceSequence`. Throws `invalid_argument` for what are not counts and options out of range.
 */
export function betaBinomial(
  first: RateCounts,
  second: RateCounts,
  options: BetaBinomialOptions = {},
): BetaBinomialResult {
  const { prior = { alpha: 0.5, beta: 0.5 }, level = 0.95 } = options;
  requireFraction('level', level);
  for (const shape of [prior.alpha, prior.beta]) {
    requirePositive('A shape of the prior', shape);
    if (shape < 0.01) {
      throw new CrucibleError('invalid_argument', `A shape of the prior is ${show(shape)}.`, {
        hint: 'Give at least 0.01.',
      });
    }
  }
  const tail = (1 - level) / 2;
  const [x, y] = [shapesOf(first, prior), shapesOf(second, prior)];
  const [from, to] = [posterior(x, level), posterior(y, level)];
  const { alpha, beta } = prior;
  return {
    ...answer({
      method: `beta-binomial model with the prior Beta(${alpha}, ${beta})`,
      n: [first.n, second.n],
      null_value: 0,
      estimate: to.mean - from.mean,
      standard_error: Math.sqrt(variance(x) + variance(y)),
      ci: {
        level,
        low: differenceQuantileUpper(1 - tail, x, y),
        high: differenceQuantileUpper(tail, x, y),
        method: 'equal-tailed credible',
      },
      assumptions: [
        'The trials are independent and of one rate in each group.',
        `Both rates have the prior Beta(${alpha}, ${beta}).`,
      ],
    }),
    prior: { alpha, beta },
    posteriors: [from, to],
    probability_second_greater: probabilityAbove(x, y),
    probability_first_greater: probabilityAbove(y, x),
    expected_loss: [expectedShortfall(y, x), expectedShortfall(x, y)],
  };
}

function shapesOf({ successes, n }: RateCounts, prior: { alpha: number; beta: number }): Shapes {
  if (!(Number.isSafeInteger(n) && Number.isSafeInteger(successes) && successes >= 0 && successes <= n)) {
    throw new CrucibleError('invalid_argument', `${show(successes)} of ${show(n)} are not counts.`, {
      hint: 'Give whole numbers with 0 ≤ successes ≤ n.',
    });
  }
  return [prior.alpha + successes, prior.beta + n - successes];
}

function posterior([alpha, beta]: Shapes, level: number): RatePosterior {
  const tail = (1 - level) / 2;
  const ci = {
    level,
    low: betaQuantile(tail, alpha, beta),
    high: betaQuantileUpper(tail, alpha, beta),
    method: 'equal-tailed credible',
  };
  return { alpha, beta, mean: alpha / (alpha + beta), ci };
}

function variance([alpha, beta]: Shapes): number {
  const n = alpha + beta;
  return ((alpha / n) * (beta / n)) / (n + 1);
}
