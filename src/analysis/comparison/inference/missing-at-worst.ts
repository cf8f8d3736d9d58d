import type { Arranged } from '../items/arranged.ts';

/** How many items have a value in one arm only, or in none. */
export function missingItems(items: Arranged): number {
  return items.design === 'paired'
    ? items.firstOnly.length + items.secondOnly.length + items.neither
    : items.firstMissing + items.secondMissing;
}

/** Where values may lie: a rate from 0 to 1, others as far as any was observed in either arm. null without a value. */
export function rangeOf(items: Arranged, isRate: boolean): { low: number; high: number } | null {
  if (isRate) return { low: 0, high: 1 };
  const all =
    items.design === 'paired'
      ? [items.first, items.second, items.firstOnly, items.secondOnly]
      : [items.first, items.second];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of all) {
    for (let i = 0; i < values.length; i++) {
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
  }
  return low <= high ? { low, high } : null;
}

/** The items as if whatever is missing had been that: in the baseline `first`, in the treatment `second`. Each is a cluster of its own. */
export function completed(items: Arranged, first: number, second: number): Arranged {
  const none = { baseline: {}, treatment: {} };
  if (items.design === 'paired') {
    const { firstOnly, secondOnly, neither, clusters } = items;
    const added = firstOnly.length + secondOnly.length + neither;
    const fill = (value: number, length: number) => new Float64Array(length).fill(value);
    return {
      ...items,
      first: concat(items.first, firstOnly, fill(first, secondOnly.length), fill(first, neither)),
      second: concat(items.second, fill(second, firstOnly.length), secondOnly, fill(second, neither)),
      clusters: clusters && extended(clusters, added, nextId(clusters)),
      firstOnly: new Float64Array(0),
      secondOnly: new Float64Array(0),
      neither: 0,
      missing: none,
    };
  }
  const { firstClusters, secondClusters, firstMissing, secondMissing } = items;
  const next = Math.max(nextId(firstClusters), nextId(secondClusters));
  return {
    ...items,
    first: concat(items.first, new Float64Array(firstMissing).fill(first)),
    second: concat(items.second, new Float64Array(secondMissing).fill(second)),
    firstClusters: firstClusters && extended(firstClusters, firstMissing, next),
    secondClusters: secondClusters && extended(secondClusters, secondMissing, next + firstMissing),
    ...(items.inclusion && {
      inclusion: {
        first: concat(items.inclusion.first, items.inclusion.firstMissing),
        second: concat(items.inclusion.second, items.inclusion.secondMissing),
        firstMissing: new Float64Array(0),
        secondMissing: new Float64Array(0),
      },
    }),
    firstMissing: 0,
    secondMissing: 0,
    missing: none,
  };
}

function concat(...lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((length, list) => length + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

function nextId(ids: Int32Array | null): number {
  return ids === null ? 0 : ids.reduce((most, id) => Math.max(most, id), -1) + 1;
}

function extended(ids: Int32Array, count: number, next: number): Int32Array {
  const all = new Int32Array(ids.length + count);
  all.set(ids);
  for (let i = 0; i < count; i++) all[ids.length + i] = next + i;
  return all;
}
