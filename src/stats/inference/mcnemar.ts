import { clopperPearsonInterval } from '../clopper-pearson.ts';
import { binomialCdf, binomialSf } from '../distributions/binomial.ts';
import { chiSquareSf } from '../distributions/chi-square.ts';
import { normalQuantileUpper } from '../distributions/normal.ts';
import { requireCount } from '../special/checks.ts';
import { answer, interval } from './answer.ts';
import { newcombeLimits } from './newcombe.ts';
import { normalProbability } from './normal-statistic.ts';
import { requireChoice, resolveOptions } from './options.ts';
import type { Alternative, EffectSize, TestResult } from './test-result.ts';
import type { RateOptions } from './two-proportions.ts';

/** Pairs by which of their two trials succeeded. */
export interface PairedOutcomes {
  readonly both: number;
  readonly first_only: number;
  readonly second_only: number;
  readonly neither: number;
}

export interface McNemarOptions extends RateOptions {
  /** Whether p is that of the binomial distribution (default), or of chi-square with one degree of freedom. */
  readonly exact?: boolean;
  /** Whether chi-square is corrected for continuity (Edwards 1948). Default false; the exact test needs none. */
  readonly correction?: boolean;
}

/**
 * Paired rates: the difference of the rates of success, `second` − `first`, of trials that come in pairs, with Newcombe's paired interval
 * (method 10, 1998), and McNemar's test (1947) of the pairs that differ. `statistic` is how many pairs `second` alone succeeded in, or
 * chi-square when `exact` is false (for a one-sided alternative its signed root, z). The effect size is the odds ratio of the pairs that
 * differ, with the exact interval that the binomial gives.
 *
 * No pairs leave it null; no pairs that differ give p = 1 and no odds ratio. The reason is in `assumptions`. Throws `invalid_argument` for
 * counts that are not whole, and for a correction of the exact test.
 */
export function mcnemarTest(outcomes: PairedOutcomes, options: McNemarOptions = {}): TestResult {
  const resolved = resolveOptions(options);
  const { exact = true, correction = false } = options;
  requireChoice('exact', exact, [true, false]);
  requireChoice('correction', correction, exact ? [false] : [true, false]);
  const { both, first_only: lost, second_only: won, neither } = outcomes;
  for (const [name, count] of Object.entries({ both, first_only: lost, second_only: won, neither }))
    requireCount(name, count);
  const n = both + lost + won + neither;
  requireCount('The number of pairs', n);
  const { alternative } = resolved;
  const assumptions = ['The pairs are independent.'];
  const known = {
    method: `McNemar test (${exact ? 'exact' : correction ? 'chi-square, continuity corrected' : 'chi-square'})`,
    alternative,
    null_value: 0,
    n: [n, n],
    n_pairs: n,
  };
  if (n === 0) return answer({ ...known, assumptions: [...assumptions, 'There are no pairs.'] });
  const differing = won + lost;
  if (differing === 0) assumptions.push('No pair differs: nothing speaks for or against a difference.');
  const z = normalQuantileUpper(resolved.tail);
  const limits = newcombeLimits({ successes: both + lost, n }, { successes: both + won, n }, z, correlation(outcomes));
  const difference = won - lost;
  const distance = Math.max(Math.abs(difference) - (correction ? 1 : 0), 0);
  const root = differing === 0 ? 0 : (Math.sign(difference) * distance) / Math.sqrt(differing);
  const approximate = alternative === 'two-sided' ? { statistic: root * root, df: 1 } : { statistic: root };
  return answer({
    ...known,
    ...(exact ? { statistic: won } : approximate),
    estimate: difference / n,
    standard_error: Math.sqrt(differing - (difference / n) * difference) / n,
    p_value: exact
      ? exactP(won, lost, alternative)
      : alternative === 'two-sided'
        ? chiSquareSf(root * root, 1)
        : normalProbability(root, alternative),
    ci: interval(limits.low, limits.high, 'Newcombe, paired', resolved),
    effect_size: oddsOf(won, lost, resolved.level),
    assumptions,
  });
}

function exactP(won: number, lost: number, alternative: Alternative): number {
  const n = won + lost;
  if (alternative === 'two-sided') return Math.min(2 * binomialCdf(Math.min(won, lost), n, 0.5), 1);
  return alternative === 'greater' ? binomialSf(won - 1, n, 0.5) : binomialCdf(won, n, 0.5);
}

function oddsOf(won: number, lost: number, level: number): EffectSize | null {
  const share = clopperPearsonInterval(won, won + lost, level);
  if (lost === 0 || share === null) return null;
  const odds = (p: number) => (p === 1 ? null : p / (1 - p));
  return {
    name: 'odds_ratio',
    value: won / lost,
    ci: { level, low: odds(share.low), high: odds(share.high), method: 'clopper-pearson' },
  };
}

/** Newcombe's φ: the correlation of the pairs, a positive one corrected for continuity. 0 where it is not defined. */
function correlation({ both, first_only: lost, second_only: won, neither }: PairedOutcomes): number {
  const margins = Math.sqrt(both + lost) * Math.sqrt(won + neither) * Math.sqrt(both + won) * Math.sqrt(lost + neither);
  if (margins === 0) return 0;
  const product = both * neither - won * lost;
  const n = both + lost + won + neither;
  return (product > 0 ? Math.max(product - n / 2, 0) : product) / margins;
}
