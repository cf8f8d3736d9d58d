import { ArmItems, type Selection, type Transform } from './items/arm-items.ts';
import { type Arranged, arrangeGroups, arrangePairs, type Groups, shareSamples } from './items/arranged.ts';
import { byReplicate, withClusters } from './items/clusters.ts';
import { LeftOut } from './items/left-out.ts';
import {
  areNested,
  areWhole,
  type Both,
  haveOneProbability,
  isSampled,
  weightedGroups,
} from './items/weighted-groups.ts';
import type { MetricContext } from './metric-context.ts';
import type { MetricTables } from './metric-tables.ts';
import { type ArmRows, replicateNumbers } from './replicate-values.ts';

/** The rows of a metric as items to compare. */
export interface ArrangedRows {
  readonly items: Arranged;
  readonly clusterBy: string | null;
  /** Whether items weigh differently, because events were sampled. */
  readonly weighted: boolean;
  readonly warnings: readonly string[];
  readonly methods: readonly string[];
  /** What the design supposes, whatever the test. */
  readonly assumptions: readonly string[];
}

const SAMPLED =
  'Events were sampled: the arms are compared as groups, each sample weighted by 1 / its inclusion probability. One that an arm lacks is missing only where sampling cannot have left it out: a loss that sampling hides is not seen here.';
const REPEATS =
  'Values of one sample in one arm (repeats, and replicates of the arm) were averaged first, so that a sample counts once.';
const ABOUT = 'The result is about other samples with these replicates, not about other replicates.';
const OVER_SAMPLES =
  'Several replicates are behind the values of the samples: the interval generalises over samples, not over replicates, such as other seeds.';

/** Pairs where the arms share samples, else groups; weighted rows where sampling tore pairs apart. */
export function arrangeRows(tables: MetricTables, transform: Transform, context: MetricContext): ArrangedRows {
  const { clusters, options, rooms, shared } = context;
  const arms = [
    new ArmItems(rooms[0], clusters.candidates.length, tables.baseline, transform),
    new ArmItems(rooms[1], clusters.candidates.length, tables.treatment, transform),
  ] as const;
  const both = [...tables.baseline, ...tables.treatment];
  const pairs = shareSamples(...arms) ? arrangePairs(...arms, shared) : null;
  const numbers = [replicateNumbers(context.baseline), replicateNumbers(context.treatment)] as const;
  const several = numbers.map((own) => new Set(own).size > 1);
  const replicated = several.every(Boolean);
  if (isSampled(both)) {
    const known = { arms, areShared: pairs !== null, numbers, replicated };
    const weighted = arrangeWeighted(tables, transform, context, known);
    if (weighted) return weighted;
  }
  const grouped = withClusters(tables.name, pairs ?? arrangeGroups(...arms), arms, clusters, shared);
  const { arranged, clusterBy } = grouped;
  const warnings = [...grouped.warnings];
  const averaged = several.some(Boolean) && pairs !== null;
  const methods = [
    ...(arms.some(({ counts }) => counts.some((n) => n > 1)) ? [REPEATS] : []),
    ...(averaged ? [ABOUT] : []),
  ];
  const assumptions = averaged ? [OVER_SAMPLES] : [];
  if (pairs === null && arms.every(({ known }) => known.some((bits) => bits !== 0))) {
    warnings.push(`No ${options.pairBy} is in both arms: they are compared as groups.`);
  }
  if (clusterBy === null && replicated && arranged.design === 'unpaired' && isLoose(arranged, arms)) {
    const items = byReplicate(arranged, arms, numbers);
    return { items, clusterBy: 'replicate', weighted: false, warnings, methods, assumptions };
  }
  return { items: arranged, clusterBy, weighted: false, warnings, methods, assumptions };
}

interface Known {
  readonly arms: Both<ArmItems>;
  /** Whether some sample was seen in both arms. */
  readonly areShared: boolean;
  /** Of the replicates, by arm and experiment. */
  readonly numbers: Both<readonly number[]>;
  /** Whether both arms have several. */
  readonly replicated: boolean;
}

/** Sampled rows as groups, with the clusters they would have if they were not sampled; undefined where pairs are whole. */
function arrangeWeighted(
  tables: MetricTables,
  transform: Transform,
  { baseline, treatment, clusters, shared }: MetricContext,
  { arms, areShared, numbers, replicated }: Known,
): ArrangedRows | undefined {
  const { samples, candidates } = clusters;
  const equal = haveOneProbability([...tables.baseline, ...tables.treatment]);
  const alike = equal && areShared && areNested(arms);
  const leftOut = (selections: readonly Selection[], rows: ArmRows) =>
    new LeftOut(
      selections,
      rows.map(({ state }) => state.sampling),
      samples,
      alike,
    );
  const left = [leftOut(tables.baseline, baseline), leftOut(tables.treatment, treatment)] as const;
  // Complete pairs are a fair sample of pairs only where none of them was likelier to stay complete than another.
  if (areShared && equal && areWhole(arms, left)) return undefined;
  const groups = arrangeGroups(...arms);
  const { clusterBy, warnings } = withClusters(tables.name, groups, arms, clusters, shared);
  const candidate = candidates.findIndex(({ name }) => name === clusterBy);
  const byRun = candidate < 0 && replicated && isLoose(groups, arms);
  const firstFree = candidates[candidate]?.count ?? samples.count;
  const rows = tables.baseline.reduce((total, { table }) => total + (table?.length ?? 0), 0);
  // Rows without a cluster, and replicates of one name, are not in both arms.
  const by = [
    { candidate, replicates: byRun ? numbers[0] : null, firstFree },
    {
      candidate,
      replicates: byRun ? numbers[1].map((number) => number + numbers[0].length) : null,
      firstFree: firstFree + rows,
    },
  ] as const;
  return {
    items: weightedGroups(tables, groups, arms, transform, by, left, areShared),
    clusterBy: byRun ? 'replicate' : (clusterBy ?? samples.name),
    weighted: true,
    warnings: [SAMPLED, ...warnings],
    methods: [],
    assumptions: [],
  };
}

/** Whether no item has a sample. */
function isLoose({ first, second }: Groups, [a, b]: readonly [ArmItems, ArmItems]): boolean {
  return a.looseValues.length === first.length && b.looseValues.length === second.length && first.length > 0;
}
