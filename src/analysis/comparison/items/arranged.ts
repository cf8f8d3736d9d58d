import type { MissingCause, MissingCounts } from '../comparison-result.ts';
import type { ArmItems } from './arm-items.ts';
import type { SharedIds } from './shared-ids.ts';

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
  /** With which probability each item was kept, and each that has no value, where they were sampled: they weigh the inverse. */
  readonly inclusion?: {
    readonly first: Float64Array;
    readonly second: Float64Array;
    readonly firstMissing: Float64Array;
    readonly secondMissing: Float64Array;
  };
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

export function arrangePairs(first: ArmItems, second: ArmItems, shared: SharedIds): Pairs {
  const universe = first.known.length;
  let [pairs, onlyFirst, onlySecond] = [0, 0, 0];
  for (let sample = 0; sample < universe; sample++) {
    if (first.counts[sample] === 0) {
      if (second.counts[sample] !== 0) onlySecond++;
    } else if (isPair(first, second, sample)) pairs++;
    else onlyFirst++;
  }
  const samples = new Int32Array(pairs);
  const [a, b] = [new Float64Array(pairs), new Float64Array(pairs)];
  const firstOnly = new Float64Array(onlyFirst + first.looseValues.length);
  const secondOnly = new Float64Array(onlySecond + second.looseValues.length);
  firstOnly.set(first.looseValues, onlyFirst);
  secondOnly.set(second.looseValues, onlySecond);
  const missing = { baseline: new Causes(), treatment: new Causes() };
  let [pair, nextFirst, nextSecond, neither] = [0, 0, 0, 0];
  for (let sample = 0; sample < universe; sample++) {
    if (first.known[sample] === 0 && second.known[sample] === 0) continue;
    if (isPair(first, second, sample)) {
      samples[pair] = sample;
      a[pair] = first.value(sample);
      b[pair++] = second.value(sample);
      continue;
    }
    const [inFirst, inSecond] = [first.counts[sample] !== 0, second.counts[sample] !== 0];
    if (!inFirst) missing.baseline.add(first.cause(sample));
    // Beyond the range of doubles is the difference where both have a value.
    if (!inSecond || inFirst) missing.treatment.add(inSecond ? 'not_finite' : second.cause(sample));
    if (inFirst) firstOnly[nextFirst++] = first.value(sample);
    else if (inSecond) secondOnly[nextSecond++] = second.value(sample);
    else neither++;
  }
  missing.baseline.add('no_sample_id', first.looseValues.length);
  missing.treatment.add('no_sample_id', second.looseValues.length);
  missing.baseline.merge(first.looseMissing);
  missing.treatment.merge(second.looseMissing);
  const lost = total(first.looseMissing) + total(second.looseMissing);
  return {
    design: 'paired',
    samples: shared.of(samples),
    first: a,
    second: b,
    clusters: null,
    firstOnly,
    secondOnly,
    neither: neither + lost,
    missing: { baseline: missing.baseline.counts(), treatment: missing.treatment.counts() },
  };
}

/** Whether a sample has a value in both arms, and their difference is a double. */
function isPair(first: ArmItems, second: ArmItems, sample: number): boolean {
  return Number.isFinite(second.value(sample) - first.value(sample));
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
  const samples = samplesWithValue(items);
  const values = new Float64Array(samples.length + items.looseValues.length);
  for (let i = 0; i < samples.length; i++) values[i] = items.value(samples[i]!);
  values.set(items.looseValues, samples.length);
  return { values, missing };
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
