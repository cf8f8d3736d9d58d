import { CrucibleError, show } from '../../../core/errors.ts';
import type { LabelReader } from '../reading/label-reader.ts';
import { type ArmItems, SEVERAL_CLUSTERS } from './arm-items.ts';
import { NO_CLUSTER } from './arm-room.ts';
import { type Arranged, type Groups, type Pairs, samplesWithValue } from './arranged.ts';
import type { SharedIds } from './shared-ids.ts';

/** By what items may be grouped, and whether somebody said so. */
export interface ClusterChoice {
  readonly candidates: readonly LabelReader[];
  /** True when an item without a cluster is an error. */
  readonly explicit: boolean;
  /** The samples, for messages. */
  readonly samples: LabelReader;
}

export interface Clustered {
  readonly arranged: Arranged;
  readonly clusterBy: string | null;
  readonly warnings: readonly string[];
}

/** The clusters of the items of both arms, for one candidate. */
interface Found {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/**
 * Gives the items their clusters. What somebody asked for must be there: an item counted as a cluster of its own would make the interval
 * too narrow, so one without throws `invalid_argument`. What nobody asked for is taken where it is complete and says something;
 * it throws too where at least half of the items have one and some share it: one that was forgotten would switch all clusters off.
 */
export function withClusters(
  metric: string,
  arranged: Arranged,
  arms: readonly [ArmItems, ArmItems],
  { candidates, explicit, samples }: ClusterChoice,
  shared: SharedIds,
): Clustered {
  const warnings: string[] = [];
  for (const [candidate, label] of candidates.entries()) {
    if (!explicit && arms.every(({ sampleClusters }) => sampleClusters[candidate] === null)) continue;
    const found = arranged.design === 'paired' ? ofPairs(arranged, arms, candidate) : ofGroups(arms, candidate);
    const all = arranged.design === 'paired' ? [found.first] : [found.first, found.second];
    const items = all.reduce((sum, ids) => sum + ids.length, 0);
    const missing = all.reduce((sum, ids) => sum + count(ids, NO_CLUSTER), 0);
    const several = all.reduce((sum, ids) => sum + count(ids, SEVERAL_CLUSTERS), 0);
    if (explicit && missing + several > 0) throw refusal(metric, label.name, arranged, arms, all, samples, explicit);
    if (items === 0 || missing === items) continue;
    if (missing > 0) {
      if (2 * missing <= items && different(all, label.count) < items - missing - several) {
        throw refusal(metric, label.name, arranged, arms, all, samples, explicit);
      }
      warnings.push(
        `${missing} of ${items} items ${missing === 1 ? 'has' : 'have'} no ${label.name}, so it is not taken for a cluster.`,
      );
      continue;
    }
    if (several > 0) {
      warnings.push(
        `${several} of ${items} samples ${several === 1 ? 'has' : 'have'} several values of ${label.name}, so it is not taken for a cluster.`,
      );
      continue;
    }
    const clusters = different(all, label.count);
    if (!explicit && clusters === 1) {
      if (items > 1) warnings.push(`All items have one ${label.name}: the result is about this one only.`);
      continue;
    }
    if (!explicit && clusters === items) continue;
    return { arranged: grouped(arranged, found, shared), clusterBy: label.name, warnings };
  }
  return { arranged, clusterBy: null, warnings };
}

/**
 * Groups rows without a sample by their replicate, where both arms have several: requests of one replicate (a day, a deployment) are
 * more alike than those of two. `numbers` are those of the replicates by experiment, in each arm.
 */
export function byReplicate(
  groups: Groups,
  [first, second]: readonly [ArmItems, ArmItems],
  [a, b]: readonly [readonly number[], readonly number[]],
): Groups {
  return {
    ...groups,
    firstClusters: Int32Array.from(first.looseReplicates, (replicate) => a[replicate]!),
    secondClusters: Int32Array.from(second.looseReplicates, (replicate) => b[replicate]! + a.length),
  };
}

function grouped(arranged: Arranged, { first, second }: Found, shared: SharedIds): Arranged {
  return arranged.design === 'paired'
    ? { ...arranged, clusters: shared.of(first) }
    : { ...arranged, firstClusters: first, secondClusters: second };
}

function ofPairs({ samples }: Pairs, [first, second]: readonly [ArmItems, ArmItems], candidate: number): Found {
  const [a, b] = [first.sampleClusters[candidate], second.sampleClusters[candidate]];
  const ids = new Int32Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const x = a?.[samples[i]!] ?? NO_CLUSTER;
    const y = b?.[samples[i]!] ?? NO_CLUSTER;
    ids[i] = x === y ? x : x === NO_CLUSTER || y === NO_CLUSTER ? NO_CLUSTER : SEVERAL_CLUSTERS;
  }
  return { first: ids, second: ids };
}

function ofGroups([first, second]: readonly [ArmItems, ArmItems], candidate: number): Found {
  const of = (items: ArmItems): Int32Array => {
    const own = samplesWithValue(items);
    const ids = new Int32Array(own.length + items.looseValues.length);
    const [bySample, loose] = [items.sampleClusters[candidate], items.looseClusters[candidate]];
    if (!bySample || !loose) return ids.fill(NO_CLUSTER);
    for (let i = 0; i < own.length; i++) ids[i] = bySample[own[i]!]!;
    ids.set(loose, own.length);
    return ids;
  };
  return { first: of(first), second: of(second) };
}

function refusal(
  metric: string,
  name: string,
  arranged: Arranged,
  arms: readonly [ArmItems, ArmItems],
  all: readonly Int32Array[],
  samples: LabelReader,
  explicit: boolean,
): CrucibleError {
  const wanted = explicit ? (id: number) => id < 0 : (id: number) => id === NO_CLUSTER;
  const arm = all.findIndex((own) => own.some(wanted));
  const ids = all[arm]!;
  const at = ids.findIndex(wanted);
  const which = itemName(arranged, arms[arm]!, arm, at, samples);
  const lacks = ids[at] === NO_CLUSTER;
  const what = lacks ? `has no ${name}` : `has several values of ${name}`;
  const why = explicit ? 'by which clusterBy groups' : 'which most items have and some share';
  const otherwise = explicit ? 'leave clusterBy out' : 'say clusterBy: null where the items are independent';
  return new CrucibleError('invalid_argument', `${which} of ${metric} ${what}, ${why}.`, {
    hint: lacks
      ? `Give every event a ${name}, or ${otherwise}.`
      : 'Cluster by something that holds all events of a sample.',
  });
}

function itemName(arranged: Arranged, items: ArmItems, arm: number, at: number, samples: LabelReader): string {
  const own = arranged.design === 'paired' ? arranged.samples : samplesWithValue(items);
  if (at < own.length) return `The sample ${show(samples.text(own[at]!))}`;
  return `Value ${at - own.length + 1} without a ${samples.name} in the ${arm === 0 ? 'baseline' : 'treatment'}`;
}

/** How many different clusters there are among the numbers below `end`. */
function different(all: readonly Int32Array[], end: number): number {
  const seen = new Uint8Array(end);
  let count = 0;
  for (const ids of all) {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id < 0 || seen[id] === 1) continue;
      seen[id] = 1;
      count++;
    }
  }
  return count;
}

function count(ids: Int32Array, wanted: number): number {
  let times = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i] === wanted) times++;
  return times;
}
