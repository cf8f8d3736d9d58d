import { normalQuantileUpper } from '../distributions/normal.ts';
import { answer, interval } from './answer.ts';
import { newcombeLimits } from './newcombe.ts';
import { normalProbability } from './normal-statistic.ts';
import { resolveOptions } from './options.ts';
import { failures, type Rate, requireRates } from './rate.ts';
import type { Alternative, TestResult } from './test-result.ts';

export interface RateOptions {
  readonly alternative?: Alternative;
  /** Confidence level, default 0.95. */
  readonly level?: number;
}

/**
 * Two independent rates: their difference, `second` − `first`, with Newcombe's interval (method 10, 1998), and the score test that they are
 * equal, whose z squared is Pearson's chi-square without correction. `standard_error` is that of the difference as observed; the test
 * uses the one under equality. The effect size is Cohen's h.
 *
 * A group without trials leaves it null; only successes, or only failures, leave the estimate and its interval. The reason is in
 * `assumptions`. Throws `invalid_argument` unless 0 ≤ successes ≤ n.
 */
export function twoProportionsTest(first: Rate, second: Rate, options: RateOptions = {}): TestResult {
  const resolved = resolveOptions(options);
  requireRates(first, second);
  const known = {
    method: 'Two-proportions score test',
    alternative: resolved.alternative,
    null_value: 0,
    n: [first.n, second.n],
  };
  const assumptions = ['The trials are independent.'];
  if (first.n === 0 || second.n === 0) {
    return answer({ ...known, assumptions: [...assumptions, 'A group has no trials.'] });
  }
  const [a, b] = [first.successes / first.n, second.successes / second.n];
  const z = normalQuantileUpper(resolved.tail);
  const { low, high } = newcombeLimits(first, second, z);
  const successes = first.successes + second.successes;
  const misses = failures(first) + failures(second);
  const pooled = (successes / (first.n + second.n)) * (misses / (first.n + second.n));
  const spread = Math.sqrt(pooled / first.n + pooled / second.n);
  const statistic = pooled === 0 ? null : (b - a) / spread;
  if (statistic === null)
    assumptions.push(`There are only ${misses === 0 ? 'successes' : 'failures'}: nothing to test.`);
  if (Math.min(successes, misses) < 10)
    assumptions.push('There are few successes or few failures: see fisherTest for the p-value.');
  return answer({
    ...known,
    estimate: b - a,
    standard_error: Math.sqrt(
      (a * (failures(first) / first.n)) / first.n + (b * (failures(second) / second.n)) / second.n,
    ),
    statistic,
    p_value: statistic === null ? null : normalProbability(statistic, resolved.alternative),
    ci: interval(low, high, 'Newcombe', resolved),
    effect_size: { name: 'cohen_h', value: 2 * (angle(second) - angle(first)), ci: null },
    assumptions,
  });
}

/** asin √rate. */
function angle(rate: Rate): number {
  return Math.atan2(Math.sqrt(rate.successes), Math.sqrt(failures(rate)));
}
