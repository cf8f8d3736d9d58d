import type { MissingCause } from '../comparison-result.ts';
import type { Groups, Pairs } from './arranged.ts';

/** One replicate's number, or why there is none. */
export interface ReplicateValue {
  /** The name that says which replicates of two arms belong together: a seed, a day. */
  readonly label: string;
  readonly value: number | null;
  readonly cause: MissingCause | null;
}

/** Replicates as items: pairs where the arms share their names, as seeds do, else two groups. */
export function arrangeReplicates(first: readonly ReplicateValue[], second: readonly ReplicateValue[]): Pairs | Groups {
  const labels = [...new Set([...first, ...second].map(({ label }) => label))];
  const [a, b] = [byLabel(first), byLabel(second)];
  const shared = labels.some((label) => a.has(label) && b.has(label));
  const unique = a.size === first.length && b.size === second.length;
  return shared && unique ? pairs(labels, a, b) : groups(first, second);
}

function pairs(
  labels: readonly string[],
  a: ReadonlyMap<string, ReplicateValue>,
  b: ReadonlyMap<string, ReplicateValue>,
): Pairs {
  const absent = { value: null, cause: 'absent' } as const;
  const both = labels.map((label) => [a.get(label) ?? absent, b.get(label) ?? absent] as const);
  const complete = both.filter(([x, y]) => x.value !== null && y.value !== null);
  return {
    design: 'paired',
    samples: new Int32Array(complete.length),
    first: Float64Array.from(complete, ([x]) => x.value!),
    second: Float64Array.from(complete, ([, y]) => y.value!),
    clusters: null,
    firstOnly: Float64Array.from(
      both.filter(([x, y]) => x.value !== null && y.value === null),
      ([x]) => x.value!,
    ),
    secondOnly: Float64Array.from(
      both.filter(([x, y]) => x.value === null && y.value !== null),
      ([, y]) => y.value!,
    ),
    neither: both.filter(([x, y]) => x.value === null && y.value === null).length,
    missing: { baseline: causes(both.map(([x]) => x)), treatment: causes(both.map(([, y]) => y)) },
  };
}

function groups(first: readonly ReplicateValue[], second: readonly ReplicateValue[]): Groups {
  const values = (arm: readonly ReplicateValue[]) => arm.flatMap(({ value }) => (value === null ? [] : [value]));
  const [a, b] = [Float64Array.from(values(first)), Float64Array.from(values(second))];
  return {
    design: 'unpaired',
    first: a,
    second: b,
    firstClusters: null,
    secondClusters: null,
    firstMissing: first.length - a.length,
    secondMissing: second.length - b.length,
    missing: { baseline: causes(first), treatment: causes(second) },
  };
}

function byLabel(arm: readonly ReplicateValue[]): Map<string, ReplicateValue> {
  return new Map(arm.map((replicate) => [replicate.label, replicate]));
}

function causes(arm: readonly Pick<ReplicateValue, 'cause'>[]): Partial<Record<MissingCause, number>> {
  const counts: Partial<Record<MissingCause, number>> = {};
  for (const { cause } of arm) if (cause !== null) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
}
