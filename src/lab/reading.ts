import type { AnomaliesOptions, OperationAnomalies } from '../analysis/anomalies/anomalies.ts';
import type { ExperimentMetrics } from '../analysis/metrics.ts';
import type { QueryWindow } from '../analysis/query-window.ts';
import type { WindowedMetrics, WindowedMetricsOptions } from '../analysis/windowed-metrics.ts';
import type { EventRecord } from '../record/event-record.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import { type RecordQuery, rowTest, timeRange, type Where } from '../stores/query.ts';
import type { LabContext } from './context.ts';

/** The records that a query lets through, by writer and sequence. */
export async function* readRecords({ store }: LabContext, id: string, query: RecordQuery): AsyncGenerator<EventRecord> {
  const range = timeRange(query);
  const test = rowTest(query.where, range);
  for await (const batch of store.scan(id, { range, wholeNested: true })) {
    for (let row = 0; row < batch.rows; row++) if (test(batch, row)) yield batch.record(row);
  }
}

/** The records of a stretch of time, or the last ones. */
export async function readWindow(
  { store, clock }: LabContext,
  id: string,
  window: QueryWindow,
  where?: Where,
): Promise<EventRecord[]> {
  const { queryWindow } = await import('../analysis/query-window.ts');
  return queryWindow({ scan: (options) => store.scan(id, options), clock }, window, where);
}

/** Metrics for each of many windows of time. */
export async function readWindowedMetrics(
  { store, clock }: LabContext,
  state: ExperimentState,
  options: WindowedMetricsOptions,
): Promise<WindowedMetrics> {
  const { windowedMetrics } = await import('../analysis/windowed-metrics.ts');
  return windowedMetrics({ state, scan: (scan) => store.scan(state.id, scan), clock }, options);
}

/** The descriptive analysis of what a query lets through. Metric points belong to no record: they are in that of all records only. */
export async function readMetrics(
  { store, metrics }: LabContext,
  state: ExperimentState,
  query: RecordQuery,
): Promise<ExperimentMetrics> {
  const { computeMetrics } = await import('../analysis/metrics.ts');
  const range = timeRange(query);
  const all = query.where === undefined && query.from === undefined && query.to === undefined;
  return computeMetrics({
    states: [state],
    batches: (projection) => store.scan(state.id, projection),
    points: all ? metrics.scan(state.id) : undefined,
    where: query.where,
    range: all ? undefined : range,
  });
}

/** Values that are far from the rest, and lasting changes. */
export async function readAnomalies(
  { store }: LabContext,
  state: ExperimentState,
  options: AnomaliesOptions,
): Promise<readonly OperationAnomalies[]> {
  const { findExperimentAnomalies } = await import('../analysis/anomalies/anomalies.ts');
  return findExperimentAnomalies({ state, batches: (projection) => store.scan(state.id, projection) }, options);
}
