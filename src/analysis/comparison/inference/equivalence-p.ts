import { equivalenceTest, rateEquivalenceTest } from '../../../stats/inference/equivalence.ts';
import { mcnemarTest } from '../../../stats/inference/mcnemar.ts';
import type { TestResult } from '../../../stats/inference/test-result.ts';
import type { Arranged } from '../items/arranged.ts';
import { type Approach, outcomesOf, rateOf } from './test-items.ts';

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * p of "the difference is at or beyond the margin", by two one-sided tests: of Farrington and Manning for independent rates, by the
 * interval of Newcombe for paired ones, else by t, or the normal distribution where the test has no degrees of freedom.
 */
export function equivalenceP(approach: Approach, items: Arranged, result: TestResult, margin: Bounds): number | null {
  if (approach !== 'counts') return equivalenceTest(result, { margin }).p_value;
  if (items.design === 'unpaired') {
    if (margin.low <= -1 || margin.high >= 1) return null;
    return rateEquivalenceTest(rateOf(items.first), rateOf(items.second), { margin }).p_value;
  }
  const outcomes = outcomesOf(items);
  if (items.first.length === 0) return null;
  // The interval of level 1 − 2p that just reaches the margin.
  const within = (p: number): boolean => {
    const { ci } = mcnemarTest(outcomes, { level: 1 - 2 * p });
    return ci !== null && ci.low !== null && ci.high !== null && ci.low > margin.low && ci.high < margin.high;
  };
  let low = 1e-12;
  let high = 0.4999;
  if (within(low)) return low;
  if (!within(high)) return 0.5;
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (within(middle)) high = middle;
    else low = middle;
  }
  return high;
}
