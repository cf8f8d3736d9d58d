import { ArmItems, type Transform } from './items/arm-items.ts';
import { type Arranged, arrangeGroups, arrangePairs, type Groups, shareSamples } from './items/arranged.ts';
import { byReplicate, withClusters } from './items/clusters.ts';
import { clusterOfRows, isSampled, keptTogether, weightedGroups } from './items/weighted-groups.ts';
import type { MetricContext } from './metric-context.ts';
import type { MetricTables } from './metric-tables.ts';
import { replicateNumbers } from './replicate-values.ts';

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
  'Events were sampled: the arms are compared as groups, each value weighted by 1 / its inclusion probability, and a sample that one arm lacks counts as missing, since lost and not kept cannot be told apart.';
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
  if (isSampled(both) && !(pairs !== null && keptTogether(pairs, both))) {
    const items = weightedGroups(tables, arms, transform, clusters, pairs);
    const clusterBy = clusterOfRows(clusters);
    return { items, clusterBy, weighted: true, warnings: [SAMPLED], methods: [], assumptions: [] };
  }
  const grouped = withClusters(tables.name, pairs ?? arrangeGroups(...arms), arms, clusters, shared);
  const { arranged, clusterBy } = grouped;
  const warnings = [...grouped.warnings];
  const numbers = [replicateNumbers(context.baseline), replicateNumbers(context.treatment)] as const;
  const several = numbers.map((own) => new Set(own).size > 1);
  const replicated = several.every(Boolean);
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

/** Whether no item has a sample. */
function isLoose({ first, second }: Groups, [a, b]: readonly [ArmItems, ArmItems]): boolean {
  return a.looseValues.length === first.length && b.looseValues.length === second.length && first.length > 0;
}
