import { equivalenceTest, rateEquivalenceTest } from '../../../stats/inference/equivalence.ts';
import { mcnemarTest } from '../../../stats/inference/mcnemar.ts';
import { pairedTest } from '../../../stats/inference/one-sample-t.ts';
import type { TestResult } from '../../../stats/inference/test-result.ts';
import { welchTest } from '../../../stats/inference/two-sample-t.ts';
import type { Arranged } from '../items/arranged.ts';
import { differenceOfMeans } from './bootstrap-means.ts';
import { type Approach, outcomesOf, rateOf, type TestSettings } from './test-items.ts';
import { marginWithoutVariance } from './without-variance.ts';

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** p of "the difference is at or below the margin's low end", and of "at or above its high end". */
export interface MarginP {
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Two one-sided tests against a margin: of Farrington and Manning for independent rates, by the interval of Newcombe for paired ones, by
 * the bound on the units that differ for rates that do not vary, by the larger p of the BCa bootstrap and t where the difference is
 * tested so, else by t.
 */
export function marginP(
  approach: Approach,
  items: Arranged,
  result: TestResult,
  margin: Bounds,
  settings: TestSettings,
): MarginP {
  const none = { low: null, high: null };
  if (approach === 'bca') return result.p_value === null ? none : byBootstrapAndT(items, margin, settings);
  if (approach !== 'counts') {
    if (result.standard_error === 0 && result.ci !== null) return marginWithoutVariance(items, margin) ?? none;
    const { p_low, p_high } = equivalenceTest(result, { margin });
    return { low: p_low, high: p_high };
  }
  if (items.design === 'unpaired') {
    if (margin.low <= -1 || margin.high >= 1) return none;
    const exact = marginWithoutVariance(items, margin);
    if (exact !== null) return exact;
    const { p_low, p_high } = rateEquivalenceTest(rateOf(items.first), rateOf(items.second), { margin });
    return { low: p_low, high: p_high };
  }
  if (items.first.length === 0) return none;
  const exact = marginWithoutVariance(items, margin);
  if (exact !== null) return exact;
  const outcomes = outcomesOf(items);
  // The interval of level 1 − 2p that just reaches an end of the margin.
  const ends = (p: number): MarginP => mcnemarTest(outcomes, { level: 1 - 2 * p }).ci ?? none;
  const low = (p: number): number => ends(p).low ?? Number.NEGATIVE_INFINITY;
  const high = (p: number): number => ends(p).high ?? Number.POSITIVE_INFINITY;
  return {
    low: oneSided(
      (p) => low(p) > margin.low,
      (p) => high(p) < margin.low,
    ),
    high: oneSided(
      (p) => high(p) < margin.high,
      (p) => low(p) > margin.high,
    ),
  };
}

/** The larger p of both, as for the difference: a bootstrap forgets how few values there are, t how skewed they are. */
function byBootstrapAndT(items: Arranged, margin: Bounds, settings: TestSettings): MarginP {
  const { first, second, design } = items;
  const { level } = settings;
  const t = design === 'paired' ? pairedTest(first, second, { level }) : welchTest(first, second, { level });
  const { p_low, p_high } = equivalenceTest(t, { margin });
  const larger = (p: number | null, nullValue: number, alternative: 'greater' | 'less'): number | null => {
    const drawn = differenceOfMeans(items, settings, { nullValue, alternative }).p_value;
    return p === null || drawn === null ? null : Math.max(p, drawn);
  };
  return { low: larger(p_low, margin.low, 'greater'), high: larger(p_high, margin.high, 'less') };
}

/** p of "the difference is at or beyond the margin": the larger of the two. */
export function equivalenceP({ low, high }: MarginP): number | null {
  return low === null || high === null ? null : Math.max(low, high);
}

/** Beyond one half, where the estimate is not inside, it is the other end of the interval that reaches the margin. */
function oneSided(isInside: (p: number) => boolean, isOutside: (p: number) => boolean): number {
  const p = reaching(isInside);
  return p < 0.5 ? p : 1 - reaching(isOutside);
}

function reaching(isInside: (p: number) => boolean): number {
  let low = 1e-12;
  let high = 0.4999;
  if (isInside(low)) return low;
  if (!isInside(high)) return 0.5;
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (isInside(middle)) high = middle;
    else low = middle;
  }
  return high;
}
