import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/analysis/metrics.ts';
import { type Emitted, experimentState, recorded, request } from './recorded.ts';

async function metricsOf(events: readonly Emitted[], options: Parameters<typeof recorded>[1] = {}) {
  const { state, batches } = await recorded(events, options);
  return computeMetrics({ states: [state], batches });
}

describe('summary', () => {
  it('of one event has a duration of 0', async () => {
    const { summary } = await metricsOf([request(7_000_000, 5)]);
    expect(summary.duration_seconds).toBe(0);
    expect(summary.time_range).toEqual({ from: 7_000_000, to: 7_000_000 });
  });

  it('leaves pauses out of the duration, and only the part of them between the first and the last event', async () => {
    const phases = [
      { started_at: 0, ended_at: 1_000_000 },
      { started_at: 3_000_000, ended_at: 6_000_000 },
      { started_at: 9_000_000, ended_at: null },
    ];
    const of = async (...times: number[]) =>
      (
        await metricsOf(
          times.map((at) => request(at, 1)),
          { phases },
        )
      ).summary.duration_seconds;
    expect(await of(500_000, 10_000_000)).toBe(4.5);
    expect(await of(4_000_000, 5_000_000)).toBe(1);
    expect(await of(-8_000_000, 500_000)).toBe(8.5);
    expect(await of(2_000_000, 4_000_000)).toBe(1);
    expect(await of(4_000_000, 7_000_000)).toBe(2);
  });

  it('takes the range from timestamps, not from the order of arrival', async () => {
    const { summary } = await metricsOf([request(5e6, 1), request(1e6, 1), request(3e6, 1)]);
    expect(summary.time_range).toEqual({ from: 1e6, to: 5e6 });
    expect(summary.duration_seconds).toBe(4);
  });

  it('names the event types in order and counts each', async () => {
    const { summary, events } = await metricsOf([
      request(1, 1),
      { name: 'a.b', at: 2 },
      { name: '__proto__', at: 3 },
      { name: 'a.b', at: 4 },
    ]);
    expect(summary.event_types).toEqual(['__proto__', 'a.b', 'req_llm.request.stop']);
    expect(summary.total_events).toBe(4);
    expect(Object.entries(events)).toEqual([
      ['__proto__', 1],
      ['a.b', 2],
      ['req_llm.request.stop', 1],
    ]);
  });

  it('counts different samples where events have them, else requests, else events', async () => {
    const sampled = [1, 2, 2, 3].map((sample, i) => request(i, 1, { d: { sample_id: `s${sample}` } }));
    const target = { sample_size: 3 };
    expect((await metricsOf([...sampled, request(9, 1)], target)).summary.sample_size).toEqual({
      target: 3,
      observed: 3,
      basis: 'samples',
      reached: true,
    });
    const plain = [request(1, 1), request(2, 1), { name: 'x', at: 3 }];
    expect((await metricsOf(plain, target)).summary.sample_size).toEqual({
      target: 3,
      observed: 2,
      basis: 'requests',
      reached: false,
    });
    const others = [1, 2, 3, 4].map((at) => ({ name: 'x', at }));
    expect((await metricsOf(others, target)).summary.sample_size).toEqual({
      target: 3,
      observed: 4,
      basis: 'events',
      reached: true,
    });
  });

  it('knows a sample again in every form a column may take', async () => {
    const samples = Array.from({ length: 3000 }, (_, i) => (i < 1024 ? 'same' : i < 2048 ? `s${i % 3}` : `u${i}`));
    const { state, batches } = await recorded(
      samples.map((sample_id, at) => request(at, 1, { d: { sample_id } })),
      { sample_size: 10 },
    );
    const { summary } = await computeMetrics({ states: [state], batches });
    expect(summary.sample_size?.observed).toBe(new Set(samples).size);
  });
});

describe('a row test', () => {
  it('decides which records count, everywhere', async () => {
    const { state, batches } = await recorded([
      request(1e6, 10, { d: { cohort: 'a' } }),
      request(2e6, 20, { d: { cohort: 'b' } }),
      request(3e6, 30, { d: { cohort: 'a' } }),
      { name: 'other', at: 9e6, d: { cohort: 'b' } },
    ]);
    const metrics = await computeMetrics({ states: [state], batches, where: { cohort: 'a' } });
    expect(metrics.summary).toMatchObject({
      total_events: 2,
      duration_seconds: 2,
      event_types: ['req_llm.request.stop'],
    });
    expect(metrics.latency.mean).toBe(20);
    expect(metrics.events).toEqual({ 'req_llm.request.stop': 2 });
  });
});

describe('several experiments', () => {
  it('are pooled as if they were one, with times and sample sizes summed', async () => {
    const one = await recorded([request(0, 10, { d: { sample_id: 's1' } }), request(2e6, 20)], {
      id: 'a',
      sample_size: 4,
    });
    const two = await recorded([request(100e6, 60, { d: { sample_id: 's1' } }), request(101e6, 70)], {
      id: 'b',
      sample_size: 4,
      request_events: ['req_llm.request.stop', 'my.stop'],
    });
    const metrics = await computeMetrics({
      states: [one.state, two.state],
      batches: async function* () {
        yield* one.batches();
        yield* two.batches();
      },
    });
    expect(metrics.latency).toMatchObject({ count: 4, mean: 40, median: 40 });
    expect(metrics.summary.duration_seconds).toBe(3);
    expect(metrics.summary.time_range).toEqual({ from: 0, to: 101e6 });
    expect(metrics.summary.sample_size).toEqual({ target: 8, observed: 2, basis: 'samples', reached: false });
    expect(metrics.request_events).toEqual(['my.stop', 'req_llm.request.stop']);
  });

  it('each have their own request events', async () => {
    const one = await recorded([request(0, 10), { name: 'my.stop', at: 1, m: { duration: 1 } }], { id: 'a' });
    const two = await recorded([request(0, 99), { name: 'my.stop', at: 1, m: { duration: 30 } }], {
      id: 'b',
      request_events: ['my.stop'],
    });
    const metrics = await computeMetrics({
      states: [one.state, two.state],
      batches: async function* () {
        yield* one.batches();
        yield* two.batches();
      },
    });
    expect(metrics.latency).toMatchObject({ count: 2, mean: 20 });
    expect(metrics.by_event['my.stop']).toMatchObject({ count: 2, latency: { mean: 15.5 } });
    expect(metrics.by_event['req_llm.request.stop']).toMatchObject({ count: 2, latency: { mean: 54.5 } });
  });

  it('of which one has no target have none', async () => {
    const states = [experimentState({ id: 'a', sample_size: 4 }), experimentState({ id: 'b' })];
    const metrics = await computeMetrics({ states, batches: async function* () {} });
    expect(metrics.summary.sample_size).toBeNull();
  });
});
