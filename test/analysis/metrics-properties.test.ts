import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExperimentMetrics } from '../../src/analysis/metrics.ts';
import { computeMetrics } from '../../src/analysis/metrics.ts';
import type { SeriesSummary } from '../../src/experiment/streaming/series.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import { events, spanEvents } from './arbitrary-events.ts';
import { expectClose } from './close.ts';
import { leafRequests, naiveNumbers } from './oracle.ts';
import { type Emitted, type Recorded, recorded, request } from './recorded.ts';

function metricsOf({ state, batches }: Recorded): Promise<ExperimentMetrics> {
  return computeMetrics({ states: [state], batches });
}

function expectNumbers(
  actual: Pick<ExperimentMetrics, 'latency' | 'cost' | 'reliability'>,
  records: readonly EventRecord[],
) {
  const { latency, cost, reliability } = naiveNumbers(records);
  expectClose(actual.latency, latency, 'latency');
  const { priced, unknown, not_applicable, ...sums } = cost;
  expectClose(actual.cost, { ...sums, coverage: { priced, unknown, not_applicable } }, 'cost');
  expectClose(actual.reliability, reliability, 'reliability');
}

describe('metrics', () => {
  it('equal what a naive reading of the records gives, whatever the order and the writer', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (emitted) => {
        const experiment = await recorded(emitted);
        const records = await experiment.records();
        const metrics = await metricsOf(experiment);
        expectNumbers(metrics, leafRequests(records));
        for (const [name, numbers] of Object.entries(metrics.by_event)) {
          const own = records.filter(({ event_name }) => event_name === name);
          expect(numbers.count).toBe(own.length);
          expectNumbers(numbers, own);
        }
        expect(metrics.summary.event_types).toEqual([...new Set(records.map(({ event_name }) => event_name))].sort());
        const times = records.map(({ timestamp }) => timestamp);
        expect(metrics.summary.time_range).toEqual(
          times.length === 0 ? null : { from: Math.min(...times), to: Math.max(...times) },
        );
      }),
    );
  });

  it('of a part of the records equal those of the part by itself', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (emitted) => {
        const all = await recorded(emitted);
        const part = await recorded(emitted.filter(({ d }) => d?.cohort === 'a'));
        const where = { cohort: 'a' };
        const metrics = await computeMetrics({ states: [all.state], batches: all.batches, where });
        expectClose(metrics, await metricsOf(part));
      }),
    );
  });

  it('of batches that were sealed equal those of the same events in small batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(events, { minLength: 1, maxLength: 3 }), fc.integer(), async (groups, seed) => {
        // Long enough to fill batches, whose columns then take their small forms: constant, sparse, narrow.
        const pattern = groups.flat();
        fc.pre(pattern.length > 0);
        const emitted = Array.from({ length: 9000 }, (_, i) => ({
          ...pattern[(i + Math.floor(i / 4000) + (seed & 7)) % pattern.length]!,
          writer: 0,
        }));
        const experiment = await recorded(emitted);
        expectNumbers(await metricsOf(experiment), leafRequests(await experiment.records()));
      }),
      { numRuns: 10 },
    );
  });
});

describe('the headline', () => {
  it('counts the leaves of nested requests, in whatever order the records come', async () => {
    await fc.assert(
      fc.asyncProperty(spanEvents, fc.infiniteStream(fc.nat()), async (emitted, random) => {
        const shuffled = [...emitted];
        for (let i = shuffled.length - 1; i > 0; i--) {
          const j = random.next().value! % (i + 1);
          [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
        }
        for (const order of [emitted, shuffled]) {
          const experiment = await recorded(order.map((event, i) => ({ ...event, writer: i % 2 })));
          const records = await experiment.records();
          const metrics = await metricsOf(experiment);
          expectNumbers(metrics, leafRequests(records));
          const stops = records.filter(({ event_name }) => event_name === 'req_llm.request.stop');
          expect(metrics.events['req_llm.request.stop'] ?? 0).toBe(stops.length);
        }
      }),
    );
  });
});

describe('streaming', () => {
  it('equals the batch answer for events in order, nested requests included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(events, spanEvents), async (emitted) => {
        await expectStreamingEqual(emitted.map((event) => ({ ...event, writer: 0 })));
      }),
    );
  });

  it('stays within its published bound of the exact quantiles beyond the exact limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 50 }), async (values) => {
        const emitted = Array.from({ length: 5000 }, (_, i) => request(i, values[i % values.length]! * (1 + i / 1e4)));
        const { latency } = await expectStreamingEqual(emitted);
        expect(latency.exact).toBe(false);
      }),
      { numRuns: 5 },
    );
  });

  it('equals the batch answer for training events', async () => {
    const emitted = Array.from({ length: 3000 }, (_, i) => ({
      name: i % 50 === 49 ? 'crucible_train.epoch.stop' : 'crucible_train.batch.stop',
      at: i,
      m: {
        loss: 2 / (1 + i / 100) + Math.sin(i) / 10,
        learning_rate: 0.01,
        ...(i % 50 === 49 ? { accuracy: 1 - 1 / (2 + i / 100) } : {}),
        ...(i % 100 === 7 ? { gradient_norm: Number.NaN } : { gradient_norm: Math.abs(Math.cos(i)) }),
        epoch: Math.floor(i / 50),
      },
    }));
    await expectStreamingEqual(emitted);
  });

  async function expectStreamingEqual(emitted: readonly Emitted[]) {
    const experiment = await recorded(emitted);
    const batch = await metricsOf(experiment);
    const streaming = experiment.streaming();
    expect(streaming.total_events).toBe(batch.summary.total_events);
    expect(streaming.events).toEqual(batch.events);
    expectClose(streaming.reliability, {
      ...streaming.reliability,
      total_requests: batch.reliability.total_requests,
      successful: batch.reliability.successful,
      failed: batch.reliability.failed,
      success_rate: batch.reliability.success_rate,
      success_rate_ci: batch.reliability.success_rate_ci,
      failure_rate: batch.reliability.failure_rate,
    });
    const { latency, cost } = batch;
    expectSeries(streaming.latency, latency);
    const quantiles = { p50: latency.p50, p90: latency.p90, p95: latency.p95, p99: latency.p99 };
    for (const [name, exact] of Object.entries(quantiles)) {
      const live = streaming.latency[name as keyof typeof quantiles];
      if (exact === null || live === null) expect(live).toBe(exact);
      else {
        const room = Math.abs(exact) * (streaming.latency.relative_error_bound + 1e-9) + 1e-12;
        expect(Math.abs(live - exact), name).toBeLessThanOrEqual(room);
      }
    }
    expectClose([streaming.cost.count, streaming.cost.mean], [cost.count, cost.mean_per_request], 'cost');
    expectClose(streaming.cost.sum, cost.total ?? 0, 'total cost');
    for (const kind of ['input', 'output'] as const) {
      const { count, total, mean } = batch.tokens[kind];
      const { count: liveCount, sum, mean: liveMean } = streaming.tokens[kind];
      expectClose([liveCount, sum, liveMean], [count, total ?? 0, mean], kind);
    }
    for (const [name, live] of Object.entries(streaming.training)) {
      const { count, mean, min, max, non_finite, events } = batch.training[name as 'loss'];
      expect(live.event === null ? [] : [live.event], name).toEqual(events);
      expectClose(live, { count, mean, min, max, non_finite }, name);
    }
    return streaming;
  }

  function expectSeries(streaming: SeriesSummary, batch: ExperimentMetrics['latency']) {
    const { count, mean, min, max, non_finite } = batch;
    expectClose(streaming, { count, mean, min, max, non_finite }, 'latency');
    // Deviations of values that hardly differ are all rounding: they are compared on the scale of the values.
    if (batch.std_dev === null || streaming.std_dev === null) expect(streaming.std_dev).toBe(batch.std_dev);
    else expect(Math.abs(streaming.std_dev - batch.std_dev)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(max ?? 0)));
  }
});
