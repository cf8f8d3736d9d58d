import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import type { Emitted } from '../recorded.ts';
import { ask, compared, experiment, metricOf, only } from './arms.ts';

const LIST = [4, 7, 5, 9];
const MORE = [5, 7, 8, 11];

describe('the usual metrics', () => {
  it('are what there is of latency, cost, success, tokens, runs, scores and metric points', async () => {
    const events = (values: readonly number[]) => [
      ...values.map((duration, i) =>
        ask(i, { duration, input_tokens: duration, output_tokens: 1, cost_usd: duration }),
      ),
      ask(0, { score: 1 }, { name: 'q' }, 'eval.score.recorded'),
    ];
    const logged = [{ metric: 'val_loss', value: 0.5 }];
    const result = await compareExperiments([
      await experiment('control', events(LIST), { logged }),
      await experiment('treatment', events(MORE), { logged }),
    ]);
    const names = ['latency_ms', 'cost_usd', 'success_rate', 'total_tokens', 'scores.q', 'logged.val_loss'];
    expect(Object.keys(result.comparisons[0]!.metrics)).toEqual(names);
    expect(only(result, 'total_tokens')).toMatchObject({ kind: 'cost', better: 'lower', estimate: 1.5 });
    expect(only(result, 'logged.val_loss')).toMatchObject({ kind: 'replicate', better: 'lower', estimate: 0 });
  });
});

describe('a metric', () => {
  it('may be a nested path', async () => {
    const events = (values: readonly number[]) => values.map((hits, i) => ask(i, { hits }));
    const found = await metricOf('measurements.hits', events(LIST), events(MORE), { metrics: ['measurements.hits'] });
    expect(found).toMatchObject({
      kind: 'mean',
      estimate: 1.5,
      better: null,
      events: { baseline: ['req_llm.request'] },
    });
    expect(found.verdict_reason).not.toContain('better');
  });

  it('may be a function of a record', async () => {
    const events = (values: readonly number[]) => values.map((size, i) => ask(i, {}, { answer: 'x'.repeat(size) }));
    const length = {
      name: 'answer_length',
      value: ({ metadata }: { metadata: object }) => String((metadata as { answer?: string }).answer ?? '').length,
      better: 'lower' as const,
    };
    const found = await metricOf('answer_length', events(LIST), events(MORE), { metrics: [length] });
    expect(found).toMatchObject({ kind: 'mean', estimate: 1.5, better: 'lower' });
  });

  it('of yes and no by a function is a rate', async () => {
    const events = (values: readonly number[]) => values.map((duration, i) => ask(i, { duration }));
    const slow = { name: 'slow', value: ({ latency_ms }: { latency_ms: number | null }) => (latency_ms ?? 0) > 6 };
    const found = await metricOf('slow', events(LIST), events(MORE), { metrics: [slow] });
    expect(found).toMatchObject({ kind: 'rate', estimate: 0.25, arms: { baseline: { mean: 0.5 } } });
  });

  it('without a direction gets no verdict but says that there is a difference', async () => {
    const many = (add: number) =>
      Array.from({ length: 30 }, (_, i) => ask(i, { hits: (i % 5) + add + 0.1 * (i % 3) * add }));
    const found = await metricOf('measurements.hits', many(0), many(1), { metrics: ['measurements.hits'] });
    expect(found.p_value).toBeLessThan(0.001);
    expect(found).toMatchObject({ verdict: 'inconclusive', verdict_reason: expect.stringContaining('nobody said') });
  });

  it('takes its values from other events where requests have none, or where it names one', async () => {
    const events = (values: readonly number[]): Emitted[] => [
      ...values.map((_, i) => ask(i, { duration: 1 })),
      ...values.map((hits, i) => ask(i, { hits, duration: hits }, {}, 'my_app.retrieval.stop')),
    ];
    const metrics = [
      'measurements.hits',
      { name: 'retrieval_ms', value: 'latency_ms', event: 'my_app.retrieval.stop' },
    ];
    const result = await compared(events(LIST), events(MORE), { metrics });
    expect(only(result, 'measurements.hits')).toMatchObject({
      estimate: 1.5,
      events: { treatment: ['my_app.retrieval'] },
    });
    expect(only(result, 'retrieval_ms')).toMatchObject({
      kind: 'latency',
      n: { pairs: 4 },
      arms: { treatment: { mean: 7.75 } },
    });
  });

  it('is never pooled over operations', async () => {
    const events = (values: readonly number[]) =>
      values.flatMap((duration, i) => [
        ask(i, { duration }),
        ask(i, { duration: 100 * duration }, {}, 'crucible_deployment.inference.stop'),
      ]);
    const result = await compared(events(LIST), events(MORE), { metrics: ['latency_ms'] });
    const { metrics } = result.comparisons[0]!;
    expect(Object.keys(metrics)).toEqual(['latency_ms@crucible_deployment.inference', 'latency_ms@req_llm.request']);
    expect(metrics['latency_ms@req_llm.request']!.arms.baseline.mean).toBe(6.25);
    expect(metrics['latency_ms@crucible_deployment.inference']!.arms.baseline.mean).toBe(625);
  });

  it('leaves out requests that only wrap requests', async () => {
    const span = (span_id: string, parent: string | undefined, duration: number) =>
      ask(span_id, { duration }, { trace_id: 't', span_id, parent_span_id: parent });
    const events = (add: number) => [
      span('outer', undefined, 500),
      span('a', 'outer', 10 + add),
      span('b', 'outer', 20),
    ];
    const result = await compared(events(0), events(5));
    expect(result.arms[0]).toMatchObject({ events: 3, requests: 2 });
    expect(only(result, 'latency_ms').arms.baseline.max).toBe(20);
  });

  it('with one number per replicate is the mean over its samples', async () => {
    const seeds = (condition: string, shift: number) =>
      Promise.all(
        [0, 1, 2].map((seed) =>
          experiment(
            condition,
            LIST.map((score, i) =>
              ask(i, { score: score + shift + seed * (1 + shift) }, { name: 'q' }, 'eval.score.recorded'),
            ),
            { id: `${condition}${seed}`, replicate: `seed-${seed}` },
          ),
        ),
      );
    const result = await compareExperiments([...(await seeds('control', 0)), ...(await seeds('treatment', 1))], {
      metrics: [{ name: 'scores.q', kind: 'replicate' }],
    });
    // 6.25 and seed against 7.25 and twice the seed: differences 1, 2, 3.
    expect(only(result, 'scores.q')).toMatchObject({
      kind: 'replicate',
      design: 'paired',
      estimate: 2,
      n: { pairs: 3 },
    });
    expect(only(result, 'scores.q').standard_error).toBeCloseTo(1 / Math.sqrt(3), 12);
  });
});

describe('a run that diverged', () => {
  it('is missing, and what it could have been keeps the verdict open', async () => {
    const run = (condition: string, accuracy: number, i: number) =>
      experiment(condition, [{ name: 'crucible_train.epoch.stop', at: 1, m: { accuracy } }], {
        id: `${condition}${i}`,
      });
    const found = only(
      await compareExperiments(
        await Promise.all([
          ...[0.5, 0.51, 0.52, 0.53].map((value, i) => run('control', value, i)),
          ...[0.9, 0.91, 0.92, Number.NaN].map((value, i) => run('treatment', value, i)),
        ]),
      ),
      'accuracy',
    );
    expect(found.p_value).toBeLessThan(0.001);
    expect(found).toMatchObject({ verdict: 'inconclusive', missing: { treatment: { not_finite: 1 } } });
  });
});

describe('the sample ratio', () => {
  const users = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ask(undefined, { duration: 5 + (i % 7) }, { user_id: `u${from + i}` }));
  const sampleRatio = { unit: 'user_id', ratio: { control: 1, treatment: 1 } };

  it('is tested only where it was declared', async () => {
    expect((await compared(users(0, 50), users(50, 100))).sample_ratio).toBeNull();
    const { sample_ratio } = await compared(users(0, 50), users(50, 100), { sampleRatio });
    expect(sample_ratio).toMatchObject({ n: [50, 50], mismatch: false, p_value: 1 });
  });

  it('that is not as declared leaves every verdict open', async () => {
    const fast = users(50, 90).map((event) => ({ ...event, m: { duration: 0.1 * Number(event.m!.duration) } }));
    const result = await compared(users(0, 50).concat(users(200, 260)), fast, { sampleRatio });
    expect(result.sample_ratio!.mismatch).toBe(true);
    expect(only(result, 'latency_ms')).toMatchObject({
      verdict: 'inconclusive',
      verdict_reason: expect.stringContaining('assignment'),
    });
    expect(result.warnings.join()).toContain('sample ratio');
  });
});
