import { describe } from '../../stats/describe.ts';
import type { Rate } from '../../stats/inference/rate.ts';
import { quantiles } from '../../stats/quantile.ts';
import { weightedDeviation, weightedMean } from '../../stats/sampling/weighted-estimate.ts';
import { weightedQuantiles } from '../../stats/sampling/weighted-quantile.ts';
import { Verdict } from '../rows/cells.ts';
import type { ArmValues, MetricKind } from './comparison-result.ts';
import type { Selection, Transform } from './items/arm-items.ts';
import { isSampled } from './items/weighted-groups.ts';
import type { Metric } from './metric.ts';
import type { ExperimentRows } from './reading/experiment-rows.ts';
import type { RowTable } from './reading/row-table.ts';
import type { RowsCollection } from './reading/rows-collection.ts';

/** The experiments of an arm, read. */
export type ArmRows = readonly ExperimentRows[];

/** Where both arms have the values of a metric. A metric that several operations have comes once for each: they are never pooled. */
export interface MetricTables {
  /** Name of the result: that of the metric, with `@operation` where there are several. */
  readonly name: string;
  readonly baseline: readonly Selection[];
  readonly treatment: readonly Selection[];
  readonly events: { readonly baseline: readonly string[]; readonly treatment: readonly string[] };
}

/** Finds the tables of a metric whose values are in rows. `column` is its place among the row metrics. */
export function tablesOf(
  metric: Metric,
  column: number,
  baseline: ArmRows,
  treatment: ArmRows,
  { operations }: RowsCollection,
): MetricTables[] {
  if (metric.source.from === 'score') {
    const { name } = metric.source;
    const of = (arm: ArmRows) => arm.map((experiment, i) => scoreSelection(experiment, i, name));
    const events = { baseline: [], treatment: [] };
    return [{ name: metric.name, baseline: of(baseline), treatment: of(treatment), events }];
  }
  const both = [...baseline, ...treatment];
  const texts = operations.texts;
  const named = metric.event === null ? null : texts.indexOf(metric.event);
  const inRequests = [baseline, treatment].map((arm) => requestOperations(arm, column));
  const usesRequests = named === null ? inRequests.some((found) => found.size > 0) || !isInOthers(both, column) : false;
  const listOf = (arm: ArmRows, operation: number | null, requests: boolean) =>
    arm.map((experiment, i) => rowSelection(experiment, i, column, operation, requests));
  const eventsOf = (arm: ArmRows, operation: number | null): string[] => {
    const ids = operation === null ? [...presentOperations(arm)] : [operation];
    return ids.map((id) => texts[id]!).sort();
  };
  const single = (operation: number | null, name: string, requests: boolean): MetricTables => ({
    name,
    baseline: listOf(baseline, operation, requests),
    treatment: listOf(treatment, operation, requests),
    events: { baseline: eventsOf(baseline, operation), treatment: eventsOf(treatment, operation) },
  });
  if (named !== null) {
    const inTable = both.some(({ requests }) => requests.operations?.includes(named) === true);
    return [single(named, metric.name, inTable)];
  }
  if (usesRequests) {
    const [first, second] = [presentOperations(baseline), presentOperations(treatment)];
    if (first.size <= 1 && second.size <= 1) return [single(null, metric.name, true)];
    const found = new Set([...inRequests[0]!, ...inRequests[1]!]);
    return byName(found, texts).map((operation) => single(operation, `${metric.name}@${texts[operation]!}`, true));
  }
  const found = new Set(
    both.flatMap(({ others }) => [...others].filter(([, table]) => hasValue(table, column)).map(([id]) => id)),
  );
  const ids = byName(found, texts);
  return ids.map((id) => single(id, ids.length === 1 ? metric.name : `${metric.name}@${texts[id]!}`, false));
}

/** A latency counts where the request did not fail; what is not above 0 has no logarithm, and 0 counts as `zeroAs`. */
export function transformOf(kind: MetricKind, isLatency: boolean, zeroAs: number): Transform {
  if (kind === 'latency') {
    return (value, verdict) => {
      if (verdict === Verdict.FALSE) return 'failed';
      if (value < 0) return 'not_positive';
      return Math.log(value === 0 ? zeroAs : value);
    };
  }
  return isLatency ? (value, verdict) => (verdict === Verdict.FALSE ? 'failed' : value) : (value) => value;
}

/** What a latency of 0 counts as on the log scale: half of the smallest one above. null where there is no zero. */
export function zeroLatency(selections: readonly Selection[]): { zeroAs: number; zeros: number } {
  let zeros = 0;
  let smallest = Number.POSITIVE_INFINITY;
  eachValue(selections, (value, verdict) => {
    if (verdict === Verdict.FALSE) return;
    if (value === 0) zeros++;
    else if (value > 0 && value < smallest) smallest = value;
  });
  // Half of the least number there is would be 0.
  return { zeroAs: Number.isFinite(smallest) ? smallest / 2 || smallest : 1, zeros };
}

/** Whether all values are a plain yes or no; false without any. */
export function allBinary(selections: readonly Selection[]): boolean {
  let any = false;
  let binary = true;
  eachValue(selections, (value) => {
    any = true;
    if (value !== 0 && value !== 1) binary = false;
  });
  return any && binary;
}

/** The values of an arm as observed, weighted where they were sampled. Latencies are those of requests that did not fail. */
export function armValues(selections: readonly Selection[], isLatency: boolean): ArmValues {
  let room = 0;
  for (const { table } of selections) room += table?.length ?? 0;
  const values = new Float64Array(room);
  const inclusion = isSampled(selections) ? new Float64Array(room) : null;
  let count = 0;
  for (const selection of selections) {
    const kept = selection.table?.inclusion;
    eachValue([selection], (value, verdict, row) => {
      if (isLatency && verdict === Verdict.FALSE) return;
      if (inclusion) inclusion[count] = kept?.[row] ?? 1;
      values[count++] = value;
    });
  }
  const used = values.subarray(0, count);
  const summary = inclusion ? weightedSummary(used, inclusion.subarray(0, count)) : summarize(used);
  return isLatency ? { ...summary, failure_rate: failureRate(selections) } : summary;
}

/** How many requests were judged, and how many of them failed. */
export function failuresOf(selections: readonly Selection[]): Rate {
  let [failed, judged] = [0, 0];
  eachJudged(selections, (failure) => {
    judged++;
    failed += failure;
  });
  return { successes: failed, n: judged };
}

/** The failures among the judged requests, as 1 and 0, with the probabilities of the rows. */
export function weightedFailures(selections: readonly Selection[]): { failed: Float64Array; inclusion: Float64Array } {
  const failed: number[] = [];
  const inclusion: number[] = [];
  for (const selection of selections) {
    const kept = selection.table?.inclusion;
    eachJudged([selection], (failure, row) => {
      failed.push(failure);
      inclusion.push(kept?.[row] ?? 1);
    });
  }
  return { failed: Float64Array.from(failed), inclusion: Float64Array.from(inclusion) };
}

function eachJudged(selections: readonly Selection[], take: (failure: 0 | 1, row: number) => void): void {
  for (const { table, operation } of selections) {
    if (!table) continue;
    const { verdicts, operations } = table;
    for (let row = 0; row < table.length; row++) {
      if ((operation !== null && operations?.[row] !== operation) || verdicts[row] === Verdict.NONE) continue;
      take(verdicts[row] === Verdict.FALSE ? 1 : 0, row);
    }
  }
}

function failureRate(selections: readonly Selection[]): number | null {
  if (isSampled(selections)) {
    const { failed, inclusion } = weightedFailures(selections);
    return weightedMean(failed, inclusion).estimate;
  }
  const { successes, n } = failuresOf(selections);
  return n === 0 ? null : successes / n;
}

export function summarize(values: Float64Array): ArmValues {
  const { count, mean, std_dev, min, max } = describe(values);
  const [p50, p95] = quantiles(values, [0.5, 0.95]) as [number | null, number | null];
  return { n: count, mean, std_dev, min, p50, p95, max };
}

function weightedSummary(values: Float64Array, inclusion: Float64Array): ArmValues {
  const { count, min, max } = describe(values);
  const [p50 = null, p95 = null] = weightedQuantiles(values, inclusion, [0.5, 0.95]);
  const mean = weightedMean(values, inclusion).estimate;
  return { n: count, mean, std_dev: weightedDeviation(values, inclusion, mean), min, p50, p95, max };
}

/** Calls `take` for each finite value. */
export function eachValue(
  selections: readonly Selection[],
  take: (value: number, verdict: number, row: number) => void,
): void {
  for (const { table, column, operation } of selections) {
    if (!table) continue;
    const values = table.values(column);
    const { verdicts, operations } = table;
    for (let row = 0; row < table.length; row++) {
      const value = values[row]!;
      if (value - value !== 0 || (operation !== null && operations?.[row] !== operation)) continue;
      take(value, verdicts[row]!, row);
    }
  }
}

function scoreSelection(experiment: ExperimentRows, replicate: number, name: string): Selection {
  return {
    replicate,
    table: experiment.scores.get(name),
    column: 0,
    operation: null,
    context: experiment.requests,
    starts: experiment.starts,
    wrappers: 0,
  };
}

function rowSelection(
  experiment: ExperimentRows,
  replicate: number,
  column: number,
  operation: number | null,
  requests: boolean,
): Selection {
  const wrappers = [...experiment.wrappers].filter(([id]) => operation === null || id === operation);
  return {
    replicate,
    table: requests ? experiment.requests : experiment.others.get(operation ?? -1),
    column,
    operation,
    context: undefined,
    starts: requests || operation !== null ? experiment.starts : undefined,
    wrappers: wrappers.reduce((sum, [, count]) => sum + count, 0),
  };
}

function presentOperations(arm: ArmRows): Set<number> {
  const found = new Set<number>();
  for (const { requests } of arm) {
    addChanges(found, requests.operations, requests.length, () => true);
  }
  return found;
}

function requestOperations(arm: ArmRows, column: number): Set<number> {
  const found = new Set<number>();
  for (const { requests } of arm) {
    const values = requests.values(column);
    addChanges(found, requests.operations, requests.length, (row) => !Number.isNaN(values[row]!));
  }
  return found;
}

// Operations come in long stretches: a set is asked only where one ends.
function addChanges(
  found: Set<number>,
  operations: Int32Array | undefined,
  rows: number,
  counts: (row: number) => boolean,
): void {
  let last = -1;
  for (let row = 0; row < rows; row++) {
    const operation = operations![row]!;
    if (operation === last || !counts(row)) continue;
    found.add(operation);
    last = operation;
  }
}

function isInOthers(experiments: ArmRows, column: number): boolean {
  return experiments.some(({ others }) => [...others.values()].some((table) => hasValue(table, column)));
}

function hasValue(table: RowTable, column: number): boolean {
  return table.values(column).some((value) => !Number.isNaN(value));
}

function byName(ids: ReadonlySet<number>, texts: readonly string[]): number[] {
  return [...ids].sort((a, b) => (texts[a]! < texts[b]! ? -1 : 1));
}
