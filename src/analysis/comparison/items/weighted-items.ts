import type { Selection, Transform } from './arm-items.ts';

/** What holds weighted items together: a candidate by its place, or the replicate, whose number each experiment has; else the sample. */
export interface ItemClusters {
  readonly candidate: number;
  readonly replicates: readonly number[] | null;
  /** The first number that no cluster has. */
  readonly firstFree: number;
}

/** The items of an arm whose rows were sampled, with the probabilities that they were kept with. */
export interface WeightedItems {
  readonly values: Float64Array;
  readonly inclusion: Float64Array;
  readonly clusters: Int32Array;
  /** By sample, the probability of the rows of one that has rows and no value; 0 for others. */
  readonly withoutValue: Float64Array;
  /** The probabilities of rows that have neither sample nor value. */
  readonly looseWithoutValue: readonly number[];
}

/**
 * Samples with their repeats averaged first, each weighted by the inverse of its probability, and rows without a sample: what an arm compares
 * were it not sampled. A sample's own probability is the harmonic mean of those of its rows, which is theirs where they are kept together.
 */
export function weightedItems(
  selections: readonly Selection[],
  transform: Transform,
  { candidate, replicates, firstFree }: ItemClusters,
  samples: number,
): WeightedItems {
  const totals = new Float64Array(samples);
  const weights = new Float64Array(samples);
  const counts = new Uint32Array(samples);
  const bySample = new Int32Array(samples);
  const lost = new Float64Array(samples);
  const lostRows = new Uint32Array(samples);
  const loose: { value: number; inclusion: number; cluster: number }[] = [];
  const looseWithoutValue: number[] = [];
  let free = firstFree;
  for (const { table, column, operation, replicate } of selections) {
    if (!table) continue;
    const given = table.values(column);
    const { samples: ids, operations, verdicts, inclusion } = table;
    const groups = candidate < 0 ? ids : table.clusters(candidate);
    for (let row = 0; row < table.length; row++) {
      if (operation !== null && operations?.[row] !== operation) continue;
      const sample = ids?.[row] ?? -1;
      const probability = inclusion?.[row] ?? 1;
      const value = given[row]!;
      const transformed = value - value === 0 ? transform(value, verdicts[row]!) : null;
      if (typeof transformed !== 'number') {
        if (sample < 0) looseWithoutValue.push(probability);
        else {
          lost[sample]! += 1 / probability;
          lostRows[sample]!++;
        }
        continue;
      }
      const group = replicates ? replicates[replicate]! : (groups?.[row] ?? -1);
      if (sample < 0) {
        loose.push({ value: transformed, inclusion: probability, cluster: group >= 0 ? group : free++ });
        continue;
      }
      if (counts[sample] === 0) bySample[sample] = group >= 0 ? group : free++;
      totals[sample]! += transformed / probability;
      weights[sample]! += 1 / probability;
      counts[sample]!++;
    }
  }
  const found = counts.reduce((total, count) => total + (count > 0 ? 1 : 0), 0);
  const size = found + loose.length;
  const items = { values: new Float64Array(size), inclusion: new Float64Array(size), clusters: new Int32Array(size) };
  const withoutValue = new Float64Array(samples);
  let at = 0;
  for (let sample = 0; sample < samples; sample++) {
    if (counts[sample]! > 0) {
      items.values[at] = totals[sample]! / weights[sample]!;
      items.inclusion[at] = Math.min(counts[sample]! / weights[sample]!, 1);
      items.clusters[at++] = bySample[sample]!;
    } else if (lostRows[sample]! > 0) withoutValue[sample] = Math.min(lostRows[sample]! / lost[sample]!, 1);
  }
  for (const { value, inclusion, cluster } of loose) {
    items.values[at] = value;
    items.inclusion[at] = inclusion;
    items.clusters[at++] = cluster;
  }
  return { ...items, withoutValue, looseWithoutValue };
}
