import { CrucibleError } from '../../../core/errors.ts';
import type { MissingCounts } from '../comparison-result.ts';
import type { ArmItems, Selection, Transform } from './arm-items.ts';
import { arrangeGroups, type Groups, type Pairs } from './arranged.ts';
import type { ClusterChoice } from './clusters.ts';

/** Whether any of the rows was kept with a probability below 1. */
export function isSampled(selections: readonly Selection[]): boolean {
  return selections.some(({ table }) => table?.inclusion !== undefined);
}

/** Whether sampling kept or left a sample in both arms together and with one probability: then pairs are whole and weigh the same. */
export function keptTogether({ missing }: Pairs, selections: readonly Selection[]): boolean {
  if (missing.baseline.absent || missing.treatment.absent) return false;
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

/** The rows of an arm with their probabilities, and what holds rows together: the cluster asked for, else the sample. */
export function weightedRows(
  selections: readonly Selection[],
  transform: Transform,
  candidate: number | null,
  firstFree: number,
): { readonly values: Float64Array; readonly inclusion: Float64Array; readonly clusters: Int32Array } {
  const room = selections.reduce((total, { table }) => total + (table?.length ?? 0), 0);
  const values = new Float64Array(room);
  const inclusion = new Float64Array(room);
  const clusters = new Int32Array(room);
  let count = 0;
  let free = firstFree;
  for (const { table, column, operation } of selections) {
    if (!table) continue;
    const given = table.values(column);
    const { samples, operations, verdicts, inclusion: kept } = table;
    const ids = candidate === null ? samples : table.clusters(candidate);
    for (let row = 0; row < table.length; row++) {
      const value = given[row]!;
      if (value - value !== 0 || (operation !== null && operations?.[row] !== operation)) continue;
      const transformed = transform(value, verdicts[row]!);
      if (typeof transformed !== 'number') continue;
      const id = ids?.[row] ?? -1;
      if (candidate !== null && id < 0) {
        throw new CrucibleError('invalid_argument', 'An item has none of what clusterBy groups by.', {
          hint: 'Give every event one, or leave clusterBy out.',
        });
      }
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

/**
 * Both arms row by row, weighted. With samples in both arms, one that an arm lacks counts as missing in it, as in pairs: whether it was lost
 * or not kept cannot be told, and what was lost may be the hardest.
 */
export function weightedGroups(
  tables: { readonly baseline: readonly Selection[]; readonly treatment: readonly Selection[] },
  items: readonly [ArmItems, ArmItems],
  transform: Transform,
  choice: ClusterChoice,
  pairs: Pairs | null,
): Groups {
  const candidate = choice.explicit ? 0 : null;
  const firstFree = choice.explicit ? choice.candidates[0]!.count : choice.samples.count;
  const [first, second] = [
    weightedRows(tables.baseline, transform, candidate, firstFree),
    weightedRows(tables.treatment, transform, candidate, firstFree),
  ];
  const groups = arrangeGroups(...items);
  return {
    ...groups,
    ...(pairs && {
      missing: pairs.missing,
      firstMissing: countOf(pairs.missing.baseline),
      secondMissing: countOf(pairs.missing.treatment),
    }),
    first: first.values,
    second: second.values,
    firstClusters: first.clusters,
    secondClusters: second.clusters,
    inclusion: { first: first.inclusion, second: second.inclusion },
  };
}

function countOf({ no_sample_id: _, ...causes }: MissingCounts): number {
  return Object.values(causes).reduce((sum, count) => sum + count, 0);
}

/** What rows of sampled data are grouped by, for the result. */
export function clusterOfRows(choice: ClusterChoice): string {
  return choice.explicit ? choice.candidates[0]!.name : choice.samples.name;
}
