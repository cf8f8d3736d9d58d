import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WindowedMetricsOptions, windowedMetrics } from '../../src/analysis/windowed-metrics.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import { events, spanEvents } from './arbitrary-events.ts';
import { expectClose } from './close.ts';
import { leafRequests, naiveNumbers } from './oracle.ts';
import { type Emitted, type Recorded, recorded, request } from './recorded.ts';

const SECOND = 1e6;

function windowsOf({ state, scan }: Recorded, options: WindowedMetricsOptions, now = 0) {
  return windowedMetrics({ state, scan, clock: { nowMicros: () => now } }, options);
}

/** The windows of some records by trying every multiple of the step near them. */
function naiveWindows(records: readonly EventRecord[], measured: readonly EventRecord[], size: number, step: number) {
  const times = records.map(({ timestamp }) => timestamp);
  const windows: unknown[] = [];
  const first = Math.floor((Math.min(...times) - size) / step) - 1;
  for (let index = first; records.length > 0 && index * step <= Math.max(...times); index++) {
    const [start, end] = [index * step, index * step + size];
    const inside = (record: EventRecord) => record.timestamp >= start && record.timestamp < end;
    const count = records.filter(inside).length;
    if (count === 0) continue;
    const { latency, cost, reliability } = naiveNumbers(measured.filter(inside));
    const { successful, failed, total_requests } = reliability;
    windows.push({
      start,
      end,
      count,
      latency: {
        n: latency.count,
        mean: latency.mean,
        p50: latency.p50,
        p95: latency.p95,
        p99: latency.p99,
        non_finite: latency.non_finite,
      },
      cost_usd: cost.total,
      cost_n: cost.count,
      successes: successful,
      failures: failed,
      success_rate: total_requests === 0 ? null : successful / total_requests,
    });
  }
  return windows;
}

const seconds = (most: number) => fc.integer({ min: 1, max: most });
const withRequest = (emitted: readonly Emitted[]) => [...emitted, request(30 * SECOND, 5)];

describe('windows', () => {
  it('equal what a naive reading of the records gives: overlapping, side by side or apart, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(events, seconds(40), seconds(40), async (emitted, size, step) => {
        const experiment = await recorded(withRequest(emitted));
        const records = await experiment.records();
        const { windows, ...rest } = await windowsOf(experiment, { size: { seconds: size }, step: { seconds: step } });
        const expected = naiveWindows(records, leafRequests(records), size * SECOND, step * SECOND);
        expect(windows).toHaveLength(expected.length);
        expectClose(windows, expected);
        expect(rest).toMatchObject({ size_seconds: size, step_seconds: step, basis: 'requests' });
      }),
    );
  });

  it('that overlap a hundredfold are as exact', async () => {
    await fc.assert(
      fc.asyncProperty(events, seconds(3), async (emitted, step) => {
        const experiment = await recorded(withRequest(emitted));
        const records = await experiment.records();
        const { windows } = await windowsOf(experiment, { size: { seconds: 50 }, step: { milliseconds: step * 100 } });
        const expected = naiveWindows(records, leafRequests(records), 50 * SECOND, step * SECOND * 0.1);
        expect(windows).toHaveLength(expected.length);
        expectClose(windows, expected);
      }),
      { numRuns: 20 },
    );
  });

  it('count the leaves of nested requests, though the wrapper ends in another window', async () => {
    await fc.assert(
      fc.asyncProperty(spanEvents, fc.integer({ min: 1, max: 10 }), async (emitted, size) => {
        const experiment = await recorded([...emitted, request(emitted.length, 1)]);
        const records = await experiment.records();
        const { windows } = await windowsOf(experiment, { size: { milliseconds: size / 1000 } });
        expectClose(windows, naiveWindows(records, leafRequests(records), size, size));
      }),
    );
  });

  it('of a part of the time are those of its events, with what wraps what known from all', async () => {
    await fc.assert(
      fc.asyncProperty(spanEvents, fc.nat(40), fc.nat(40), async (emitted, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const experiment = await recorded([...emitted, request(emitted.length, 1)]);
        const records = await experiment.records();
        const inside = ({ timestamp }: EventRecord) => timestamp >= from && timestamp <= to;
        const { windows } = await windowsOf(experiment, { size: { milliseconds: 0.005 }, from, to });
        expectClose(windows, naiveWindows(records.filter(inside), leafRequests(records).filter(inside), 5, 5));
      }),
    );
  });

  it('of a part of the time leave out a request that wraps one from before', async () => {
    const ids = { trace_id: 't', span_id: 'outer' };
    const inner = request(1, 10, { d: { trace_id: 't', parent_span_id: 'outer' } });
    const experiment = await recorded([inner, request(50, 12, { d: ids }), request(60, 20)]);
    const { windows } = await windowsOf(experiment, { size: { seconds: 1 }, from: 40 });
    expect(windows).toMatchObject([{ count: 2, latency: { n: 1, mean: 20 }, successes: 1 }]);
  });

  it('recover from numbers too large to be summed', async () => {
    const experiment = await recorded([request(0, 1e308), request(1, 1e308), request(60 * SECOND, 5)]);
    const { windows } = await windowsOf(experiment, { size: { seconds: 20 }, step: { seconds: 1 } });
    expect(windows.length).toBeGreaterThan(16);
    expect(windows.at(-1)?.latency).toMatchObject({ n: 1, mean: 5, p50: 5 });
  });
});

describe('a window', () => {
  const at = (...times: number[]) => recorded(times.map((time) => request(time * SECOND, time)));

  it('holds its start and not its end, and starts at a multiple of the step', async () => {
    const { windows } = await windowsOf(await at(9, 10, 19.999999, 20), { size: { seconds: 10 } });
    expect(windows.map(({ start, end, count }) => [start / SECOND, end / SECOND, count])).toEqual([
      [0, 10, 1],
      [10, 20, 2],
      [20, 30, 1],
    ]);
  });

  it('may lie before the epoch', async () => {
    const { windows } = await windowsOf(await at(-1, 0), { size: { seconds: 10 } });
    expect(windows.map(({ start, count }) => [start, count])).toEqual([
      [-10 * SECOND, 1],
      [0, 1],
    ]);
  });

  it('overlaps its neighbours when the step is below the size', async () => {
    const { windows } = await windowsOf(await at(12), { size: { seconds: 10 }, step: { seconds: 4 } });
    expect(windows.map(({ start }) => start / SECOND)).toEqual([4, 8, 12]);
  });

  it('holds the numbers of its requests', async () => {
    const experiment = await recorded([
      request(1, 10, { m: { cost_usd: 0.5 } }),
      request(2, 30, { m: { cost_usd: 0.25 } }),
      request(3, 99, { d: { success: false } }),
      request(4, Number.NaN),
      { name: 'my.event', at: 5, m: { duration: 1000, cost_usd: 7 } },
    ]);
    const { windows, measured_events } = await windowsOf(experiment, { size: { seconds: 1 } });
    expectClose(windows, [
      {
        start: 0,
        end: SECOND,
        count: 5,
        latency: { n: 2, mean: 20, p50: 20, p95: 29, p99: 29.8, non_finite: 1 },
        cost_usd: 0.75,
        cost_n: 2,
        successes: 3,
        failures: 1,
        success_rate: 0.75,
      },
    ]);
    expect(measured_events).toEqual(['req_llm.request.stop']);
  });

  it('without requests has nulls', async () => {
    const experiment = await recorded([{ name: 'my.event', at: 5, m: { duration: 1 } }, request(9 * SECOND, 1)]);
    const { windows } = await windowsOf(experiment, { size: { seconds: 1 } });
    expect(windows[0]).toEqual({
      start: 0,
      end: SECOND,
      count: 1,
      latency: { n: 0, mean: null, p50: null, p95: null, p99: null, non_finite: 0 },
      cost_usd: null,
      cost_n: 0,
      successes: 0,
      failures: 0,
      success_rate: null,
    });
  });
});

describe('empty windows', () => {
  const counts = async (emitted: readonly Emitted[], options: WindowedMetricsOptions, now?: number) => {
    const { windows } = await windowsOf(await recorded(emitted), options, now);
    return windows.map(({ start, count }) => [start / SECOND, count]);
  };
  const size = { seconds: 10 };
  const two = [request(5 * SECOND, 1), request(35 * SECOND, 1)];

  it('are left out unless asked for', async () => {
    expect(await counts(two, { size })).toEqual([
      [0, 1],
      [30, 1],
    ]);
    expect(await counts(two, { size, emptyWindows: true })).toEqual([
      [0, 1],
      [10, 0],
      [20, 0],
      [30, 1],
    ]);
  });

  it('reach to the ends of the time asked for', async () => {
    const from = -10 * SECOND;
    expect(await counts(two, { size, emptyWindows: true, from, to: 20 * SECOND })).toEqual([
      [-10, 0],
      [0, 1],
      [10, 0],
      [20, 0],
    ]);
    expect(await counts(two, { size, emptyWindows: true, last: { seconds: 25 } }, 59 * SECOND)).toEqual([
      [30, 1],
      [40, 0],
      [50, 0],
    ]);
    expect(await counts([], { size, emptyWindows: true, from: 0, to: 10 * SECOND })).toEqual([
      [0, 0],
      [10, 0],
    ]);
    expect(await counts([], { size, emptyWindows: true })).toEqual([]);
  });

  it('that overlap hold nothing of their neighbours', async () => {
    const emitted = [request(1 * SECOND, 3), request(200 * SECOND, 5)];
    const experiment = await recorded(emitted);
    const { windows } = await windowsOf(experiment, { size, step: { milliseconds: 500 }, emptyWindows: true });
    const empty = windows.filter(({ count }) => count === 0);
    expect(empty.length).toBeGreaterThan(100);
    for (const { latency, successes } of empty) expect([latency.n, latency.p50, successes]).toEqual([0, null, 0]);
  });
});

describe('the time of the events', () => {
  it('may be limited by last, and by from and to, both ends included', async () => {
    const experiment = await recorded([1, 2, 3, 4].map((second) => request(second * SECOND, second)));
    const starts = async (options: Omit<WindowedMetricsOptions, 'size'>, now?: number) =>
      (await windowsOf(experiment, { size: { seconds: 1 }, ...options }, now)).windows.map(
        ({ start }) => start / SECOND,
      );
    expect(await starts({ last: { seconds: 1 } }, 3 * SECOND)).toEqual([2, 3]);
    expect(await starts({ last: { seconds: 1 }, now: 4 * SECOND })).toEqual([3, 4]);
    expect(await starts({ from: 2 * SECOND, to: 3 * SECOND })).toEqual([2, 3]);
    expect(await starts({ where: { latency_ms: { gt: 3 } } })).toEqual([4]);
    expect(await starts({ where: (record) => record.latency_ms === 1 })).toEqual([1]);
  });
});

describe('what is measured', () => {
  const training = [1, 2].map((at) => ({ name: 'crucible_train.epoch.stop', at, m: { duration: at * 10 } }));

  it('is every event of an experiment without requests, and labelled so', async () => {
    const { windows, basis, measured_events } = await windowsOf(await recorded(training), { size: { seconds: 1 } });
    expect({ basis, measured_events }).toEqual({ basis: 'all', measured_events: ['crucible_train.epoch.stop'] });
    expect(windows[0]?.latency).toMatchObject({ n: 2, mean: 15 });
  });

  it('stays requests where a stretch of time, or a condition, leaves none', async () => {
    const experiment = await recorded([...training, request(60 * SECOND, 1)]);
    for (const options of [{ to: 5 }, { where: { latency_ms: { gte: 10 } } }]) {
      const { windows, basis } = await windowsOf(experiment, { size: { seconds: 1 }, ...options });
      expect(basis).toBe('requests');
      expect(windows[0]).toMatchObject({ count: 2, latency: { n: 0 } });
    }
  });

  it('stays requests where some are configured and none occurred', async () => {
    const experiment = await recorded(training, { request_events: ['my.request.stop'] });
    const { basis, measured_events } = await windowsOf(experiment, { size: { seconds: 1 } });
    expect({ basis, measured_events }).toEqual({ basis: 'requests', measured_events: ['my.request.stop'] });
  });

  it('is the events that were named', async () => {
    const experiment = await recorded([...training, request(3, 1)]);
    const events = ['crucible_train.epoch.stop'];
    const { windows, basis, measured_events } = await windowsOf(experiment, { size: { seconds: 1 }, events });
    expect({ basis, measured_events }).toEqual({ basis: 'events', measured_events: events });
    expect(windows[0]).toMatchObject({ count: 3, latency: { n: 2, mean: 15 } });
  });
});

describe('nonsense is refused', () => {
  const experiment = recorded([request(0, 1), request(1e15, 1)]);
  it.each([
    {},
    { size: { seconds: 0 } },
    { size: { milliseconds: 1e-6 } },
    { size: { seconds: 1 }, step: { seconds: -1 } },
    { size: { seconds: 1 }, last: { seconds: 5 }, from: 0 },
    { size: { seconds: 1 }, from: 5, to: 4 },
    { size: { seconds: 1 }, now: 4 },
    // A million windows and more: an hour for each microsecond, and every second of thirty years.
    { size: { hours: 1 }, step: { milliseconds: 0.001 } },
    { size: { seconds: 1 }, emptyWindows: true },
  ])('%j', async (options) => {
    await expect(windowsOf(await experiment, options as WindowedMetricsOptions)).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  it('but not a long time with few events in it', async () => {
    expect((await windowsOf(await experiment, { size: { seconds: 1 } })).windows).toHaveLength(2);
  });
});
