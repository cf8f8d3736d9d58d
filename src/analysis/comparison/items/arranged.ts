import type { MissingCause, MissingCounts } from '../comparison-result.ts';
import type { ArmItems } from './arm-items.ts';

/** What is missing of both arms, by cause. */
export interface Missing {
  readonly baseline: MissingCounts;
  readonly treatment: MissingCounts;
}

/** Both arms as pairs of samples. */
export interface Pairs {
  readonly design: 'paired';
  /** The samples that are complete pairs, and their values. */
  readonly samples: Int32Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly clusters: Int32Array | null;
  /** Values without a partner. */
  readonly firstOnly: Float64Array;
  readonly secondOnly: Float64Array;
  /** Samples that were seen and have a value in neither arm. */
  readonly neither: number;
  readonly missing: Missing;
}

/** Both arms by themselves. */
export interface Groups {
  readonly design: 'unpaired';
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly firstClusters: Int32Array | null;
  readonly secondClusters: Int32Array | null;
  /** With which probability each item was kept, where items were sampled: then they are rows, and weigh the inverse. */
  readonly inclusion?: { readonly first: Float64Array; readonly second: Float64Array };
  /** How many items have no value. */
  readonly firstMissing: number;
  readonly secondMissing: number;
  readonly missing: Missing;
}

export type Arranged = Pairs | Groups;

/** Whether some sample was seen in both arms: then pairs are compared, and whatever is in one arm only is missing in the other. */
export function shareSamples(first: ArmItems, second: ArmItems): boolean {
  const { known } = second;
  return first.known.some((own, sample) => own !== 0 && known[sample] !== 0);
}

export function arrangePairs(first: ArmItems, second: ArmItems): Pairs {
  const universe = first.known.length;
  const samples = new Int32Array(universe);
  const [a, b] = [new Float64Array(universe), new Float64Array(universe)];
  const firstOnly = new Float64Array(universe);
  const secondOnly = new Float64Array(universe);
  const counts = { pairs: 0, first: 0, second: 0, neither: 0 };
  const missing = { baseline: new Causes(), treatment: new Causes() };
  for (let sample = 0; sample < universe; sample++) {
    if (first.known[sample] === 0 && second.known[sample] === 0) continue;
    const x = first.value(sample);
    let y = second.value(sample);
    if (y - x === Number.POSITIVE_INFINITY || y - x === Number.NEGATIVE_INFINITY) {
      // Their difference is beyond the range of doubles.
      missing.treatment.add('not_finite');
      y = Number.NaN;
    } else if (Number.isNaN(y)) missing.treatment.add(second.cause(sample));
    if (Number.isNaN(x)) missing.baseline.add(first.cause(sample));
    if (Number.isNaN(x) && Number.isNaN(y)) {
      counts.neither++;
    } else if (Number.isNaN(x)) {
      secondOnly[counts.second++] = y;
    } else if (Number.isNaN(y)) {
      firstOnly[counts.first++] = x;
    } else {
      samples[counts.pairs] = sample;
      a[counts.pairs] = x;
      b[counts.pairs++] = y;
    }
  }
  missing.baseline.add('no_sample_id', first.looseValues.length);
  missing.treatment.add('no_sample_id', second.looseValues.length);
  missing.baseline.merge(first.looseMissing);
  missing.treatment.merge(second.looseMissing);
  const lost = total(first.looseMissing) + total(second.looseMissing);
  return {
    design: 'paired',
    samples: samples.slice(0, counts.pairs),
    first: a.slice(0, counts.pairs),
    second: b.slice(0, counts.pairs),
    clusters: null,
    firstOnly: joined(firstOnly.subarray(0, counts.first), first.looseValues),
    secondOnly: joined(secondOnly.subarray(0, counts.second), second.looseValues),
    neither: counts.neither + lost,
    missing: { baseline: missing.baseline.counts(), treatment: missing.treatment.counts() },
  };
}

/** Samples with repeats averaged first, then rows without a sample. */
export function arrangeGroups(first: ArmItems, second: ArmItems): Groups {
  const [a, b] = [groupOf(first), groupOf(second)];
  return {
    design: 'unpaired',
    first: a.values,
    second: b.values,
    firstClusters: null,
    secondClusters: null,
    firstMissing: a.missing.total,
    secondMissing: b.missing.total,
    missing: { baseline: a.missing.counts(), treatment: b.missing.counts() },
  };
}

/** The samples of an arm that have a value, in order. */
export function samplesWithValue({ counts }: ArmItems): Int32Array {
  const samples = new Int32Array(counts.length);
  let count = 0;
  for (let sample = 0; sample < counts.length; sample++) if (counts[sample]! > 0) samples[count++] = sample;
  return samples.slice(0, count);
}

function groupOf(items: ArmItems): { values: Float64Array; missing: Causes } {
  const missing = new Causes();
  for (let sample = 0; sample < items.known.length; sample++) {
    if (items.known[sample] !== 0 && items.counts[sample] === 0) missing.add(items.cause(sample));
  }
  missing.merge(items.looseMissing);
  const own = Float64Array.from(samplesWithValue(items), (sample) => items.value(sample));
  return { values: joined(own, items.looseValues), missing };
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function total(counts: MissingCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

const ORDER: readonly MissingCause[] = [
  'absent',
  'not_finished',
  'failed',
  'no_value',
  'not_finite',
  'not_positive',
  'no_sample_id',
];

/** Counts of what is missing, by cause. */
export class Causes {
  readonly #counts = new Map<MissingCause, number>();

  add(cause: MissingCause, times = 1): void {
    this.#counts.set(cause, (this.#counts.get(cause) ?? 0) + times);
  }

  merge(counts: MissingCounts): void {
    for (const [cause, times] of Object.entries(counts)) this.add(cause as MissingCause, times);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Those that occur, in a fixed order. */
  counts(): MissingCounts {
    return Object.fromEntries(
      ORDER.filter((cause) => (this.#counts.get(cause) ?? 0) > 0).map((cause) => [cause, this.#counts.get(cause)!]),
    );
  }
}
