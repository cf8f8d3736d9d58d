import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/analysis/metrics.ts';
import { type Emitted, recorded, request } from './recorded.ts';

const STOP = 'req_llm.request.stop';

function span(
  name: string,
  at: number,
  span_id: string,
  parent_span_id?: string,
  m: Record<string, unknown> = {},
): Emitted {
  return { name, at, m, d: { trace_id: 't', span_id, ...(parent_span_id ? { parent_span_id } : {}) } };
}

/** Metrics, and how often the batches were read. */
async function metricsOf(emitted: readonly Emitted[], options: Parameters<typeof recorded>[1] = {}) {
  const { state, batches } = await recorded(emitted, options);
  let readings = 0;
  const metrics = await computeMetrics({
    states: [state],
    batches: () => {
      readings++;
      return batches();
    },
  });
  return { metrics, readings };
}

describe('a request that wraps a request', () => {
  const inner = span(STOP, 1, 'inner', 'outer', { duration: 10, cost_usd: 1 });
  const outer = span(STOP, 2, 'outer', undefined, { duration: 12, cost_usd: 1 });

  it('is not paid twice: only the inner one counts', async () => {
    const { metrics } = await metricsOf([inner, outer]);
    expect(metrics.latency).toMatchObject({ count: 1, mean: 10 });
    expect(metrics.cost).toMatchObject({ count: 1, total: 1 });
    expect(metrics.reliability.total_requests).toBe(1);
  });

  it('counts under its own name', async () => {
    const { metrics } = await metricsOf([inner, outer]);
    expect(metrics.by_event[STOP]).toMatchObject({ count: 2, latency: { mean: 11 }, cost: { total: 2 } });
    expect(metrics.summary.total_events).toBe(2);
  });

  it('is told whichever record came first', async () => {
    const { metrics } = await metricsOf([outer, inner]);
    expect(metrics.latency).toMatchObject({ count: 1, mean: 10 });
  });

  it('is told over spans between them, however many', async () => {
    const { metrics } = await metricsOf([
      outer,
      span('my.a.stop', 3, 'a', 'outer'),
      span('my.b.start', 4, 'b', 'a'),
      span(STOP, 5, 'inner', 'b', { duration: 10 }),
    ]);
    expect(metrics.latency).toMatchObject({ count: 1, mean: 10 });
  });

  it('is told when only another record of the inner span names its parent', async () => {
    const { metrics } = await metricsOf([
      span('req_llm.request.start', 1, 'inner', 'outer'),
      span(STOP, 2, 'inner', undefined, { duration: 10 }),
      outer,
    ]);
    expect(metrics.latency).toMatchObject({ count: 1, mean: 10 });
  });

  it('is told when the inner request has no span of its own', async () => {
    const within = { name: STOP, at: 1, m: { duration: 10 }, d: { trace_id: 't', parent_span_id: 'outer' } };
    const { metrics } = await metricsOf([within, outer]);
    expect(metrics.latency).toMatchObject({ count: 1, mean: 10 });
  });

  it('is told by another writer', async () => {
    const { metrics } = await metricsOf([outer, { ...inner, writer: 1 }]);
    expect(metrics.latency).toMatchObject({ count: 1, mean: 10 });
  });

  it('stays one when the inner request is not among the records that count', async () => {
    const { state, batches } = await recorded([inner, outer]);
    const where = { 'measurements.duration': 12 };
    const metrics = await computeMetrics({ states: [state], batches, where, range: { from: -1, to: 9 } });
    expect(metrics.summary.total_events).toBe(1);
    expect(metrics.latency.count).toBe(0);
  });

  it('counts as no request of a sample size', async () => {
    const { metrics } = await metricsOf([inner, outer], { sample_size: 2 });
    expect(metrics.summary.sample_size).toMatchObject({ basis: 'requests', observed: 1 });
  });
});

describe('no wrapper is', () => {
  it('a request that other events lie in', async () => {
    const { metrics } = await metricsOf([
      span('my.step.stop', 1, 'step', 'outer'),
      span('eval.score.recorded', 2, 'score', 'step'),
      span(STOP, 3, 'outer', undefined, { duration: 12 }),
    ]);
    expect(metrics.latency).toMatchObject({ count: 1, mean: 12 });
  });

  it('a request of which a second record says the same', async () => {
    const { metrics } = await metricsOf([
      span(STOP, 1, 'a', 'root', { duration: 1 }),
      span(STOP, 2, 'a', 'root', { duration: 3 }),
    ]);
    expect(metrics.latency).toMatchObject({ count: 2, mean: 2 });
  });

  it('a span of another trace or experiment with the same id', async () => {
    const inTrace = (trace_id: string, event: Emitted) => ({ ...event, d: { ...event.d, trace_id } });
    const { metrics } = await metricsOf([
      inTrace('t1', span(STOP, 1, '1', undefined, { duration: 10 })),
      inTrace('t2', span(STOP, 2, '2', '1', { duration: 20 })),
    ]);
    expect(metrics.latency.count).toBe(2);

    const one = await recorded([span(STOP, 1, '1', undefined, { duration: 10 })], { id: 'one' });
    const two = await recorded([span(STOP, 1, '2', '1', { duration: 20 })], { id: 'two' });
    const pooled = await computeMetrics({
      states: [one.state, two.state],
      batches: async function* () {
        yield* one.batches();
        yield* two.batches();
      },
    });
    expect(pooled.latency.count).toBe(2);
  });

  it('a request whose span is its own parent, or part of a ring', async () => {
    const { metrics } = await metricsOf([
      span(STOP, 1, 'self', 'self', { duration: 1 }),
      span(STOP, 2, 'a', 'b', { duration: 3 }),
      span('my.work.stop', 3, 'b', 'a'),
    ]);
    expect(metrics.latency).toMatchObject({ count: 2, mean: 2 });
  });

  it('the beginning of a request, which is no request at all', async () => {
    const start = { request_events: ['req_llm.request.start', STOP] };
    const { metrics } = await metricsOf(
      [span('req_llm.request.start', 1, 'a', 'root', { duration: 9 }), span(STOP, 2, 'a', 'root', { duration: 5 })],
      start,
    );
    expect(metrics.latency).toMatchObject({ count: 1, mean: 5 });
  });
});

describe('the batches are read', () => {
  it('once without span ids, or where no request can lie in another', async () => {
    expect((await metricsOf([request(1, 1), request(2, 2)])).readings).toBe(1);
    expect((await metricsOf([span(STOP, 1, 'a'), span(STOP, 2, 'b')])).readings).toBe(1);
    const scored = { name: 'eval.score.recorded', at: 2, m: { score: 1 }, d: { trace_id: 't', parent_span_id: 'a' } };
    expect((await metricsOf([span(STOP, 1, 'a'), scored])).readings).toBe(1);
  });

  it('twice where requests lie in spans, three times where they lie in requests', async () => {
    const stage = [span(STOP, 1, 'a', 'stage'), span('crucible_framework.stage.stop', 2, 'stage')];
    expect((await metricsOf(stage)).readings).toBe(2);
    expect((await metricsOf([...stage, span(STOP, 3, 'b', 'a')])).readings).toBe(3);
  });

  it('to the same rows each time, though the experiment goes on', async () => {
    const experiment = await recorded([
      span(STOP, 1, 'inner', 'outer', { duration: 10 }),
      span(STOP, 2, 'outer', undefined, { duration: 12 }),
    ]);
    let readings = 0;
    const metrics = await computeMetrics({
      states: [experiment.state],
      batches: () => {
        // What arrives between finding out what wraps what and counting could not be judged.
        if (++readings === 3) experiment.emit([span(STOP, 3, 'x', 'y', { duration: 1 }), span(STOP, 4, 'y')]);
        return experiment.batches();
      },
    });
    expect(readings).toBe(3);
    expect(metrics.summary.total_events).toBe(2);
    expect(metrics.latency).toMatchObject({ count: 1, mean: 10 });
  });
});
