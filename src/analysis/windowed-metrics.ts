import type { Clock } from '../core/clock.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { requireOptions } from '../core/options.ts';
import { type Duration, durationMicros } from '../core/time.ts';
import type { ColumnBatch } from '../record/batch.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import { rowTest, type Where, withCondition } from '../stores/query.ts';
import type { ScanOptions } from '../stores/store.ts';
import { EventIds } from './rows/event-ids.ts';
import { readLeaves } from './rows/read-leaves.ts';
import { RequestNames } from './rows/request-names.ts';
import type { RowReader } from './rows/row-reader.ts';
import { SlidingMeasure } from './windows/sliding-measure.ts';
import { Mark, type TimeTable } from './windows/time-table.ts';
import { TIME_TABLE_FIELDS, TimeTableCollection } from './windows/time-table-collection.ts';
import { type TimeWindow, windowRange } from './windows/time-window.ts';
import { WeightedMeasure } from './windows/weighted-measure.ts';
import { WindowGrid, type WindowRows } from './windows/window-grid.ts';
import { DirectMeasure, type WindowMeasure, type WindowNumbers } from './windows/window-numbers.ts';

/** Which windows, and of which events. `last`, or `from` and `to`, limit the events; both ends are included. */
export interface WindowedMetricsOptions extends TimeWindow {
  /** Length of a window, at least a microsecond. */
  readonly size: Duration;
  /** From the start of one window to that of the next. Below `size` the windows overlap. Default: `size`. */
  readonly step?: Duration | undefined;
  /**
   * Also windows without events: throughout the time that `last`, `from` and `to` span, else between the first event and the
   * last. Default false.
   */
  readonly emptyWindows?: boolean | undefined;
  readonly where?: Where | undefined;
  /** Names of the events to take latency, cost and success from. Default: the experiment's request events. */
  readonly events?: readonly string[] | undefined;
}

/** The events from `start` up to, but not with, `end`: microseconds since the Unix epoch. */
export interface WindowMetrics extends WindowNumbers {
  readonly start: number;
  readonly end: number;
}

export interface WindowedMetrics {
  readonly size_seconds: number;
  readonly step_seconds: number;
  /**
   * Where latency, cost and success come from: the experiment's leaf `requests`, the `events` that were asked for, or `all`
   * events when the experiment has no request. `count` is always about all events.
   */
  readonly basis: 'requests' | 'events' | 'all';
  /** The names of those events, sorted. */
  readonly measured_events: readonly string[];
  /**
   * Whether records were sampled: then means, quantiles, `success_rate` and `cost_usd` are estimates for all events, weighted by 1 / the inclusion
   * probability, while counts are about the records that were kept.
   */
  readonly weighted: boolean;
  /** By rising start. */
  readonly windows: readonly WindowMetrics[];
}

/** What `windowedMetrics` reads. */
export interface WindowedMetricsInput {
  readonly state: ExperimentState;
  readonly scan: (options?: ScanOptions) => AsyncIterable<ColumnBatch>;
  readonly clock: Clock;
}

// Up to so many windows to an event, measuring each window by itself is the quicker way.
const DIRECT_OVERLAP = 8;

/**
 * Metrics of windows of time. A window holds the events with start ≤ timestamp < start + size, and windows start at the whole
 * multiples of `step` since the Unix epoch, so that the same event falls into the same windows in every call. Windows at the
 * ends of the time asked for may lie in it only partly. Everything is exact, overlapping windows included.
 *
 * Rejects with `invalid_argument` for contradictory times and for more than a million windows.
 */
export async function windowedMetrics(
  input: WindowedMetricsInput,
  options: WindowedMetricsOptions,
): Promise<WindowedMetrics> {
  requireOptions('windowedMetrics', options, [
    'size',
    'step',
    'last',
    'now',
    'from',
    'to',
    'emptyWindows',
    'where',
    'events',
  ]);
  const size = wholeMicros(options.size, 'size');
  const step = options.step === undefined ? size : wholeMicros(options.step, 'step');
  const range = windowRange(options, input.clock);
  const bounded = range.from !== Number.NEGATIVE_INFINITY || range.to !== Number.POSITIVE_INFINITY;
  const requests = new RequestNames([input.state], options.events);
  const collection = await readLeaves(
    {
      requests,
      projection: withCondition({ fields: TIME_TABLE_FIELDS, nestedOf: [] }, options.where),
      batches: (projection) => input.scan(bounded ? { ...projection, range } : projection),
      ...(bounded ? { whole: (projection) => input.scan(projection) } : {}),
      ...(bounded || options.where !== undefined ? { test: rowTest(options.where, range) } : {}),
    },
    collect,
  );
  const partial = bounded || options.where !== undefined;
  const basis = options.events
    ? 'events'
    : collection.names(true).length > 0 ||
        (await hasRequests(requests, partial ? input.scan({ fields: [] }) : undefined))
      ? 'requests'
      : 'all';
  const { table } = collection;
  if (basis !== 'all') table.keepOnly(Mark.REQUEST);
  table.sort();

  const grid = new WindowGrid(size, step);
  const filled = grid.filled(table.times, table.count);
  const windows = options.emptyWindows ? grid.all(filled, range) : filled;
  const measure = measureFor(table, filled);
  const measured = new Set(basis === 'all' ? [] : requests.configured());
  for (const name of collection.names(basis !== 'all')) measured.add(name);
  return {
    size_seconds: size / 1e6,
    step_seconds: step / 1e6,
    basis,
    measured_events: [...measured].sort(),
    weighted: table.inclusion !== null,
    windows: windows.map(({ index, low, high }) => ({
      start: grid.start(index),
      end: grid.end(index),
      ...measure.of(low, high),
    })),
  };
}

async function collect(batches: AsyncIterable<ColumnBatch>, reader: RowReader): Promise<TimeTableCollection> {
  const collection = new TimeTableCollection(reader);
  for await (const batch of batches) collection.add(batch);
  return collection;
}

// A stretch of time without requests does not make an experiment one that has none.
async function hasRequests(requests: RequestNames, batches: AsyncIterable<ColumnBatch> | undefined): Promise<boolean> {
  if (requests.configured().length > 0) return true;
  if (!batches) return false;
  const events = new EventIds(requests);
  for await (const batch of batches) {
    if (events.read(batch, batch.rows).includes(1)) return true;
  }
  return false;
}

function measureFor(table: TimeTable, windows: readonly WindowRows[]): WindowMeasure {
  if (table.inclusion) return new WeightedMeasure(table, table.inclusion);
  let rows = 0;
  let longest = 0;
  for (const { low, high } of windows) {
    rows += high - low;
    longest = Math.max(longest, high - low);
  }
  return rows <= DIRECT_OVERLAP * table.count ? new DirectMeasure(table, longest) : new SlidingMeasure(table);
}

function wholeMicros(duration: Duration, what: string): number {
  const micros = Math.round(durationMicros(duration, what));
  if (micros >= 1) return micros;
  throw new CrucibleError('invalid_argument', `${what} is ${show(duration)}, less than a microsecond.`, {
    hint: 'Timestamps are whole microseconds.',
  });
}
