import { CrucibleError, show } from '../../core/errors.ts';
import type { LabelNumbers } from '../label-numbers.ts';
import type { DroppedCounts } from './test-result.ts';

/** Numbers as they come: what is null, NaN or infinite is left out and counted. */
export type Values = ArrayLike<number | null | undefined>;

/** Names of the groups whose values are not independent, one for each value. */
export type ClusterIds = ArrayLike<string | number | null | undefined>;

export interface Sample {
  readonly values: Float64Array;
  /** How many were left out. */
  readonly dropped: number;
}

/** The finite ones. Throws `invalid_argument` for what is not a list. */
export function cleanSample(name: string, values: Values): Sample {
  requireList(name, values);
  const kept = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (isNumber(x)) kept[count++] = x;
  }
  return { values: kept.subarray(0, count), dropped: values.length - count };
}

/** They may be the lists that were given: tests do not change them. */
export interface Pairs {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly dropped: DroppedCounts;
}

/** The pairs of which both values are finite. Throws `invalid_argument` for lists of different lengths. */
export function cleanPairs(first: Values, second: Values): Pairs {
  requireList('first', first);
  requireList('second', second);
  requireSameLength('second', second, 'first', first);
  if (first instanceof Float64Array && second instanceof Float64Array && allFinite(first) && allFinite(second)) {
    return { first, second, dropped: { not_finite: 0, unpaired: 0 } };
  }
  const keptFirst = new Float64Array(first.length);
  const keptSecond = new Float64Array(first.length);
  let count = 0;
  let notFinite = 0;
  let unpaired = 0;
  for (let i = 0; i < first.length; i++) {
    const a = first[i];
    const b = second[i];
    if (isNumber(a) && isNumber(b)) {
      keptFirst[count] = a;
      keptSecond[count++] = b;
    } else if (isNumber(a) || isNumber(b)) {
      notFinite++;
      unpaired++;
    } else notFinite += 2;
  }
  return {
    first: keptFirst.subarray(0, count),
    second: keptSecond.subarray(0, count),
    dropped: { not_finite: notFinite, unpaired },
  };
}

/** Its values may be the list that was given. */
export interface ClusteredSample extends Sample {
  /** The number of its cluster for each value, as `numbers` gave it out. */
  readonly clusters: Uint32Array;
}

/**
 * The finite values with numbers for their clusters. `numbers` is shared by samples whose clusters may be the same. Throws
 * `invalid_argument` for a value without a cluster: counting it as one of its own would make the interval too narrow.
 */
export function cleanClusters(
  name: string,
  values: Values,
  clusters: ClusterIds,
  numbers: LabelNumbers,
): ClusteredSample {
  requireList(name, values);
  requireList(`clusters of ${name}`, clusters);
  requireSameLength(`clusters of ${name}`, clusters, name, values);
  const isWhole = values instanceof Float64Array && allFinite(values);
  const kept = isWhole ? values : new Float64Array(values.length);
  const keptClusters = new Uint32Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const id = clusters[i];
    if (id === null || id === undefined || id === '' || Number.isNaN(id)) {
      throw new CrucibleError('invalid_argument', `Value ${i} of ${name} has the cluster ${show(id)}.`, {
        hint: 'Name the cluster of every value, or leave the value out.',
      });
    }
    const x = values[i];
    if (!isNumber(x)) continue;
    if (!isWhole) kept[count] = x;
    keptClusters[count++] = numbers.of(id);
  }
  return {
    values: kept.subarray(0, count),
    clusters: keptClusters.subarray(0, count),
    dropped: values.length - count,
  };
}

/** Throws `invalid_argument` for a list of fewer than `least` samples. */
export function cleanGroups(groups: readonly Values[], least: number): { groups: Float64Array[]; dropped: number } {
  if (!Array.isArray(groups) || groups.length < least) {
    throw new CrucibleError('invalid_argument', `groups is ${show(groups)}.`, {
      hint: `Give a list of at least ${least} lists of numbers.`,
    });
  }
  const samples = groups.map((group, i) => cleanSample(`groups[${i}]`, group));
  return { groups: samples.map(({ values }) => values), dropped: samples.reduce((total, s) => total + s.dropped, 0) };
}

function allFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function isNumber(x: number | null | undefined): x is number {
  return Number.isFinite(x);
}

function requireList(name: string, values: unknown): void {
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
  if (isList) return;
  throw new CrucibleError('invalid_argument', `${name} is ${show(values)}.`, { hint: 'Give a list of numbers.' });
}

function requireSameLength(name: string, list: ArrayLike<unknown>, other: string, otherList: ArrayLike<unknown>): void {
  if (list.length === otherList.length) return;
  throw new CrucibleError(
    'invalid_argument',
    `${name} has ${list.length} entries and ${other} has ${otherList.length}.`,
    { hint: 'Give one entry for each value, null where there is none.' },
  );
}
