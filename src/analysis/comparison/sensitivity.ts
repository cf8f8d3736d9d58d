import type { TestResult } from '../../stats/inference/test-result.ts';
import type { CheckedOptions } from './compare-options.ts';
import type { Sensitivity } from './comparison-result.ts';
import { type Draft, notWorseP, shown } from './draft.ts';
import { lacksMore } from './inference/lacks-more.ts';
import { type Bounds, equivalenceP, type MarginP, marginP } from './inference/margin-p.ts';
import { completed, missingItems, rangeOf } from './inference/missing-at-worst.ts';
import { sequenceItems } from './inference/sequence-items.ts';
import { withinShares } from './inference/share-bounds.ts';
import { type Approach, approachOf, type TestSettings, testItems } from './inference/test-items.ts';
import type { Arranged } from './items/arranged.ts';

/** What was claimed of the complete items, and what must still hold with what is missing. */
export interface Claim {
  readonly kind: 'difference' | 'equivalence' | 'not_worse';
  /** The largest p-value that, uncorrected, still makes the claim. */
  readonly limit: number;
}

/** The items as if what is missing were at one end, tested. */
interface Completion {
  readonly approach: Approach;
  readonly items: Arranged;
  readonly result: TestResult;
  readonly settings: TestSettings;
}

/** Both ends of what the items could come to; `null` for one that nothing bounds. */
interface Ends {
  readonly low: Completion | null;
  readonly high: Completion | null;
}

const WORST = {
  rate: 'missing outcomes as failures in one arm and successes in the other, and the reverse',
  other: 'missing values at the least and the greatest observed in either arm, and the reverse',
} as const;
const UNBOUNDED = 'where one arm lacks values more often than chance explains, without a bound on its side';

/**
 * The estimate with what is missing at its worst in either direction, and without it, and whether the claims would survive. Values observed
 * bound the missing ones only where both arms lack them alike: what one arm alone lacks may be what took too long to be observed.
 * Bootstraps are replaced by t there, confidence sequences are not.
 */
export function sensitivityOf(
  draft: Draft,
  verdict: Claim | null,
  notWorse: Claim | null,
  options: CheckedOptions,
): Sensitivity | null {
  const { items, kind, metric, result } = draft;
  const missing = missingItems(items);
  if (missing === 0) return null;
  const isRate = kind === 'rate';
  const range = rangeOf(items, isRate);
  const unbounded = isRate ? null : openEnd(draft);
  const method = isRate ? WORST.rate : unbounded === null ? WORST.other : `${WORST.other}; ${UNBOUNDED}`;
  if (range === null) return { missing, low: null, high: null, could_flip: null, not_worse_could_flip: null, method };
  const complete = (first: number, second: number) => completion(draft, completed(items, first, second), options);
  const ends: Ends = {
    low: unbounded === 'low' ? null : complete(range.high, range.low),
    high: unbounded === 'high' ? null : complete(range.low, range.high),
  };
  // Where one arm has a value the other's is no freer than the range: then the complete items alone may lie further out.
  const known = [ends.low, ends.high].flatMap((end) => end?.result.estimate ?? []);
  const estimates = [...known, ...(result.estimate === null ? [] : [result.estimate])];
  const end = (isOpen: boolean, of: (...values: number[]) => number) =>
    isOpen || estimates.length < 2 ? null : shown(isRate ? withinShares(of(...estimates)) : of(...estimates), kind);
  const flips = (claim: Claim | null) => claim && !survives(claim, draft, ends);
  return {
    missing,
    low: end(unbounded === 'low', Math.min),
    high: end(unbounded === 'high', Math.max),
    could_flip: flips(verdict),
    not_worse_could_flip: metric.better === null ? null : flips(notWorse),
    method,
  };
}

/**
 * The end of the estimate that nothing bounds. A latency and a cost have no greatest value, and of a run that did not get to its number
 * nobody knows how bad it would have been: whichever arm lacks more of them lacks them on its bad side.
 */
function openEnd({ items, kind, metric }: Draft): 'low' | 'high' | null {
  const isReplicate = kind === 'replicate';
  if (kind !== 'latency' && kind !== 'cost' && !isReplicate) return null;
  const arm = lacksMore(items, isReplicate);
  if (arm === null) return null;
  const isBadAbove = !isReplicate || metric.better !== 'higher';
  return isBadAbove === (arm === 'treatment') ? 'high' : 'low';
}

function completion(
  { approach: own, kind, interim }: Draft,
  items: Arranged,
  { alpha, seed, resamples }: CheckedOptions,
): Completion {
  const approach = own === 'bca' ? 't' : approachOf(kind, items);
  const settings = { level: 1 - alpha, seed, resamples, isRate: kind === 'rate' };
  const result = interim
    ? sequenceItems(approach, items, 1 - alpha, interim.tunedFor)
    : testItems(approach, items, settings);
  return { approach, items, result, settings };
}

function survives(
  { kind, limit }: Claim,
  { result: { estimate }, margin, metric }: Draft,
  { low, high }: Ends,
): boolean {
  const isShown = (end: Completion | null, pOf: (beyond: MarginP) => number | null) => {
    const p = end && margin && pOf(beyondMargin(end, margin));
    return p !== null && p <= limit;
  };
  switch (kind) {
    case 'equivalence':
      return isShown(low, equivalenceP) && isShown(high, equivalenceP);
    case 'not_worse':
      return isShown(metric.better === 'higher' ? low : high, (beyond) => notWorseP(beyond, metric));
    case 'difference': {
      const against = estimate !== null && estimate > 0 ? low : high;
      if (against === null || against.result.p_value === null || against.result.p_value > limit) return false;
      return Math.sign(against.result.estimate ?? 0) === Math.sign(estimate ?? 0);
    }
  }
}

function beyondMargin({ approach, items, result, settings }: Completion, margin: Bounds): MarginP {
  return marginP(approach, items, result, margin, settings);
}
