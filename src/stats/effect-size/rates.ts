import { normalQuantileUpper } from '../distributions/normal.ts';
import { answer, interval } from '../inference/answer.ts';
import { newcombeLimits } from '../inference/newcombe.ts';
import { resolveOptions } from '../inference/options.ts';
import { failures, RATIOS, type Rate, requireRates } from '../inference/rate.ts';
import type { TestResult } from '../inference/test-result.ts';
import type { EffectSizeOptions } from './cohen-d.ts';

const INDEPENDENT = 'The trials are independent.';

/** The difference of two independent rates, `second` − `first`, with Newcombe's interval (method 10, 1998). null for a group without trials. */
export function riskDifference(first: Rate, second: Rate, options: EffectSizeOptions = {}): TestResult {
  const resolved = resolveOptions(options);
  requireRates(first, second);
  const known = { method: 'Risk difference', null_value: 0, n: [first.n, second.n] };
  if (first.n === 0 || second.n === 0)
    return answer({ ...known, assumptions: [INDEPENDENT, 'A group has no trials.'] });
  const [a, b] = [first.successes / first.n, second.successes / second.n];
  const { low, high } = newcombeLimits(first, second, normalQuantileUpper(resolved.tail));
  return answer({
    ...known,
    estimate: b - a,
    standard_error: Math.sqrt(
      (a * (failures(first) / first.n)) / first.n + (b * (failures(second) / second.n)) / second.n,
    ),
    ci: interval(low, high, 'Newcombe', resolved),
    assumptions: [INDEPENDENT],
  });
}

/**
 * The ratio of two independent rates, `second` / `first`, with the interval of Katz et al. (1978), symmetric on the log scale;
 * `standard_error` is that of the logarithm. When a group has no success, ½ is added to the successes and to the trials of both (Walter
 * 1975), in estimate and interval, and `assumptions` says so. null for a group without trials and when neither has a success. Where
 * neither has a failure the error would be 0 however few the trials: there is no interval then, and `riskDifference` has one.
 */
export function riskRatio(first: Rate, second: Rate, options: EffectSizeOptions = {}): TestResult {
  return ratio(RATIOS.risk, 'Katz', first, second, options, (a, b) => {
    if (a.successes + b.successes === 0) return null;
    const added = a.successes === 0 || b.successes === 0 ? 0.5 : 0;
    const [x, y] = [a.successes + added, b.successes + added];
    const [m, n] = [a.n + added, b.n + added];
    // 1/x − 1/m as one fraction, from which nothing cancels.
    return { value: y / n / (x / m), variance: failures(a) / x / m + failures(b) / y / n, added };
  });
}

/**
 * The ratio of the odds of two independent rates, `second` over `first`, with Woolf's interval (1955), symmetric on the log scale;
 * `standard_error` is that of the logarithm. When a group has no success or no failure, ½ is added to all four counts (Haldane 1955,
 * Anscombe 1956), in estimate and interval, and `assumptions` says so. null for a group without trials and when there are only
 * successes or only failures. `fisherTest` has the exact one.
 */
export function oddsRatio(first: Rate, second: Rate, options: EffectSizeOptions = {}): TestResult {
  return ratio(RATIOS.odds, 'Woolf', first, second, options, (a, b) => {
    const cells = [a.successes, failures(a), b.successes, failures(b)] as const;
    if (a.successes + b.successes === 0 || failures(a) + failures(b) === 0) return null;
    const added = cells.includes(0) ? 0.5 : 0;
    const [x, notX, y, notY] = cells.map((cell) => cell + added) as [number, number, number, number];
    const value = (y / notY) * (notX / x);
    return { value, variance: 1 / x + 1 / notX + 1 / y + 1 / notY, added };
  });
}

const NO_FAILURE =
  'No trial failed: the error of the logarithm would be 0 however few there are, so there is no interval. riskDifference has one.';

interface LogRatio {
  readonly value: number;
  readonly variance: number;
  readonly added: number;
}

function ratio(
  method: string,
  intervalMethod: string,
  first: Rate,
  second: Rate,
  options: EffectSizeOptions,
  compute: (first: Rate, second: Rate) => LogRatio | null,
): TestResult {
  const resolved = resolveOptions(options);
  requireRates(first, second);
  const known = { method, null_value: 1, n: [first.n, second.n] };
  if (first.n === 0 || second.n === 0)
    return answer({ ...known, assumptions: [INDEPENDENT, 'A group has no trials.'] });
  const found = compute(first, second);
  if (found === null)
    return answer({ ...known, assumptions: [INDEPENDENT, 'All trials came out alike: no ratio is known.'] });
  if (found.variance === 0) return answer({ ...known, estimate: found.value, assumptions: [INDEPENDENT, NO_FAILURE] });
  const error = Math.sqrt(found.variance);
  const reach = normalQuantileUpper(resolved.tail) * error;
  const added = found.added > 0 ? ['A count is 0: ½ was added to each.'] : [];
  return answer({
    ...known,
    estimate: found.value,
    standard_error: error,
    ci: interval(found.value * Math.exp(-reach), found.value * Math.exp(reach), intervalMethod, resolved),
    assumptions: [INDEPENDENT, ...added],
  });
}
