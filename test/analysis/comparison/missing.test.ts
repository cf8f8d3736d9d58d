import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/stats/random.ts';
import type { Emitted } from '../recorded.ts';
import { ask, metricOf } from './arms.ts';

const start = (sample: number): Emitted => ({ ...ask(sample), name: 'req_llm.request.start', at: 0 });
const failed = (sample: number) => ask(sample, { duration: 1 }, { success: false });

/** Answers of which the hardest fifth take longest and fail most; each arm answers with luck of its own. */
function answers(arm: string, samples: readonly number[], seed = 1): Emitted[] {
  const stream = randomStream(seed).split(arm);
  return samples.map((sample) => {
    const hardness = sample / 100;
    return ask(
      sample,
      { duration: 100 * Math.exp(2 * hardness) * stream.lognormal(0, 0.2) },
      { success: stream.uniform() < 0.95 - 0.6 * hardness ** 3 },
    );
  });
}

const ALL = Array.from({ length: 100 }, (_, i) => i);
const EASY = ALL.slice(0, 80);

describe('a treatment that never saw its hardest fifth', () => {
  it('is no better, though unpaired means say so', async () => {
    const [control, treatment] = [answers('c', ALL), answers('t', EASY)];
    for (const metric of ['latency_ms', 'success_rate']) {
      const found = await metricOf(metric, control, treatment);
      expect(found).toMatchObject({ design: 'paired', verdict: 'inconclusive' });
      expect(found.missing.treatment.absent).toBe(20);
    }
    const { arms } = await metricOf('latency_ms', control, treatment);
    expect(arms.treatment.mean! / arms.baseline.mean!).toBeLessThan(0.85);
  });

  it('is no better though it is faster on every pair, where the missing could turn it round', async () => {
    const faster = answers('t', EASY).map((event) => ({
      ...event,
      m: { duration: Number(event.m!.duration) * 0.85 },
    }));
    const found = await metricOf('latency_ms', answers('c', ALL), faster);
    expect(found.p_value).toBeLessThan(0.01);
    expect(found).toMatchObject({ verdict: 'inconclusive', sensitivity: { could_flip: true } });
    expect(found.verdict_reason).toBe(
      'The items that have a value show a difference, but 35 items lack one: at the worst this would change it.',
    );
  });

  it('that is far better is better all the same', async () => {
    const far = answers('t', ALL.slice(0, 98)).map((event) => ({
      ...event,
      m: { duration: Number(event.m!.duration) / 3 },
    }));
    const succeed = (events: readonly Emitted[]) =>
      events.map((event) => ({ ...event, d: { ...event.d, success: true } }));
    const found = await metricOf('latency_ms', succeed(answers('c', ALL)), succeed(far));
    expect(found).toMatchObject({ verdict: 'better', sensitivity: { missing: 2, could_flip: false } });
  });
});

describe('incomplete pairs', () => {
  it('are told by their cause', async () => {
    const ok = (sample: number) => ask(sample, { duration: 10 + sample });
    const found = await metricOf('latency_ms', [0, 1, 2, 3, 4, 5, 6].map(ok), [
      ok(0),
      ok(1),
      failed(2),
      start(3),
      ask(4),
      ask(5, { duration: Number.NaN }),
      ask(undefined, { duration: 5 }),
    ]);
    expect(found.n.pairs).toBe(2);
    expect(found.missing).toEqual({
      baseline: {},
      treatment: { absent: 1, not_finished: 1, failed: 1, no_value: 1, not_finite: 1, no_sample_id: 1 },
    });
    expect(found.sensitivity!.missing).toBe(6);
  });

  it('of what has no logarithm are told apart', async () => {
    const waits = (values: readonly number[]) => values.map((wait, i) => ask(i, { wait }));
    const metrics = [{ name: 'wait', value: 'measurements.wait', kind: 'latency' as const }];
    const found = await metricOf('wait', waits([1, 2, 3]), waits([1, 3, -1]), { metrics });
    expect(found).toMatchObject({ n: { pairs: 2 }, missing: { treatment: { not_positive: 1 } } });
  });

  it('of scores are failures where the request failed', async () => {
    const score = (sample: number): Emitted =>
      ask(sample, { score: 0.1 * sample }, { name: 'q' }, 'eval.score.recorded');
    const all = [1, 2, 3, 4].flatMap((sample) => [ask(sample), score(sample)]);
    const found = await metricOf('scores.q', all, [ask(1), score(1), ask(2), score(2), failed(3), ask(4)]);
    expect(found.missing.treatment).toEqual({ failed: 1, no_value: 1 });
  });

  it('bound a success rate by the worst and the best that they can be', async () => {
    const yes = (sample: number) => ask(sample, {}, { success: true });
    const found = await metricOf('success_rate', [1, 2, 3, 4].map(yes), [yes(1), yes(2), start(3)]);
    // Pairs 1 and 2 agree; of 3 and 4 the treatment may have failed both or none.
    expect(found.sensitivity).toMatchObject({ missing: 2, low: -0.5, high: 0 });
    expect(found.missing.treatment).toEqual({ absent: 1, not_finished: 1 });
  });

  it('are no reason to compare unpaired: no complete pair is no result', async () => {
    const found = await metricOf(
      'latency_ms',
      [1, 2].map((i) => ask(i, { duration: 5 })),
      [1, 2].map(failed),
    );
    expect(found).toMatchObject({ design: 'paired', estimate: null, p_value: null, verdict: 'inconclusive' });
    expect(found.reasons).toContain('There is no complete pair: see missing.');
  });
});

describe('items without a sample', () => {
  it('that never ended count as missing of their arm', async () => {
    const loose = Array.from({ length: 8 }, (_, i) => ask(undefined, { duration: 10 + i }));
    const begun = loose.map((): Emitted => ({ name: 'req_llm.request.start', at: 0 }));
    const found = await metricOf('latency_ms', [...begun, ...loose], [...begun, ...loose.slice(0, 5)]);
    expect(found).toMatchObject({ design: 'unpaired', missing: { baseline: {}, treatment: { not_finished: 3 } } });
  });
});

describe('different failure rates', () => {
  it('are told beside the latencies, which are those of successes', async () => {
    const ok = ALL.map((sample) => ask(sample, { duration: 50 + sample }));
    const found = await metricOf(
      'latency_ms',
      ok,
      ok.map((event, i) => (i % 4 === 0 ? failed(i) : event)),
    );
    expect(found.arms).toMatchObject({ baseline: { failure_rate: 0 }, treatment: { failure_rate: 0.25, n: 75 } });
    expect(found.warnings.join()).toContain('differ in how often requests fail, by 25.0 points');
  });
});
