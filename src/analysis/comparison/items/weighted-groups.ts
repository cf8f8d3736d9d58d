import type { MissingCounts } from '../comparison-result.ts';
import { type ArmItems, Known, type Selection, type Transform } from './arm-items.ts';
import { Causes, type Groups } from './arranged.ts';
import type { LeftOut } from './left-out.ts';
import { type ItemClusters, type WeightedItems, weightedItems } from './weighted-items.ts';

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
    const inclusion = table?.inclusion;
    for (let row = 0; row < (table?.length ?? 0); row++) {
      const own = inclusion?.[row] ?? 1;
      probability ??= own;
      if (own !== probability) return false;
    }
  }
  return true;
}

/** Whether all samples with rows of one arm have rows in the other. */
export function areNested([a, b]: Both<ArmItems>): boolean {
  const hasRow = (known: Uint8Array, sample: number) => (known[sample]! & Known.ROW) !== 0;
  const within = (inner: Uint8Array, outer: Uint8Array) =>
    inner.every((_, sample) => !hasRow(inner, sample) || hasRow(outer, sample));
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

/** Both arms, which are `groups` by their numbers, weighted. Where they share samples, one that an arm lacks is missing in it, unless sampling may have left it out. */
export function weightedGroups(
  tables: { readonly baseline: readonly Selection[]; readonly treatment: readonly Selection[] },
  groups: Groups,
  items: Both<ArmItems>,
  transform: Transform,
  clusters: Both<ItemClusters>,
  left: Both<LeftOut>,
  shared: boolean,
): Groups {
  const samples = items[0].known.length;
  const [first, second] = [
    weightedItems(tables.baseline, transform, clusters[0], samples),
    weightedItems(tables.treatment, transform, clusters[1], samples),
  ];
  const [a, b] = items;
  const missing = [
    missingOf(a, shared ? b : null, left[0], first),
    missingOf(b, shared ? a : null, left[1], second),
  ] as const;
  return {
    ...groups,
    missing: { baseline: missing[0].counts, treatment: missing[1].counts },
    firstMissing: missing[0].inclusion.length,
    secondMissing: missing[1].inclusion.length,
    first: first.values,
    second: second.values,
    firstClusters: first.clusters,
    secondClusters: second.clusters,
    inclusion: {
      first: first.inclusion,
      second: second.inclusion,
      firstMissing: missing[0].inclusion,
      secondMissing: missing[1].inclusion,
    },
  };
}

function missingOf(
  items: ArmItems,
  other: ArmItems | null,
  left: LeftOut,
  weighted: WeightedItems,
): { counts: MissingCounts; inclusion: Float64Array } {
  const causes = new Causes();
  const inclusion: number[] = [];
  const usual = usualProbability(weighted.inclusion);
  const known = { others: 0, leftOut: 0 };
  for (let sample = 0; sample < items.known.length; sample++) {
    const isOthers = other !== null && (other.known[sample]! & Known.ROW) !== 0;
    if (isOthers) known.others++;
    const isSeen = items.known[sample] !== 0 || (other !== null && other.known[sample] !== 0);
    if (!isSeen || items.counts[sample]! > 0) continue;
    if (isLeftOut(items, sample, left)) {
      if (isOthers) known.leftOut++;
      continue;
    }
    causes.add(items.cause(sample));
    inclusion.push(weighted.withoutValue[sample]! || usual);
  }
  const unexplained = left.unexplained(known.leftOut, known.others);
  if (unexplained > 0) {
    causes.add('absent', unexplained);
    for (let i = 0; i < unexplained; i++) inclusion.push(usual);
  }
  const { not_finished = 0, ...others } = items.looseMissing;
  causes.merge(others);
  inclusion.push(...weighted.looseWithoutValue);
  // Beginnings and ends may have been kept one without the other: then their totals tell.
  const unfinished = left.isSampled ? Math.round(left.unfinished() * usual) : not_finished;
  if (unfinished > 0) {
    causes.add('not_finished', unfinished);
    for (let i = 0; i < unfinished; i++) inclusion.push(usual);
  }
  return { counts: causes.counts(), inclusion: Float64Array.from(inclusion) };
}

/** The probability whose inverse is the mean weight. */
function usualProbability(inclusion: Float64Array): number {
  return inclusion.length === 0 ? 1 : inclusion.length / inclusion.reduce((sum, p) => sum + 1 / p, 0);
}

// A sample without a row of its own: what else is known of it is from its beginning or its requests.
function isLeftOut({ known }: ArmItems, sample: number, left: LeftOut): boolean {
  const bits = known[sample]!;
  return (bits & Known.ROW) === 0 && left.may(sample, (bits & Known.STARTED) !== 0);
}
