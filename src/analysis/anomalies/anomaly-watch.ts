import { CrucibleError } from '../../core/errors.ts';
import { requireOptions } from '../../core/options.ts';
import type { ColumnBatch } from '../../record/batch.ts';
import type { EventRecord } from '../../record/event-record.ts';
import { EwmaDetector } from '../../stats/anomalies/ewma-detector.ts';
import { WindowDetector } from '../../stats/anomalies/window-detector.ts';
import { requireAtLeast } from '../../stats/special/checks.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { type RowTest, rowTest, type Where } from '../../stores/query.ts';
import { operationOf } from '../comparison/metric.ts';
import { numberOf } from '../comparison/reading/value-reader.ts';
import { RequestNames } from '../rows/request-names.ts';
import type { AnomalousRecord } from './anomalies.ts';
import { type AnomalyMetric, type AnomalyMetricOptions, anomalyMetric } from './anomaly-metric.ts';

/**
 * `mad` (default), `z` and `iqr` hold each value against the last ones before it, `ewma` against a moving mean of all before it. By default
 * all requests are judged, each by its operation: whether one will turn out to wrap others is not known yet.
 */
export interface WatchAnomaliesOptions extends AnomalyMetricOptions {
  /** Default 3.5 for `mad`, 3 for `z`, 1.5 for `iqr`, 4 for `ewma`. */
  readonly threshold?: number;
  readonly where?: Where;
  /** How many values before it a value is held against, by `mad`, `z` and `iqr`. Default 200, at least 3. */
  readonly lastN?: number;
  /** The weight of a new value in the mean of `ewma`, between 0 and 1. Default 0.05: it looks back over some 20 values. */
  readonly weight?: number;
  /** How many values of an operation there must be before any is judged. Default 30, at least 3. */
  readonly warmUp?: number;
}

/** A record of a live experiment whose value is far from those before it. */
export interface WatchedAnomaly extends AnomalousRecord {
  /** The operation: the event's name without `.stop` and `.exception`. */
  readonly event: string;
  readonly metric: string;
  readonly threshold: number;
  readonly record: EventRecord;
}

type Detector = EwmaDetector | WindowDetector;

const OPTIONS: readonly (keyof WatchAnomaliesOptions)[] = [
  'metric',
  'event',
  'method',
  'scale',
  'threshold',
  'where',
  'lastN',
  'weight',
  'warmUp',
];
/** Each has at most as many values as its detector looks back over. */
const MOST_OPERATIONS = 1000;

/**
 * Judges records one by one, each operation by itself, in memory that does not grow with them: of operations the 1,000 seen last are
 * known. Latencies of failures are left out, as `anomalies` does. Records come in their order, so a request that wraps others is judged as
 * any other, by its own operation.
 */
export class AnomalyWatch {
  readonly #metric: AnomalyMetric;
  readonly #requests: RequestNames;
  readonly #experimentId: string;
  readonly #test: RowTest | undefined;
  readonly #create: () => Detector;
  readonly #detectors = new Map<string, Detector>();

  /** Throws `invalid_argument` or `unknown_field` for options that make no sense. */
  constructor(state: ExperimentState, options: WatchAnomaliesOptions = {}) {
    requireOptions('watchAnomalies', options, OPTIONS);
    this.#metric = anomalyMetric(options);
    this.#requests = new RequestNames([state]);
    this.#experimentId = state.id;
    const range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    this.#test = options.where === undefined ? undefined : rowTest(options.where, range);
    this.#create = detectorOf(this.#metric, options);
    this.#create();
  }

  /** Takes a record in, and says what is odd about it; null where nothing is, or nothing can be told. */
  take(batch: ColumnBatch, row: number): WatchedAnomaly | null {
    const name = batch.eventName(row);
    const event = operationOf(name);
    const { metric, source, successOnly } = this.#metric;
    const isWanted =
      this.#metric.event === null ? this.#requests.has(this.#experimentId, name) : event === this.#metric.event;
    if (!isWanted || (this.#test && !this.#test(batch, row))) return null;
    if (successOnly && batch.value('success', row) === false) return null;
    const value = numberOf(batch.value(source.name, row));
    if (Number.isNaN(value)) return null;
    const detector = this.#detectorOf(event);
    const { flagged, score } = detector.update(value);
    if (!flagged || score === null) return null;
    const record = batch.record(row);
    const { event_id, timestamp, sample_id } = record;
    const { threshold } = detector;
    return { event_id, timestamp, sample_id, value, score, event, metric, threshold, record };
  }

  // The one seen last is at the end.
  #detectorOf(event: string): Detector {
    const detector = this.#detectors.get(event) ?? this.#create();
    this.#detectors.delete(event);
    this.#detectors.set(event, detector);
    if (this.#detectors.size > MOST_OPERATIONS) {
      const [oldest] = this.#detectors.keys();
      this.#detectors.delete(oldest!);
    }
    return detector;
  }
}

function detectorOf({ method, scale }: AnomalyMetric, options: WatchAnomaliesOptions): () => Detector {
  const { threshold, lastN, weight, warmUp } = options;
  if (lastN !== undefined) requireAtLeast('lastN', lastN, 3);
  const shared = { scale, ...(threshold !== undefined && { threshold }), ...(warmUp !== undefined && { warmUp }) };
  if (method === 'ewma') {
    if (lastN !== undefined) throw useless('lastN', method, 'weight');
    return () => new EwmaDetector({ ...shared, ...(weight !== undefined && { weight }) });
  }
  if (weight !== undefined) throw useless('weight', method, 'lastN');
  return () => new WindowDetector({ ...shared, method, ...(lastN !== undefined && { window: lastN }) });
}

function useless(name: string, method: string, instead: string): CrucibleError {
  return new CrucibleError('invalid_argument', `${name} does not go with the method ${method}.`, {
    hint: `It takes ${instead}.`,
  });
}
