import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/analysis/metrics.ts';
import { expectClose } from './close.ts';
import { type Emitted, recorded, request } from './recorded.ts';

async function metricsOf(events: readonly Emitted[], options: Parameters<typeof recorded>[1] = {}) {
  const { state, batches } = await recorded(events, options);
  return computeMetrics({ states: [state], batches });
}

const NO_LATENCY = {
  count: 0,
  mean: null,
  median: null,
  std_dev: null,
  min: null,
  max: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  failure_rate: null,
  non_finite: 0,
};
const NOTHING = { count: 0, total: null, mean: null, non_finite: 0 };

describe('of an experiment without events', () => {
  it('everything undefined is null', async () => {
    const metrics = await metricsOf([]);
    expect(metrics.summary).toEqual({
      total_events: 0,
      time_range: null,
      duration_seconds: null,
      event_types: [],
      sample_size: null,
    });
    expect(metrics.latency).toEqual(NO_LATENCY);
    expect(metrics.cost).toEqual({
      total: null,
      count: 0,
      mean_per_request: null,
      median_per_request: null,
      cost_per_1k_requests: null,
      cost_per_1m_requests: null,
      coverage: { priced: 0, unknown: 0, not_applicable: 0, unknown_models: {}, reasons: {} },
    });
    expect(metrics.reliability).toEqual({
      total_requests: 0,
      successful: 0,
      failed: 0,
      unjudged: 0,
      success_rate: null,
      success_rate_ci: null,
      failure_rate: null,
      sla_99: null,
      sla_999: null,
      sla_9999: null,
      sla_99_supported: 'unknown',
      sla_999_supported: 'unknown',
      sla_9999_supported: 'unknown',
    });
    expect(metrics.tokens).toEqual({
      input: NOTHING,
      output: NOTHING,
      cached: NOTHING,
      reasoning: NOTHING,
      total: NOTHING,
    });
    expect(metrics.request_events).toEqual([]);
    expect(metrics.by_event).toEqual({});
    expect(metrics.events).toEqual({});
    expect(metrics.scores).toEqual({});
    expect(metrics.training.by_epoch).toEqual([]);
    expect(metrics.training.logged).toEqual({});
  });
});

describe('latency', () => {
  it('is that of requests that did not fail, with the failure rate beside it', async () => {
    const { latency } = await metricsOf([
      request(1, 10),
      request(2, 20),
      request(3, 40),
      request(4, 1, { name: 'req_llm.request.exception' }),
      request(5, 2, { d: { success: false } }),
      { name: 'crucible_train.epoch.stop', at: 6, m: { duration: 9999 } },
    ]);
    expect(latency).toMatchObject({ count: 3, mean: 70 / 3, median: 20, min: 10, max: 40, p50: 20, failure_rate: 0.4 });
    expect(latency.p90).toBeCloseTo(36, 10);
    expect(latency.p95).toBeCloseTo(38, 10);
    expect(latency.p99).toBeCloseTo(39.6, 10);
    expect(latency.std_dev).toBeCloseTo(
      Math.sqrt((13.3333333333 ** 2 + 3.3333333333 ** 2 + 16.6666666667 ** 2) / 2),
      8,
    );
  });

  it('of one request has no deviation', async () => {
    const { latency } = await metricsOf([request(1, 10)]);
    expect(latency).toMatchObject({ count: 1, mean: 10, median: 10, std_dev: null, p99: 10 });
  });

  it('counts NaN and infinities apart', async () => {
    const { latency } = await metricsOf([
      request(1, Number.NaN),
      request(2, 5),
      request(3, Number.POSITIVE_INFINITY),
      request(4, Number.NaN, { d: { success: false } }),
      request(5, undefined),
    ]);
    expect(latency).toMatchObject({ count: 1, mean: 5, max: 5, non_finite: 2 });
  });

  it('is null where all requests failed', async () => {
    const { latency, reliability } = await metricsOf([1, 2, 3].map((at) => request(at, 5, { d: { error: 'down' } })));
    expect(latency).toEqual({ ...NO_LATENCY, failure_rate: 1 });
    expect(reliability).toMatchObject({
      total_requests: 3,
      successful: 0,
      failed: 3,
      success_rate: 0,
      failure_rate: 1,
    });
  });
});

describe('cost', () => {
  it('is over the requests whose cost is known, failed ones included', async () => {
    const { cost } = await metricsOf([
      request(1, 1, { m: { cost_usd: 0.5 } }),
      request(2, 1, { m: { cost_usd: 0.1 } }),
      request(3, 1, { m: { cost_usd: 0.3 }, d: { error: 'late' } }),
      request(4, 1, { d: { model: 'cheap', tokens: { prompt: 1_000_000, completion: 50_000 } } }),
    ]);
    expectClose(cost, {
      total: 2,
      count: 4,
      mean_per_request: 0.5,
      median_per_request: 0.4,
      cost_per_1k_requests: 500,
      cost_per_1m_requests: 500_000,
      coverage: { priced: 4, unknown: 0, not_applicable: 0 },
    });
  });

  it('says what is not known and why', async () => {
    const tokens = { prompt: 10, completion: 10 };
    const { cost } = await metricsOf([
      request(1, 1, { m: { cost_usd: 2 } }),
      request(2, 1, { d: { model: 'mystery', tokens } }),
      request(3, 1, { d: { model: 'mystery', tokens } }),
      request(4, 1, { d: { model: 'riddle', tokens } }),
      request(5, 1, { d: { model: 'cheap' } }),
      request(6, 1, { d: { tokens } }),
      request(7, 1, { m: { cost_usd: Number.NaN }, d: { model: 'cheap' } }),
      request(8, 1),
    ]);
    expect(cost).toMatchObject({ total: 2, count: 1, mean_per_request: 2 });
    expect(cost.coverage).toEqual({
      priced: 1,
      unknown: 6,
      not_applicable: 1,
      unknown_models: { cheap: 2, mystery: 2, riddle: 1 },
      reasons: { no_model: 1, no_tokens: 1, non_finite: 1, unknown_model: 3 },
    });
  });

  it('of which none is known is null, which is not free', async () => {
    const unknown = await metricsOf([request(1, 1, { d: { model: 'mystery', tokens: { prompt: 1, completion: 1 } } })]);
    expect(unknown.cost).toMatchObject({ total: null, mean_per_request: null, median_per_request: null });
    expect(unknown.cost).toMatchObject({ cost_per_1k_requests: null, cost_per_1m_requests: null });
    const free = await metricsOf([request(1, 1, { m: { cost_usd: 0 } })]);
    expect(free.cost).toMatchObject({ total: 0, mean_per_request: 0, cost_per_1m_requests: 0 });
  });

  it('loses no cent of many small costs beside large ones', async () => {
    const costs = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 1e9 : i % 3 === 1 ? 0.01 : -1e9));
    const { cost } = await metricsOf(costs.map((cost_usd, at) => request(at, 1, { m: { cost_usd } })));
    expect(cost.total).toBeCloseTo(10, 12);
  });
});

describe('reliability', () => {
  const outcomes = (successful: number, failed: number) => [
    ...Array.from({ length: successful }, (_, i) => request(i, 1)),
    ...Array.from({ length: failed }, (_, i) => request(i, 1, { d: { success: false } })),
  ];

  it('judges the point estimate and the interval apart', async () => {
    const few = (await metricsOf(outcomes(99, 1))).reliability;
    expect(few).toMatchObject({ success_rate: 0.99, sla_99: true, sla_999: false, sla_9999: false });
    expect(few).toMatchObject({ sla_99_supported: 'unknown', sla_999_supported: 'no', sla_9999_supported: 'no' });

    const many = (await metricsOf(outcomes(3000, 0))).reliability;
    expect(many).toMatchObject({ sla_9999: true, sla_99_supported: 'yes', sla_9999_supported: 'unknown' });

    const bad = (await metricsOf(outcomes(50, 50))).reliability;
    expect(bad).toMatchObject({ sla_99: false, sla_99_supported: 'no', sla_9999_supported: 'no' });
  });

  it('gives the interval of Wilson', async () => {
    // 8 of 10: R, binom::binom.confint(8, 10, methods = "wilson").
    const { success_rate_ci } = (await metricsOf(outcomes(8, 2))).reliability;
    expectClose(success_rate_ci, { level: 0.95, method: 'wilson', low: 0.4901624715, high: 0.9433178485 });
  });

  it('leaves requests without an outcome out, and says how many', async () => {
    const names = ['my.request'];
    const { reliability, request_events } = await metricsOf(
      [
        { name: 'my.request', at: 1, m: { duration: 5 } },
        { name: 'my.request', at: 2, m: { duration: 7 }, d: { success: true } },
      ],
      { request_events: names },
    );
    expect(reliability).toMatchObject({ total_requests: 1, successful: 1, failed: 0, unjudged: 1, success_rate: 1 });
    expect(request_events).toEqual(names);
  });
});

describe('tokens', () => {
  it('have totals and means over the requests that count them', async () => {
    const { tokens } = await metricsOf([
      request(1, 1, { d: { tokens: { prompt: 100, completion: 20, cached: 60, reasoning: 5 } } }),
      request(2, 1, { m: { input_tokens: 50 } }),
      request(3, 1, { m: { output_tokens: 10 } }),
      request(4, 1),
    ]);
    expect(tokens).toEqual({
      input: { count: 2, total: 150, mean: 75, non_finite: 0 },
      output: { count: 2, total: 30, mean: 15, non_finite: 0 },
      cached: { count: 1, total: 60, mean: 60, non_finite: 0 },
      reasoning: { count: 1, total: 5, mean: 5, non_finite: 0 },
      total: { count: 3, total: 180, mean: 60, non_finite: 0 },
    });
  });
});

describe('request events', () => {
  it('are the registered ones that occurred', async () => {
    const { request_events, latency } = await metricsOf([
      request(1, 10),
      { name: 'crucible_deployment.inference.stop', at: 2, m: { duration: 30 } },
      { name: 'req_llm.request.start', at: 3, d: { model: 'cheap' } },
      { name: 'my.work.stop', at: 4, m: { duration: 1000 } },
    ]);
    expect(request_events).toEqual(['crucible_deployment.inference.stop', 'req_llm.request.stop']);
    expect(latency).toMatchObject({ count: 2, mean: 20 });
  });

  it('are those configured, occurred or not', async () => {
    const { request_events, latency } = await metricsOf(
      [request(1, 10), { name: 'my.work.stop', at: 4, m: { duration: 1000 } }],
      { request_events: ['my.work.stop', 'my.other.stop'] },
    );
    expect(request_events).toEqual(['my.other.stop', 'my.work.stop']);
    expect(latency).toMatchObject({ count: 1, mean: 1000 });
  });

  it('have their own numbers under by_event, as every event has', async () => {
    const { by_event } = await metricsOf([
      request(1, 10, { m: { cost_usd: 1 } }),
      request(2, 99, { name: 'req_llm.request.exception', m: { cost_usd: 3 } }),
      { name: 'my.work.stop', at: 4, m: { duration: 1000 } },
    ]);
    expect(by_event['req_llm.request.stop']).toMatchObject({ count: 1, latency: { mean: 10 }, cost: { total: 1 } });
    expect(by_event['req_llm.request.exception']).toMatchObject({ count: 1, latency: { count: 0, failure_rate: 1 } });
    expect(by_event['my.work.stop']).toMatchObject({
      count: 1,
      latency: { mean: 1000 },
      reliability: { successful: 1 },
    });
  });
});

describe('scores', () => {
  it('are summed up by name, a yes or no as 1 or 0', async () => {
    const score = (name: string | undefined, value: unknown): Emitted => ({
      name: 'eval.score.recorded',
      at: 1,
      m: { score: value },
      d: name === undefined ? {} : { name },
    });
    const { scores } = await metricsOf([
      score('exact_match', 1),
      score('exact_match', false),
      score('f1', 0.5),
      score('f1', Number.NaN),
      score('f1', 'high'),
      score(undefined, 3),
    ]);
    expectClose(scores, {
      exact_match: { count: 2, mean: 0.5, std_dev: Math.SQRT1_2, min: 0, max: 1, non_finite: 0 },
      f1: { count: 1, mean: 0.5, std_dev: null, min: 0.5, max: 0.5, non_finite: 1 },
      score: { count: 1, mean: 3 },
    });
  });
});
