import type { MetricPoint } from '../metrics-store/metrics-store.ts';
import type { ColumnBatch } from '../record/batch.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import { rowTest, type TimeRange, type Where, withCondition } from '../stores/query.ts';
import type { ExperimentMetrics } from './experiment-metrics.ts';
import { MetricsCollection, metricsProjection } from './metrics-collection.ts';
import { type BatchSource, readLeaves } from './rows/read-leaves.ts';
import { RequestNames } from './rows/request-names.ts';
import type { RowReader } from './rows/row-reader.ts';

export type { ExperimentMetrics };

const ALWAYS: TimeRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** What `computeMetrics` reads. */
export interface MetricsInput {
  /** The experiment; or several, whose records are then pooled as if they were one's. */
  readonly states: readonly ExperimentState[];
  /** All batches of those experiments. Called up to three times when requests lie within requests, and as often again for sampled records of an experiment that does not sample. */
  readonly batches: BatchSource;
  /** Metric points of those experiments, for `training.logged`. */
  readonly points?: AsyncIterable<MetricPoint> | undefined;
  /** Which records count. Default: all. Which requests wrap others is decided with all of them. */
  readonly where?: Where | undefined;
  readonly range?: TimeRange | undefined;
}

/**
 * The metrics of an experiment from its records: see `ExperimentMetrics` for what each number means. Exact whatever the order
 * of the records; sums are compensated. For events that came in order it equals the streaming metrics within their bounds.
 *
 * Of a sampled experiment they estimate what all events would show.
 */
export async function computeMetrics(input: MetricsInput): Promise<ExperimentMetrics> {
  const { states, batches, points, where, range } = input;
  const test = where === undefined && range === undefined ? undefined : rowTest(where, range ?? ALWAYS);
  const requests = new RequestNames(states);
  const read = (weighted: boolean) => {
    const projection = withCondition(metricsProjection(states, weighted), where);
    const collect = async (source: AsyncIterable<ColumnBatch>, reader: RowReader) => {
      const collection = new MetricsCollection(states, reader, weighted);
      for await (const batch of source) collection.add(batch);
      return collection;
    };
    return readLeaves({ requests, batches, test, projection }, collect);
  };
  const sampled = states.some(({ sampling }) => sampling !== null);
  let collection = await read(sampled);
  // Records that were sampled before they were ingested say so themselves.
  if (collection.needsWeights) collection = await read(true);
  if (points) for await (const point of points) collection.addPoint(point);
  return collection.metrics(requests);
}
