import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamingMetrics } from '../../../src/experiment/streaming/streaming-metrics.ts';
import { ColumnBatch } from '../../../src/record/batch.ts';
import { PriceBook } from '../../../src/record/prices.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import { BatchSchema } from '../../../src/record/schema.ts';
import { wilsonInterval } from '../../../src/stats/wilson.ts';
import { bench, recordsOf } from '../../lab/bench.ts';
import { naiveSeries, PERCENTILES } from './oracle.ts';

interface Event {
  readonly name: string;
  readonly measurements: Record<string, number>;
  readonly metadata: Record<string, unknown>;
}

const REQUESTS = new Set([
  'req_llm.request.stop',
  'req_llm.request.exception',
  'crucible_deployment.inference.stop',
  'crucible_deployment.inference.exception',
]);

const amount = fc.oneof(
  fc.double({ min: 0.001, max: 1e6, noNaN: true }),
  fc.constantFrom(0, 1, Number.NaN, Number.POSITIVE_INFINITY),
);
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.record({
    name: fc.constantFrom(
      'req_llm.request.stop',
      'req_llm.request.exception',
      'crucible_deployment.inference.stop',
      'crucible_train.epoch.stop',
      'crucible_framework.pipeline.stop',
      'my_app.step',
    ),
    measurements: fc.record(
      {
        duration: amount,
        cost_usd: amount,
        loss: amount,
        accuracy: amount,
        learning_rate: amount,
        gradient_norm: amount,
      },
      { requiredKeys: [] },
    ),
    metadata: fc.record(
      {
        success: fc.boolean(),
        error: fc.constant('timeout'),
        tokens: fc.record({ prompt: fc.nat(5000), completion: fc.nat(5000) }, { requiredKeys: [] }),
        model: fc.constantFrom('gpt-4o', 'unknown'),
      },
      { requiredKeys: [] },
    ),
  }),
  { maxLength: 60 },
);

type Numeric =
  | 'latency_ms'
  | 'cost_usd'
  | 'input_tokens'
  | 'output_tokens'
  | 'loss'
  | 'accuracy'
  | 'learning_rate'
  | 'gradient_norm';

test('streaming metrics are those that the records give, worked out afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(events, async (given) => {
      const { lab } = bench();
      const experiment = await lab.startExperiment({ name: 'a' });
      for (const { name, measurements, metadata } of given) experiment.execute(name, measurements, metadata);
      const records = await recordsOf(experiment);
      const requests = records.filter((record) => REQUESTS.has(record.event_name));
      const training = records.filter((record) => record.category === 'training');
      const numbers = (from: typeof records, field: Numeric) =>
        from.map((record) => record[field]).filter((value) => value !== null);
      const summary = experiment.streamingMetrics();

      const counts: Record<string, number> = {};
      for (const { event_name } of records) counts[event_name] = (counts[event_name] ?? 0) + 1;
      expect(summary.total_events).toBe(given.length);
      expect(summary.events).toEqual(counts);

      const failed = requests.filter((record) => record.success === false).length;
      const successful = requests.filter((record) => record.success === true).length;
      const judged = failed + successful;
      expect(summary.reliability).toEqual({
        total_requests: judged,
        successful,
        failed,
        success_rate: judged === 0 ? null : successful / judged,
        success_rate_ci: judged === 0 ? null : wilsonInterval(successful, judged),
        failure_rate: judged === 0 ? null : failed / judged,
      });

      const notFailed = requests.filter((record) => record.success !== false);
      for (const [series, values] of [
        [summary.latency, numbers(notFailed, 'latency_ms')],
        [summary.cost, numbers(requests, 'cost_usd')],
        [summary.tokens.input, numbers(requests, 'input_tokens')],
        [summary.tokens.output, numbers(requests, 'output_tokens')],
        [summary.training.loss, numbers(training, 'loss')],
        [summary.training.accuracy, numbers(training, 'accuracy')],
        [summary.training.learning_rate, numbers(training, 'learning_rate')],
        [summary.training.gradient_norm, numbers(training, 'gradient_norm')],
      ] as const) {
        const naive = naiveSeries(values);
        expect(series).toMatchObject({
          count: naive.count,
          non_finite: naive.non_finite,
          min: naive.min,
          max: naive.max,
          exact: true,
        });
        expect(series.sum).toBeCloseTo(naive.sum, 3);
        for (const [name, p] of Object.entries(PERCENTILES)) {
          const expected = naive.quantile(p);
          const actual = series[name as keyof typeof PERCENTILES];
          if (expected === null) expect(actual).toBeNull();
          else expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
        }
      }
    }),
    { numRuns: 200 },
  );
});

/** Streaming metrics that saw these events as a collector shows them. */
function observed(given: readonly Event[]): StreamingMetrics {
  const schema = new BatchSchema({ id: 'e' }, 'w');
  const batch = new ColumnBatch(schema, 64, 0);
  const metrics = new StreamingMetrics();
  const recorder = new Recorder(schema, {
    prices: new PriceBook(),
    isRequest: (name) => REQUESTS.has(name),
    nextBatch: () => batch,
  });
  for (const { name, measurements, metadata } of given) {
    recorder.begin();
    recorder.capture({ name, index: -1 }, measurements, metadata, 0, 'run');
    metrics.observe(recorder.row);
    recorder.rollback();
  }
  return metrics;
}

test('parts merged are the whole', () => {
  fc.assert(
    fc.property(events, events, events, (a, b, c) => {
      const merged = observed(a);
      for (const part of [b, c]) merged.merge(observed(part));
      const [parts, whole] = [merged.summary(), observed([...a, ...b, ...c]).summary()];
      expect(parts.total_events).toBe(whole.total_events);
      expect(parts.events).toEqual(whole.events);
      expect(parts.reliability).toEqual(whole.reliability);
      const seriesOf = (summary: typeof whole) => [
        summary.latency,
        summary.cost,
        ...Object.values(summary.tokens),
        ...Object.values(summary.training),
      ];
      for (const [i, series] of seriesOf(parts).entries()) {
        const { sum, mean, std_dev, ...exactly } = series;
        expect(seriesOf(whole)[i]).toMatchObject(exactly);
        expect(sum).toBeCloseTo(seriesOf(whole)[i]!.sum, 3);
        expect(mean === null).toBe(seriesOf(whole)[i]!.mean === null);
        expect(std_dev === null).toBe(seriesOf(whole)[i]!.std_dev === null);
      }
    }),
    { numRuns: 200 },
  );
});

describe('streaming metrics', () => {
  test('of an experiment without events are null where they are undefined', async () => {
    const { lab } = bench();
    const {
      reliability,
      latency,
      total_events,
      events: names,
    } = (await lab.startExperiment({ name: 'a' })).streamingMetrics();
    expect([total_events, names]).toEqual([0, {}]);
    expect(reliability).toEqual({
      total_requests: 0,
      successful: 0,
      failed: 0,
      success_rate: null,
      success_rate_ci: null,
      failure_rate: null,
    });
    expect(latency).toMatchObject({ count: 0, mean: null, p99: null });
  });

  test('begin anew at a reset, which leaves records, ledger and lifecycle alone', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.execute('req_llm.request.stop', { duration: 10 });
    experiment.resetStreamingMetrics();
    expect(experiment.streamingMetrics()).toMatchObject({ total_events: 0, events: {}, latency: { count: 0 } });
    experiment.execute('req_llm.request.stop', { duration: 20 });
    expect(experiment.streamingMetrics()).toMatchObject({ total_events: 1, latency: { count: 1, mean: 20 } });
    expect([experiment.ledger().stored, (await recordsOf(experiment)).length, experiment.status]).toEqual([
      2,
      2,
      'running',
    ]);
  });

  test('leave paused events out, and stay readable after pause, stop and close', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.execute('a.b');
    await experiment.pause();
    experiment.execute('a.b');
    expect(experiment.streamingMetrics().total_events).toBe(1);
    await experiment.stop();
    await lab.close();
    expect(experiment.streamingMetrics().total_events).toBe(1);
  });

  test('are of the moment they are asked for: a summary does not change afterwards', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.execute('req_llm.request.stop', { duration: 1 });
    const before = experiment.streamingMetrics();
    const copy = structuredClone(before);
    experiment.execute('req_llm.request.stop', { duration: 2 });
    expect(before).toEqual(copy);
  });

  test('take a nested request once: what only wraps requests is not one of them', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const request = (cost: number, inner?: () => void) =>
      bus.span('req_llm.request', { model: 'm' }, (span) => {
        inner?.();
        span.measure({ cost_usd: cost });
      });
    experiment.run(() => {
      request(1);
      request(99, () => {
        request(2);
        bus.span('my_app.step', {}, () => request(3));
      });
      bus.execute('req_llm.request.stop', { cost_usd: 4 });
    });
    const { cost, reliability, events: names } = experiment.streamingMetrics();
    expect([cost.count, cost.sum, reliability.total_requests]).toEqual([4, 10, 4]);
    expect(names['req_llm.request.stop']).toBe(5);
  });

  test('take the request events that the experiment names', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', requestEvents: ['my_app.answer'] });
    experiment.execute('my_app.answer', { duration: 5 }, { success: true });
    experiment.execute('req_llm.request.stop', { duration: 500 });
    expect(experiment.streamingMetrics()).toMatchObject({
      total_events: 2,
      latency: { count: 1, max: 5 },
      reliability: { total_requests: 1, successful: 1 },
    });
  });

  test('count names made from data up to a limit, and the others together', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    for (let i = 0; i < 10_050; i++) experiment.execute(`made.up.n${i}`);
    experiment.execute('made.up.n7');
    experiment.execute('made.up.n10049');
    const { events: names, total_events } = experiment.streamingMetrics();
    expect(Object.keys(names).length).toBe(10_001);
    expect([names['made.up.n7'], names['(other)'], total_events]).toEqual([2, 51, 10_052]);
    expect(Object.values(names).reduce((sum, count) => sum + count, 0)).toBe(total_events);
  });
});
