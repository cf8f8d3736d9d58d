import { chiSquareSf } from '../distributions/chi-square.ts';
import { normalQuantileUpper } from '../distributions/normal.ts';
import { answer } from '../inference/answer.ts';
import type { Interval, TestResult } from '../inference/test-result.ts';
import { requireFraction } from '../special/checks.ts';
import { sum } from '../sum.ts';
import { type DavidsonFit, fitDavidson, probabilities } from './davidson.ts';
import { countPreferences, type PairCounts, type Preference, whyNoMaximum } from './preference-counts.ts';

export interface BradleyTerryOptions {
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /** `davidson` (default) gives ties a parameter of their own; `half` counts each as half a win for either. */
  readonly ties?: 'davidson' | 'half';
}

/** How strong an item is. */
export interface Strength {
  readonly item: string;
  /** Log strength; those of all items sum to 0, and differences are log odds. */
  readonly estimate: number;
  readonly standard_error: number;
  readonly ci: Interval;
  /** How often it was compared. */
  readonly n: number;
}

/** Strengths, and the test that all are equal. */
export interface BradleyTerryResult extends TestResult {
  /** By strength, strongest first; `null` where there is no estimate. */
  readonly strengths: readonly Strength[] | null;
  /** Davidson's ν: ties over the geometric mean of wins and losses, between equals; 0 without ties. */
  readonly tie_parameter: number | null;
  /** Of the log strengths, in the order of `strengths`: the variance of a difference is that of both less twice this. */
  readonly covariance: readonly (readonly number[])[] | null;
}

/**
 * The model of Bradley and Terry (Biometrika 39, 1952) of who is preferred, with ties as Davidson has them (JASA 65, 1970), by maximum
 * likelihood: Newton's method on the logs of the strengths, intervals from the Fisher information. The statistic is twice the
 * log-likelihood ratio against equal strengths.
 *
 * There is no estimate, and `assumptions` says why, where the data leave a strength without bound: items that nothing links, or
 * that were always or never preferred. Throws `invalid_argument` for an item against itself and counts that are not positive.
 */
export function bradleyTerry(
  preferences: readonly Preference[],
  options: BradleyTerryOptions = {},
): BradleyTerryResult {
  const { level = 0.95, ties: treatment = 'davidson' } = options;
  requireFraction('level', level);
  const counts = countPreferences(preferences);
  const davidson = treatment === 'davidson';
  const { items, total, ties } = counts;
  const known = {
    method: `Bradley-Terry model${ties === 0 ? '' : davidson ? ' with Davidson ties' : ' with ties as half wins'}`,
    n: [total],
    null_value: 0,
  };
  const assumption = 'The comparisons are independent, and each item has one strength throughout.';
  const none = (reason: string): BradleyTerryResult => ({
    ...answer({ ...known, assumptions: [assumption, `No estimate: ${reason}.`] }),
    strengths: null,
    tie_parameter: null,
    covariance: null,
  });
  const reason = whyNoMaximum(counts, davidson);
  if (reason !== undefined) return none(reason);
  const pairs = davidson ? counts.pairs : counts.pairs.map(withHalves);
  const fit = fitDavidson(items.length, pairs);
  if (fit === null) return none('the likelihood is too flat for its maximum to be found');

  const statistic = Math.max(2 * (fit.logLikelihood - equalLogLikelihood(pairs)), 0);
  const df = items.length - 1;
  const order = items.map((_, i) => i).sort((a, b) => fit.strengths[b]! - fit.strengths[a]!);
  return {
    ...answer({
      ...known,
      statistic,
      df,
      p_value: chiSquareSf(statistic, df),
      assumptions: [assumption],
    }),
    strengths: order.map((i) => strengthOf(items[i]!, i, fit, counts.pairs, level)),
    tie_parameter: davidson ? fit.tie : null,
    covariance: order.map((i) => order.map((j) => fit.covariance[i]![j]!)),
  };
}

function strengthOf(item: string, i: number, fit: DavidsonFit, pairs: readonly PairCounts[], level: number): Strength {
  const estimate = fit.strengths[i]!;
  const error = Math.sqrt(fit.covariance[i]![i]!);
  const reach = normalQuantileUpper((1 - level) / 2) * error;
  const met = pairs.filter((pair) => pair.i === i || pair.j === i);
  return {
    item,
    estimate,
    standard_error: error,
    ci: { level, low: estimate - reach, high: estimate + reach, method: 'Wald' },
    n: sum(met.map(({ wins, losses, ties }) => wins + losses + ties)),
  };
}

function withHalves({ i, j, wins, losses, ties }: PairCounts): PairCounts {
  return { i, j, wins: wins + ties / 2, losses: losses + ties / 2, ties: 0 };
}

/** With equal strengths the best ν is that of the share of ties. */
function equalLogLikelihood(pairs: readonly PairCounts[]): number {
  const ties = sum(pairs.map((pair) => pair.ties));
  const decided = sum(pairs.map((pair) => pair.wins + pair.losses));
  const equal = probabilities(0, (2 * ties) / decided);
  return decided * Math.log(equal.win) + (ties === 0 ? 0 : ties * Math.log(equal.tie));
}
