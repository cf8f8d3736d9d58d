import type { ResolvedOptions } from './options.ts';
import { type Interval, type TestResult, testResult } from './test-result.ts';

type Known = Parameters<typeof testResult>[0];

const NUMBERS = ['estimate', 'standard_error', 'statistic'] as const;

/** What stands for smaller p-values, 0 included: doubles that end a little further down lose their digits first. */
export const SMALLEST_P = 1e-300;

/**
 * A result in which no number is NaN or infinite: those become null and `assumptions` says so. A p-value below `SMALLEST_P` becomes that.
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
    } else if (p < SMALLEST_P) {
      p = SMALLEST_P;
      reasons.push(`The p-value is below ${SMALLEST_P}, which stands for it.`);
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
