import type { Interval, TestResult } from '../../../stats/inference/test-result.ts';

/**
 * A bootstrap result that claims no more than a t-test of the same values: the larger p-value of the two, and an interval that reaches as
 * far as both, so that it still leaves 0 out exactly where the p-value is at most alpha. Of 100 skewed values a BCa p-value is at or below
 * 0.005, as a correction for ten metrics asks for, three times as often as it should be; t forgets the skewness but not how
 * few values there are.
 */
export function noBolderThan(t: TestResult, result: TestResult): TestResult {
  // What varies by rounding alone looks like a variance to a bootstrap.
  if (t.standard_error === 0) return t;
  if (t.p_value === null || t.ci === null || result.p_value === null || result.ci === null) return result;
  return {
    ...result,
    method: `${result.method}, no bolder than t`,
    p_value: Math.max(result.p_value, t.p_value),
    ci: hull(result.ci, t.ci),
    assumptions: [
      ...result.assumptions,
      "The p-value is the larger one of the bootstrap's and the t-test's, the interval reaches as far as both.",
    ],
  };
}

function hull(a: Interval, b: Interval): Interval {
  const low = a.low === null || b.low === null ? null : Math.min(a.low, b.low);
  const high = a.high === null || b.high === null ? null : Math.max(a.high, b.high);
  return { level: a.level, low, high, method: `${a.method} and ${b.method}, the farther ends` };
}
