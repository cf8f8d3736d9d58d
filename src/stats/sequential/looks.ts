import type { Interval, TestResult } from '../inference/test-result.ts';

/**
 * What this look tells together with all before it, of one confidence sequence: the part of its interval that no look has
 * excluded and the smallest p-value so far, which hold together as each does alone. `previous` is what this function gave at the
 * look before, `null` at the first. An interval of which nothing is left is `null`: then the assumptions of the method are broken.
 */
export function afterLook(previous: TestResult | null, current: TestResult): TestResult {
  if (previous === null) return current;
  const p = [previous.p_value, current.p_value].filter((value) => value !== null);
  const ci = current.ci === null ? previous.ci : overlap(previous.ci, current.ci);
  const emptied = ci === null && previous.ci !== null;
  const broken = emptied || previous.assumptions.includes(BROKEN);
  return {
    ...current,
    p_value: p.length === 0 ? null : Math.min(...p),
    ci: broken ? null : ci,
    assumptions: broken ? [...current.assumptions, BROKEN] : current.assumptions,
  };
}

const BROKEN = 'No interval: the looks contradict each other, so the values are not of one distribution.';

function overlap(before: Interval | null, now: Interval): Interval | null {
  if (before === null) return now;
  const low = Math.max(before.low ?? Number.NEGATIVE_INFINITY, now.low ?? Number.NEGATIVE_INFINITY);
  const high = Math.min(before.high ?? Number.POSITIVE_INFINITY, now.high ?? Number.POSITIVE_INFINITY);
  if (low > high) return null;
  return { ...now, low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}
