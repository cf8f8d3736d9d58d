import { CrucibleError, show } from '../../core/errors.ts';
import { requireOptions } from '../../core/options.ts';
import { type Duration, durationMicros } from '../../core/time.ts';
import type { ColumnBatch } from '../../record/batch.ts';
import type { AnomalyMethod, Baseline } from '../../stats/anomalies/baseline.ts';
import { EwmaDetector } from '../../stats/anomalies/ewma-detector.ts';
import { type Anomaly, type AnomalyReport, findAnomalies } from '../../stats/anomalies/find-anomalies.ts';
import { type MeanShift, meanShift } from '../../stats/anomalies/mean-shift.ts';
import type { AnomalyScale } from '../../stats/anomalies/scale.ts';
import { median } from '../../stats/quantile.ts';
import { requireFinite, requireFraction } from '../../stats/special/checks.ts';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { rowTest, type Where, withCondition } from '../../stores/query.ts';
import type { Projection } from '../../stores/store.ts';
import { ValueReader } from '../comparison/reading/value-reader.ts';
import { readLeaves } from '../rows/read-leaves.ts';
import { RequestNames } from '../rows/request-names.ts';
import type { RowReader } from '../rows/row-reader.ts';
import { type AnomalyMetric, type AnomalyMetricOptions, anomalyMetric } from './anomaly-metric.ts';
import { type TimedValues, TimedValuesCollection } from './timed-values.ts';

/** `mad` (default), `z` and `iqr` hold each value against all; `ewma` against those before it, in order of time. */
export interface AnomaliesOptions extends AnomalyMetricOptions {
  /** Default 3.5 for `mad`, 3 for `z`, 1.5 for `iqr`, 4 for `ewma`. */
  readonly threshold?: number;
  readonly where?: Where;
  /** At most so many records, the farthest first. Default 100. */
  readonly limit?: number;
  /** How the search for a lasting change cuts time into windows, whose medians it looks at. Default: a hundredth of the time that passed. */
  readonly window?: Duration;
  /** The share of operations without a change for which one is reported. Default 0.05. */
  readonly alpha?: number;
  /** Of the random orders behind the p-value. Default 1. */
  readonly seed?: number;
}

/** A record whose value is far from the others. */
export interface AnomalousRecord {
  readonly event_id: string;
  /** Microseconds since the Unix epoch. */
  readonly timestamp: number;
  readonly sample_id: string | null;
  readonly value: number;
  /** In spreads of the baseline, on the scale; positive above. */
  readonly score: number;
}

/**
 * Whether the level of a series changed for good, and where: two means against one, placed where they separate best, of the medians of windows.
 * See `meanShift` of `crucible-telemetry/stats`.
 */
export interface SeriesChange {
  readonly method: MeanShift['method'];
  readonly window_seconds: number;
  readonly windows: number;
  /** Whether `p_value` is at most `alpha`; null where nothing can be told, and `reasons` says why. */
  readonly changed: boolean | null;
  /** How often windows in a random order separate as well. */
  readonly p_value: number | null;
  /** The share of false alarms: of operations without a change, whose windows are independent, so many are reported. */
  readonly alpha: number;
  /** Null where no change was found, as are the fields below. */
  readonly direction: 'up' | 'down' | null;
  /** The start of the first window after the change, in microseconds since the Unix epoch. */
  readonly changed_at: number | null;
  /** The mean of the windows' medians before the change, in the unit of the metric; the geometric one on the log scale. */
  readonly before: number | null;
  readonly after: number | null;
  readonly reasons: readonly string[];
}

/** The anomalies of one operation. To flag is not to remove: what is flagged counts in every other analysis. */
export interface OperationAnomalies {
  readonly event: string;
  readonly metric: string;
  readonly method: AnomalyMethod | 'ewma';
  readonly scale: AnomalyScale;
  readonly threshold: number;
  readonly n: number;
  /** Values without a score: not finite, or not positive on the log scale. */
  readonly skipped: number;
  /** How many values were flagged; null where nothing can be told. */
  readonly flagged: number | null;
  /** Of a million values of a normal distribution on this scale; null for `ewma`. */
  readonly expected_false_flags_per_million: number | null;
  /** On the scale; null for `ewma`, whose baseline moves. */
  readonly baseline: Baseline | null;
  /** The farthest first. */
  readonly records: readonly AnomalousRecord[];
  readonly change: SeriesChange;
  readonly reasons: readonly string[];
}

export interface AnomaliesInput {
  readonly state: ExperimentState;
  readonly batches: (projection: Projection) => AsyncIterable<ColumnBatch>;
}

const OPTIONS: readonly (keyof AnomaliesOptions)[] = [
  'metric',
  'event',
  'method',
  'scale',
  'threshold',
  'where',
  'limit',
  'window',
  'alpha',
  'seed',
];
const WINDOWS = 100;

/**
 * Values that are far from the rest, and lasting changes, by operation: records by id, and the time of a change. Rejects with
 * `invalid_argument` or `unknown_field` for options that make no sense.
 */
export async function findExperimentAnomalies(
  { state, batches }: AnomaliesInput,
  options: AnomaliesOptions = {},
): Promise<OperationAnomalies[]> {
  const checked = checkedOptions(options);
  const { source, metric, event, successOnly } = checked;
  const requests = new RequestNames([state]);
  const fields = [...(ValueReader.fieldsOf(source) ?? []), 'timestamp', 'success'];
  const projection = withCondition({ fields, nestedOf: source.from === 'path' ? undefined : [] }, options.where);
  const test =
    options.where === undefined
      ? undefined
      : rowTest(options.where, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY });
  const collect = async (source_: AsyncIterable<ColumnBatch>, reader: RowReader) => {
    const collection = new TimedValuesCollection(reader, source, event, successOnly);
    for await (const batch of source_) collection.add(batch);
    return collection;
  };
  const collection = await readLeaves({ requests, projection, batches, ...(test && { test }) }, collect);
  const found = collection.all().map((timed) => ({ timed, flags: flagsOf(timed, checked) }));
  const wanted = new Wanted(found, collection.writers.texts);
  await wanted.read(batches({ fields: ['event_id', 'sample_id'], nestedOf: [] }));
  return found.map(({ timed, flags }) => ({
    event: timed.operation,
    metric,
    method: checked.method,
    scale: checked.scale,
    threshold: flags.threshold,
    n: timed.values.length,
    skipped: flags.skipped,
    flagged: flags.count,
    expected_false_flags_per_million: flags.report?.expected_false_flags_per_million ?? null,
    baseline: flags.report?.baseline ?? null,
    records: flags.shown.map(({ index, value, score }) => ({
      ...wanted.of(timed, index),
      timestamp: timed.times[index]!,
      value,
      score,
    })),
    change: changeOf(timed, checked),
    reasons: flags.reasons,
  }));
}

interface Checked extends AnomalyMetric {
  readonly threshold: number | undefined;
  readonly limit: number;
  readonly windowMicros: number | null;
  readonly alpha: number;
  readonly seed: number;
}

function checkedOptions(options: AnomaliesOptions): Checked {
  requireOptions('anomalies', options, OPTIONS);
  const { threshold, limit = 100, window, alpha = 0.05, seed = 1 } = options;
  const metric = anomalyMetric(options);
  requireFraction('alpha', alpha);
  requireFinite('seed', seed);
  if (!(Number.isInteger(limit) && limit >= 0)) {
    throw new CrucibleError('invalid_argument', `limit is ${show(limit)}.`, { hint: 'Give a whole number.' });
  }
  const windowMicros = window === undefined ? null : durationMicros(window, 'window');
  return { ...metric, threshold, limit, windowMicros, alpha, seed };
}

interface Flags {
  readonly count: number | null;
  readonly shown: readonly Anomaly[];
  readonly threshold: number;
  readonly skipped: number;
  readonly reasons: readonly string[];
  readonly report: AnomalyReport | null;
}

function flagsOf({ values }: TimedValues, { method, scale, threshold, limit }: Checked): Flags {
  const farthest = (anomalies: readonly Anomaly[]) =>
    [...anomalies].sort((a, b) => Math.abs(b.score) - Math.abs(a.score) || a.index - b.index).slice(0, limit);
  const options = { scale, ...(threshold !== undefined && { threshold }) };
  if (method !== 'ewma') {
    const report = findAnomalies(values, { method, ...options });
    const { anomalies, skipped, reasons } = report;
    return {
      count: anomalies?.length ?? null,
      shown: farthest(anomalies ?? []),
      threshold: report.threshold,
      skipped,
      reasons,
      report,
    };
  }
  const detector = new EwmaDetector(options);
  const found: Anomaly[] = [];
  let judged = false;
  values.forEach((value, index) => {
    const { flagged, score } = detector.update(value);
    judged ||= flagged !== null;
    if (flagged) found.push({ index, value, score: score! });
  });
  return {
    count: judged ? found.length : null,
    shown: farthest(found),
    threshold: detector.threshold,
    skipped: detector.skipped,
    reasons: judged ? [] : ['There are too few values before the last one, or they do not vary.'],
    report: null,
  };
}

/** Looks for a lasting change in the medians of windows, which are better behaved than single values. */
function changeOf({ values, times }: TimedValues, { scale, windowMicros, alpha, seed }: Checked): SeriesChange {
  const from = times[0] ?? 0;
  const span = (times.at(-1) ?? 0) - from;
  const size = windowMicros ?? Math.max(1, Math.ceil((span + 1) / WINDOWS));
  const medians: number[] = [];
  const starts: number[] = [];
  let low = 0;
  while (low < times.length) {
    const window = Math.floor((times[low]! - from) / size);
    let high = low;
    while (high < times.length && Math.floor((times[high]! - from) / size) === window) high++;
    const finite = values.subarray(low, high).filter((value) => Number.isFinite(value));
    medians.push(median(finite) ?? Number.NaN);
    starts.push(from + window * size);
    low = high;
  }
  const found = meanShift(medians, { scale, alpha, seed });
  return {
    method: found.method,
    window_seconds: size / 1e6,
    windows: medians.length,
    changed: found.changed,
    p_value: found.p_value,
    alpha: found.alpha,
    direction: found.direction,
    changed_at: found.index === null ? null : starts[found.index]!,
    before: found.before,
    after: found.after,
    reasons: found.reasons,
  };
}

/** The ids of the flagged records, which are looked up once they are known: no other record is touched. */
class Wanted {
  readonly #byWriter = new Map<string, Map<number, { event_id: string; sample_id: string | null }>>();
  readonly #writers: readonly string[];

  constructor(found: readonly { timed: TimedValues; flags: Flags }[], writers: readonly string[]) {
    this.#writers = writers;
    for (const { timed, flags } of found) {
      for (const { index } of flags.shown) {
        const writer = writers[timed.writers[index]!]!;
        const sequences = this.#byWriter.get(writer) ?? new Map();
        this.#byWriter.set(writer, sequences);
        sequences.set(timed.sequences[index]!, { event_id: '', sample_id: null });
      }
    }
  }

  async read(batches: AsyncIterable<ColumnBatch>): Promise<void> {
    if (this.#byWriter.size === 0) return;
    for await (const batch of batches) {
      const sequences = this.#byWriter.get(batch.schema.writerId);
      if (!sequences) continue;
      for (const [sequence, ids] of sequences) {
        const row = sequence - batch.firstSequence;
        if (row < 0 || row >= batch.rows) continue;
        const sample = batch.value('sample_id', row);
        ids.event_id = String(batch.value('event_id', row));
        ids.sample_id = typeof sample === 'string' ? sample : null;
      }
    }
  }

  of({ writers, sequences }: TimedValues, index: number): { event_id: string; sample_id: string | null } {
    return this.#byWriter.get(this.#writers[writers[index]!]!)!.get(sequences[index]!)!;
  }
}
