import type { TestResult } from '../../stats/inference/test-result.ts';
import { twoProportionsTest } from '../../stats/inference/two-proportions.ts';
import { Verdict } from '../rows/cells.ts';
import { arrangeRows } from './arrange-rows.ts';
import { refused } from './compare-options.ts';
import type { MetricKind, QuantileDifference } from './comparison-result.ts';
import type { DraftInput } from './draft.ts';
import { overReplicates } from './inference/over-replicates.ts';
import { NO_QUANTILES, quantileDifferences } from './inference/quantile-differences.ts';
import { weightedDifference } from './inference/weighted-difference.ts';
import type { Selection } from './items/arm-items.ts';
import type { Arranged } from './items/arranged.ts';
import { arrangeReplicates } from './items/replicate-items.ts';
import { isSampled } from './items/weighted-groups.ts';
import { type Metric, requireShares } from './metric.ts';
import type { MetricContext } from './metric-context.ts';
import {
  allBinary,
  armValues,
  eachValue,
  failuresOf,
  type MetricTables,
  transformOf,
  weightedFailures,
  zeroLatency,
} from './metric-tables.ts';
import { replicateNumbers, replicateValues } from './replicate-values.ts';

/** The items of a metric whose values are in rows, as pairs or groups, with everything that is said beside the test. */
export function rowItems(metric: Metric, tables: MetricTables, context: MetricContext): DraftInput {
  const { options, clusters, interim } = context;
  const both = [...tables.baseline, ...tables.treatment];
  const kind = metric.kind ?? (allBinary(both) ? 'rate' : 'mean');
  if (kind === 'rate') requireRate(metric, both);
  if (kind === 'rate' || (kind === 'replicate' && allBinary(both))) requireShares(metric);
  const isLatency = metric.source.from === 'field' && metric.source.name === 'latency_ms';
  const warnings: string[] = [];
  const methods: string[] = [];
  const arms = {
    baseline: armValues(tables.baseline, isLatency || kind === 'latency'),
    treatment: armValues(tables.treatment, isLatency || kind === 'latency'),
  };
  const known = { name: tables.name, metric, interim, events: tables.events, arms };
  if (kind === 'replicate') {
    const transform = transformOf('mean', isLatency, 1);
    const numbers = [
      replicateValues(context.baseline, tables.baseline, transform, clusters.samples.count),
      replicateValues(context.treatment, tables.treatment, transform, clusters.samples.count),
    ] as const;
    return {
      ...known,
      ...replicateInput(arrangeReplicates(...numbers), context, isSampled(both)),
      methods: ['The number of a replicate is the mean over its samples.'],
      isShare: allBinary(both),
    };
  }
  const { zeroAs, zeros } = kind === 'latency' ? zeroLatency(both) : { zeroAs: 1, zeros: 0 };
  if (kind === 'latency') methods.push('Values of failed requests are left out and the rest compared as logarithms.');
  if (zeros > 0) {
    const text = `${zeros === 1 ? '1 value of 0 has no logarithm and counts' : `${zeros} values of 0 have no logarithm and count`} as half the smallest one above 0 (${zeroAs}).`;
    methods.push(text);
    warnings.push(text);
  }
  const transform = transformOf(kind, isLatency, zeroAs);
  const arranged = arrangeRows(tables, transform, context);
  const { items, clusterBy, weighted } = arranged;
  warnings.push(...arranged.warnings);
  methods.push(...arranged.methods);
  if (kind === 'latency') warnings.push(...failureWarning(tables, options.alpha, weighted));
  const quantiles =
    kind === 'latency' && !weighted && options.quantiles.length > 0
      ? latencyQuantiles(tables, items, clusterBy, context)
      : [];
  return {
    ...known,
    kind,
    items,
    clusterBy,
    quantileDifferences: quantiles,
    overReplicates: null,
    reasons: weighted && kind === 'latency' ? [NO_QUANTILES] : [],
    warnings,
    assumptions: arranged.assumptions,
    methods,
  };
}

function requireRate({ name }: Metric, selections: readonly Selection[]): void {
  eachValue(selections, (value) => {
    if (value === 0 || value === 1) return;
    throw refused(
      `${name} is compared as a rate and has the value ${value}`,
      'Give 0, 1 or booleans, or leave the kind out.',
    );
  });
}

/** What is the same for all metrics with one number per replicate. */
export function replicateInput(
  items: Arranged,
  { options, interim }: MetricContext,
  weighted = false,
): Pick<
  DraftInput,
  'kind' | 'items' | 'clusterBy' | 'quantileDifferences' | 'overReplicates' | 'reasons' | 'warnings' | 'assumptions'
> {
  const { alpha, seed, resamples } = options;
  const fewest = Math.min(items.first.length, items.second.length);
  return {
    kind: 'replicate' satisfies MetricKind,
    items,
    clusterBy: null,
    quantileDifferences: [],
    overReplicates: interim ? null : overReplicates(items, { level: 1 - alpha, seed, resamples }, weighted),
    reasons:
      fewest < 2 ? ['Each arm has one number per replicate, and chance can be told from two replicates on.'] : [],
    warnings: [],
    assumptions: [],
  };
}

function failureWarning(tables: MetricTables, alpha: number, weighted: boolean): string[] {
  const { p_value, estimate } = weighted
    ? weightedFailureTest(tables, alpha)
    : twoProportionsTest(failuresOf(tables.baseline), failuresOf(tables.treatment));
  if (p_value === null || p_value > alpha) return [];
  return [
    `The arms differ in how often requests fail, by ${percent(estimate!)}, and failed requests have no latency here: read both together.`,
  ];
}

function weightedFailureTest(tables: MetricTables, alpha: number): TestResult {
  const [first, second] = [weightedFailures(tables.baseline), weightedFailures(tables.treatment)];
  const inclusion = { first: first.inclusion, second: second.inclusion };
  return weightedDifference({ first: first.failed, second: second.failed, inclusion }, 1 - alpha, true);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} points`;
}

// Of the requests behind the items: in a paired design, of samples that are complete pairs.
function latencyQuantiles(
  tables: MetricTables,
  items: Arranged,
  clusterBy: string | null,
  { options, clusters: { samples, candidates }, baseline, treatment }: MetricContext,
): QuantileDifference[] {
  const inPair = items.design === 'paired' ? new Uint8Array(samples.count) : null;
  if (items.design === 'paired') for (const sample of items.samples) inPair![sample] = 1;
  const candidate = candidates.findIndex(({ name }) => name === clusterBy);
  const replicates = tables.baseline.length + tables.treatment.length;
  // Rows that belong to nothing come after what has numbers already.
  let next = clusterBy === 'replicate' ? replicates : candidate >= 0 ? candidates[candidate]!.count : samples.count;
  const side = (selections: readonly Selection[], numbers: readonly number[], offset: number) => {
    let room = 0;
    for (const { table } of selections) room += table?.length ?? 0;
    const values = new Float64Array(room);
    const clusters = new Int32Array(room);
    let count = 0;
    for (const selection of selections) {
      const { table, replicate } = selection;
      const ids = table?.samples;
      const groups = candidate >= 0 ? table?.clusters(candidate) : ids;
      const group = clusterBy === 'replicate' ? numbers[replicate]! + offset : null;
      eachValue([selection], (value, verdict, row) => {
        if (verdict === Verdict.FALSE || value < 0) return;
        const sample = ids?.[row] ?? -1;
        if (inPair !== null && (sample < 0 || inPair[sample] === 0)) return;
        values[count] = value;
        const own = group ?? groups?.[row] ?? -1;
        clusters[count++] = own >= 0 ? own : next++;
      });
    }
    return { values: values.subarray(0, count), clusters: clusters.subarray(0, count) };
  };
  const first = side(tables.baseline, replicateNumbers(baseline), 0);
  const second = side(tables.treatment, replicateNumbers(treatment), tables.baseline.length);
  return quantileDifferences(first, second, next, options.quantiles, 1 - options.alpha);
}
