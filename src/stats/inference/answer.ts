import type { ResolvedOptions } from './options.ts';
import { type Interval, type TestResult, testResult } from './test-result.ts';

type Known = Parameters<typeof testResult>[0];

const NUMBERS = ['estimate', 'standard_error', 'statistic'] as const;

/**
 * A result in which no number is NaN or infinite: those become null and `assumptions` says so. A p-value that underflows becomes
 * the smallest positive double.
 */
export function answer(known: Known): TestResult {
  const result = testResult(known);
  const reasons: string[] = [];
  const finite: Partial<Record<(typeof NUMBERS)[number], number | null>> = {};
  for (const name of NUMBERS) {
    const value = result[name];
    finite[name] = value === null ? null : withinRange(value);
    if (value !== null && finite[name] === null) reasons.push(`${name} is null: it has no finite value.`);
  }
  let p = result.p_value;
  if (p !== null) {
    if (Number.isNaN(p)) {
      p = null;
      reasons.push('p_value is null: the statistic is beyond the range of doubles.');
    } else if (p === 0) {
      p = Number.MIN_VALUE;
      reasons.push('The p-value is below the smallest positive double, 5e-324, which stands for it.');
    }
  }
  let ci = result.ci;
  if (ci !== null && (Number.isNaN(ci.low) || Number.isNaN(ci.high))) {
    ci = null;
    reasons.push('ci is null: its ends are beyond the range of doubles.');
  }
  return {
    ...result,
    ...finite,
    p_value: p,
    ci: ci && {
      ...ci,
      low: ci.low === null ? null : withinRange(ci.low),
      high: ci.high === null ? null : withinRange(ci.high),
    },
    assumptions: [...result.assumptions, ...reasons],
  };
}

/** An interval between two ends, of which a one-sided alternative keeps the one that it needs. */
export function interval(low: number, high: number, method: string, options: ResolvedOptions): Interval {
  const { alternative, level } = options;
  return {
    level,
    low: alternative === 'less' ? null : low,
    high: alternative === 'greater' ? null : high,
    method,
  };
}

function withinRange(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null;
}
