import type { TestResult } from '../../stats/inference/test-result.ts';
import type { CheckedOptions } from './compare-options.ts';
import type {
  ArmValues,
  MetricComparison,
  MetricKind,
  OverReplicates,
  QuantileDifference,
} from './comparison-result.ts';
import { type Bounds, equivalenceP, type MarginP, marginP } from './inference/margin-p.ts';
import { sequenceItems } from './inference/sequence-items.ts';
import { cutToShares } from './inference/share-bounds.ts';
import { type Approach, approachOf, testItems } from './inference/test-items.ts';
import type { Arranged } from './items/arranged.ts';
import type { Metric } from './metric.ts';

/** When data are interim: what the confidence sequence is tuned for, and what to do where there is none. null for complete data. */
export type Interim = { readonly tunedFor: number; readonly remedy: string } | null;

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
  /** Whether the items are shares, or means of shares, from 0 to 1; default: those of a rate. */
  readonly isShare?: boolean;
  /** Whether the interval reached beyond what shares can be, and was cut. */
  readonly isCut: boolean;
}

export interface DraftInput
  extends Omit<Draft, 'approach' | 'result' | 'equivalence' | 'notWorse' | 'margin' | 'isCut'> {}

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
      isCut: false,
      equivalence: null,
      notWorse: null,
    };
  }
  const result = interim
    ? sequenceItems(approach, items, 1 - alpha, interim.tunedFor)
    : testItems(approach, items, settings);
  const isShare = input.isShare ?? kind === 'rate';
  const cut = isShare ? cutToShares(result) : { result, isCut: false };
  const beyond = margin === null || interim ? null : marginP(approach, items, result, margin, settings);
  return {
    ...input,
    approach,
    ...cut,
    equivalence: beyond && equivalenceP(beyond),
    notWorse: notWorseP(beyond, metric),
    margin,
  };
}

/** p of "worse by the margin or more"; null without a margin and where nobody said which values are better. */
export function notWorseP(beyond: MarginP | null, { better }: Metric): number | null {
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

/** An estimate, or the end of an interval, in the terms of the result; null where that is beyond the range of doubles. */
export function shown(estimate: number | null, kind: MetricKind): number | null {
  if (estimate === null || kind !== 'latency') return estimate;
  const ratio = Math.exp(estimate);
  return Number.isFinite(ratio) ? ratio : null;
}
