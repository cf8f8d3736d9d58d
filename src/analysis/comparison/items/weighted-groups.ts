import type { MissingCounts } from '../comparison-result.ts';
import { type ArmItems, Known, type Selection, type Transform } from './arm-items.ts';
import { arrangeGroups, Causes, type Groups } from './arranged.ts';
import type { LeftOut } from './left-out.ts';

/** Both arms, the baseline first. */
export type Both<T> = readonly [T, T];

/** Whether any of the rows was kept with a probability below 1. */
export function isSampled(selections: readonly Selection[]): boolean {
  return selections.some(({ table }) => table?.inclusion !== undefined);
}

/** Whether all rows were kept with one probability. */
export function haveOneProbability(selections: readonly Selection[]): boolean {
  let probability: number | undefined;
  for (const { table } of selections) {
    for (let row = 0; row < (table?.length ?? 0); row++) {
      const own = table!.inclusion?.[row] ?? 1;
      probability ??= own;
      if (own !== probability) return false;
    }
  }
  return true;
}

/** Whether all samples of one arm are in the other. */
export function areNested([a, b]: Both<ArmItems>): boolean {
  const within = (inner: Uint8Array, outer: Uint8Array) => inner.every((own, i) => own === 0 || outer[i] !== 0);
  return within(a.known, b.known) || within(b.known, a.known);
}

/** Whether sampling left out no sample of one arm that the other has. */
export function areWhole([a, b]: Both<ArmItems>, left: Both<LeftOut>): boolean {
  for (let sample = 0; sample < a.known.length; sample++) {
    if (a.known[sample] === 0 && b.known[sample] === 0) continue;
    if (isLeftOut(a, sample, left[0]) || isLeftOut(b, sample, left[1])) return false;
  }
  return true;
}

/** What holds weighted rows together: a candidate by its place, or the replicate, whose number each experiment has; else the sample. */
export interface RowClusters {
  readonly candidate: number;
  readonly replicates: readonly number[] | null;
  /** The first number that no cluster has. */
  readonly firstFree: number;
}

/** The rows of an arm with their probabilities and clusters. */
export function weightedRows(
  selections: readonly Selection[],
  transform: Transform,
  { candidate, replicates, firstFree }: RowClusters,
): { readonly values: Float64Array; readonly inclusion: Float64Array; readonly clusters: Int32Array } {
  const room = selections.reduce((total, { table }) => total + (table?.length ?? 0), 0);
  const values = new Float64Array(room);
  const inclusion = new Float64Array(room);
  const clusters = new Int32Array(room);
  let count = 0;
  let free = firstFree;
  for (const { table, column, operation, replicate } of selections) {
    if (!table) continue;
    const given = table.values(column);
    const { samples, operations, verdicts, inclusion: kept } = table;
    const ids = candidate < 0 ? samples : table.clusters(candidate);
    for (let row = 0; row < table.length; row++) {
      const value = given[row]!;
      if (value - value !== 0 || (operation !== null && operations?.[row] !== operation)) continue;
      const transformed = transform(value, verdicts[row]!);
      if (typeof transformed !== 'number') continue;
      const id = replicates ? replicates[replicate]! : (ids?.[row] ?? -1);
      values[count] = transformed;
      inclusion[count] = kept?.[row] ?? 1;
      clusters[count++] = id >= 0 ? id : free++;
    }
  }
  return {
    values: values.subarray(0, count),
    inclusion: inclusion.subarray(0, count),
    clusters: clusters.subarray(0, count),
  };
}

/** Both arms row by row, weighted. Where they share samples, one that an arm lacks is missing in it, unless sampling may have left it out. */
export function weightedGroups(
  tables: { readonly baseline: readonly Selection[]; readonly treatment: readonly Selection[] },
  items: Both<ArmItems>,
  transform: Transform,
  clusters: Both<RowClusters>,
  left: Both<LeftOut>,
  shared: boolean,
): Groups {
  const [first, second] = [
    weightedRows(tables.baseline, transform, clusters[0]),
    weightedRows(tables.treatment, transform, clusters[1]),
  ];
  const [a, b] = items;
  const missing = [missingOf(a, shared ? b : null, left[0]), missingOf(b, shared ? a : null, left[1])] as const;
  return {
    ...arrangeGroups(...items),
    missing: { baseline: missing[0], treatment: missing[1] },
    firstMissing: countOf(missing[0]),
    secondMissing: countOf(missing[1]),
    first: first.values,
    second: second.values,
    firstClusters: first.clusters,
    secondClusters: second.clusters,
    inclusion: { first: first.inclusion, second: second.inclusion },
  };
}

function missingOf(items: ArmItems, other: ArmItems | null, left: LeftOut): MissingCounts {
  const causes = new Causes();
  for (let sample = 0; sample < items.known.length; sample++) {
    const isSeen = items.known[sample] !== 0 || (other !== null && other.known[sample] !== 0);
    if (!isSeen || items.counts[sample]! > 0 || isLeftOut(items, sample, left)) continue;
    causes.add(items.cause(sample));
  }
  const { not_finished, ...others } = items.looseMissing;
  causes.merge(others);
  // Beginnings and ends without a sample may have been kept one without the other.
  if (!left.isSampled && not_finished !== undefined) causes.add('not_finished', not_finished);
  return causes.counts();
}

// A sample without a row of its own: what else is known of it is from its beginning or its requests.
function isLeftOut({ known }: ArmItems, sample: number, left: LeftOut): boolean {
  return (known[sample]! & Known.ROW) === 0 && left.may(sample);
}

function countOf(counts: MissingCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
