import { sum } from '../../../stats/sum.ts';
import type { MissingCause } from '../comparison-result.ts';
import type { Groups, Pairs } from './arranged.ts';

/** One replicate's number, or why there is none. */
export interface ReplicateValue {
  /** The name that says which replicates of two arms belong together: a seed, a day. */
  readonly label: string;
  readonly value: number | null;
  readonly cause: MissingCause | null;
}

/**
 * Replicates as items: pairs where the arms share their names, as seeds do, else two groups. What an arm has several times under one name
 * is one replicate that was repeated, and enters once, by its mean: a rerun says nothing that is independent of the first run.
 */
export function arrangeReplicates(first: readonly ReplicateValue[], second: readonly ReplicateValue[]): Pairs | Groups {
  const [a, b] = [byLabel(first), byLabel(second)];
  const labels = [...new Set([...a.keys(), ...b.keys()])];
  const shared = labels.some((label) => a.has(label) && b.has(label));
  return shared ? pairs(labels, a, b) : groups([...a.values()], [...b.values()]);
}

function pairs(
  labels: readonly string[],
  a: ReadonlyMap<string, ReplicateValue>,
  b: ReadonlyMap<string, ReplicateValue>,
): Pairs {
  const absent = { value: null, cause: 'absent' } as const;
  const both = labels.map((label) => {
    const [x, y] = [a.get(label) ?? absent, b.get(label) ?? absent];
    const isTooFar = x.value !== null && y.value !== null && !Number.isFinite(y.value - x.value);
    return [x, isTooFar ? ({ value: null, cause: 'not_finite' } as const) : y] as const;
  });
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
  const runs = new Map<string, ReplicateValue[]>();
  for (const replicate of arm) runs.set(replicate.label, [...(runs.get(replicate.label) ?? []), replicate]);
  return new Map([...runs].map(([label, own]) => [label, averaged(own)]));
}

function averaged(runs: readonly ReplicateValue[]): ReplicateValue {
  const values = runs.flatMap(({ value }) => value ?? []);
  return values.length < 2
    ? (runs.find(({ value }) => value !== null) ?? runs[0]!)
    : { ...runs[0]!, value: sum(Float64Array.from(values)) / values.length, cause: null };
}

function causes(arm: readonly Pick<ReplicateValue, 'cause'>[]): Partial<Record<MissingCause, number>> {
  const counts: Partial<Record<MissingCause, number>> = {};
  for (const { cause } of arm) if (cause !== null) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
}
