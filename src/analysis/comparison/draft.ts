import type { TestResult } from '../../stats/inference/test-result.ts';
import type { CheckedOptions } from './compare-options.ts';
import type {
  ArmValues,
  MetricComparison,
  MetricKind,
  OverReplicates,
  QuantileDifference,
  Sensitivity,
} from './comparison-result.ts';
import { type Bounds, equivalenceP, type MarginP, marginP } from './inference/margin-p.ts';
import { completed, missingItems, rangeOf } from './inference/missing-at-worst.ts';
import { sequenceItems } from './inference/sequence-items.ts';
import { type Approach, approachOf, testItems } from './inference/test-items.ts';
import type { Arranged } from './items/arranged.ts';
import type { Metric } from './metric.ts';

/** When data are interim: what the confidence sequence is tuned for. null for complete data. */
export type Interim = { readonly tunedFor: number } | null;

/** One metric of one treatment, tested; what depends on the other metrics is still open. */
export interface Draft {
  readonly name: string;
  readonly metric: Metric;
  readonly kind: MetricKind;
  readonly items: Arranged;
  readonly approach: Approach;
  readonly result: TestResult;
  /** p of "beyond the margin"; null without a margin or on interim data. */
  readonly equivalence: number | null;
  /** p of "worse by the margin or more"; null also where nobody said which values are better. */
  readonly notWorse: number | null;
  /** On the scale of the items. */
  readonly margin: Bounds | null;
  readonly interim: Interim;
  readonly clusterBy: string | null;
  readonly events: MetricComparison['events'];
  readonly arms: { readonly baseline: ArmValues; readonly treatment: ArmValues };
  readonly quantileDifferences: readonly QuantileDifference[];
  readonly overReplicates: OverReplicates | null;
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  /** What the design supposes, beside what the test does. */
  readonly assumptions: readonly string[];
  /** Sentences about this metric alone. */
  readonly methods: readonly string[];
}

export interface DraftInput extends Omit<Draft, 'approach' | 'result' | 'equivalence' | 'notWorse' | 'margin'> {}

/** Tests the items of a metric as their kind and design ask for. */
export function draftOf(input: DraftInput, options: CheckedOptions): Draft {
  const { items, kind, metric, interim } = input;
  const approach = approachOf(kind, items);
  const { alpha, seed, resamples } = options;
  const settings = { level: 1 - alpha, seed, resamples, isRate: kind === 'rate' };
  const margin = marginOf(metric.margin, kind);
  if (interim && !hasSequence(kind, approach)) {
    return {
      ...input,
      approach,
      margin,
      result: testItems(approach, items, settings),
      equivalence: null,
      notWorse: null,
    };
  }
  const result = interim
    ? sequenceItems(approach, items, 1 - alpha, interim.tunedFor)
    : testItems(approach, items, settings);
  const beyond = margin === null || interim ? null : marginP(approach, items, result, margin);
  return {
    ...input,
    approach,
    result,
    equivalence: beyond && equivalenceP(beyond),
    notWorse: notWorseP(beyond, metric),
    margin,
  };
}

function notWorseP(beyond: MarginP | null, { better }: Metric): number | null {
  return beyond === null || better === null ? null : better === 'higher' ? beyond.low : beyond.high;
}

/** Whether there is a confidence sequence for interim data: not for few runs, nor for weighted rows. */
export function hasSequence(kind: MetricKind, approach: Approach): boolean {
  return kind !== 'replicate' && approach !== 'weighted';
}

/** A margin on the scale of the items: of a share for latency, whose logarithms are compared. */
export function marginOf(declared: number | null, kind: MetricKind): Bounds | null {
  if (declared === null) return null;
  const reach = kind === 'latency' ? Math.log1p(declared) : declared;
  return { low: -reach, high: reach };
}

/** What was claimed of the complete items, and what must still hold with what is missing. */
export interface Claim {
  readonly kind: 'difference' | 'equivalence';
  /** The largest p-value that, uncorrected, still makes the claim. */
  readonly limit: number;
}

/**
 * The estimate with what is missing at its worst in either direction, and without it, and whether the claim would survive. Bootstraps are replaced by t
 * there, confidence sequences are not.
 */
export function sensitivityOf(draft: Draft, claim: Claim | null, options: CheckedOptions): Sensitivity | null {
  const { items, kind, interim, margin } = draft;
  const missing = missingItems(items);
  if (missing === 0) return null;
  const isRate = kind === 'rate';
  const method = isRate
    ? 'missing outcomes as failures in one arm and successes in the other, and the reverse'
    : 'missing values at the least and the greatest observed in either arm, and the reverse';
  const range = rangeOf(items, isRate);
  if (range === null) return { missing, low: null, high: null, could_flip: null, method };
  const ends = [completed(items, range.high, range.low), completed(items, range.low, range.high)];
  const { alpha, seed, resamples } = options;
  const results = ends.map((complete) => {
    const approach = draft.approach === 'bca' ? 't' : approachOf(kind, complete);
    const result = interim
      ? sequenceItems(approach, complete, 1 - alpha, interim.tunedFor)
      : testItems(approach, complete, { level: 1 - alpha, seed, resamples, isRate });
    return { approach, result, complete };
  });
  // Where one arm has a value the other's is no freer than the range: then the complete items alone may lie further out.
  const estimates = [...results.map(({ result }) => result.estimate), draft.result.estimate].filter(
    (one) => one !== null,
  );
  const end = (of: (...values: number[]) => number) => (estimates.length < 2 ? null : shown(of(...estimates), kind));
  const [low, high] = [end(Math.min), end(Math.max)];
  return { missing, low, high, could_flip: claim && !survives(claim, draft.result.estimate, results, margin), method };
}

function survives(
  { kind, limit }: Claim,
  estimate: number | null,
  results: readonly { approach: Approach; result: TestResult; complete: Arranged }[],
  margin: Bounds | null,
): boolean {
  if (kind === 'equivalence') {
    return results.every(({ approach, complete, result }) => {
      const p = margin && equivalenceP(marginP(approach, complete, result, margin));
      return p !== null && p <= limit;
    });
  }
  // The end that speaks against the claim.
  const { result } = estimate !== null && estimate > 0 ? results[0]! : results[1]!;
  return (
    result.p_value !== null && result.p_value <= limit && Math.sign(result.estimate ?? 0) === Math.sign(estimate ?? 0)
  );
}

/** An estimate in the terms of the result. */
export function shown(estimate: number | null, kind: MetricKind): number | null {
  return estimate === null ? null : kind === 'latency' ? Math.exp(estimate) : estimate;
}
