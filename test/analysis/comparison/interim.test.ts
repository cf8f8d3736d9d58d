import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { meanSequence } from '../../../src/stats/sequential/mean-sequence.ts';
import { pairedRateSequence } from '../../../src/stats/sequential/rate-sequence.ts';
import { type ArmOptions, ask, experiment, only } from './arms.ts';

const COUNT = 150;

async function study(options: ArmOptions, factor = 0.5, success = 0.7) {
  const stream = randomStream(3);
  const events = (scale: number) =>
    Array.from({ length: COUNT }, (_, i) =>
      ask(i, { duration: scale * stream.lognormal(4, 0.3) }, { success: stream.uniform() < success }),
    );
  return [await experiment('control', events(1), options), await experiment('treatment', events(factor))];
}

describe('data that may still change', () => {
  it('of a running experiment are interim: a confidence sequence, and no p-value for a fixed size', async () => {
    const result = await compareExperiments(await study({ status: 'running' }));
    expect(result).toMatchObject({ interim: true, interim_reasons: ['control (control) is running.'] });
    const found = only(result, 'success_rate');
    expect(found.p_value).toBeNull();
    expect(found.anytime_p_value).toBeGreaterThan(0);
    expect(found.ci!.method).toBe('beta-binomial mixture');
    expect(found.reasons.join()).toContain('interim');
    expect(found.quantile_differences).toEqual([]);
  });

  it('are interim before the sample size that was planned, and final from then on', async () => {
    const before = await compareExperiments(await study({ sample_size: COUNT + 1 }));
    expect(before.interim_reasons).toEqual([
      `control (control) has ${COUNT} of ${COUNT + 1} samples. If no more will come, say final: true (--final).`,
    ]);
    const reached = await compareExperiments(await study({ sample_size: COUNT }));
    expect(reached).toMatchObject({ interim: false, interim_reasons: [] });
    expect(only(reached, 'success_rate').p_value).not.toBeNull();
  });

  it('that were sampled are not short of a size that nobody counted, which is said', async () => {
    const sampled = await compareExperiments(await study({ sample_size: COUNT + 50, sampling: { rate: 0.5 } }));
    expect(sampled).toMatchObject({ interim: false, shortfalls: [] });
    expect(sampled.warnings).toEqual([
      `control (control) was sampled: whether it reached its sample size of ${COUNT + 50} is not known.`,
    ]);
    const running = await compareExperiments(await study({ status: 'running', sampling: { rate: 0.5 } }));
    expect(running.interim).toBe(true);
  });

  it('that are declared final are tested as of a fixed size, and what is short of the plan is told', async () => {
    const short = await study({ sample_size: COUNT + 50 });
    const final = await compareExperiments(short, { final: true });
    expect(final).toMatchObject({
      interim: false,
      interim_reasons: [],
      shortfalls: [{ id: 'control', name: 'control', planned: COUNT + 50, seen: COUNT, of: 'samples' }],
      warnings: [`control (control) has ${COUNT} of ${COUNT + 50} planned samples, and was declared final.`],
    });
    // Nothing but the plan differs from an analysis without one.
    const { shortfalls: _, warnings: __, arms: ___, ...rest } = final;
    expect(await compareExperiments(await study({}))).toMatchObject(rest);
    const whole = await compareExperiments(await study({ sample_size: COUNT }), { final: true });
    expect(whole).toMatchObject({ interim: false, shortfalls: [], warnings: [] });
  });

  it('cannot be declared final while an experiment has not stopped', async () => {
    for (const status of ['running', 'paused'] as const) {
      const refused = compareExperiments(await study({ status, sample_size: 9 }), { final: true });
      await expect(refused).rejects.toMatchObject({ code: 'not_stopped', message: expect.stringContaining(status) });
    }
    const running = await compareExperiments([
      ...(await study({ status: 'running' })),
      ...(await study({ id: 'more', sample_size: 500 })),
    ]);
    expect(running.interim_reasons.join(' ')).not.toContain('final: true');
  });

  it('of an experiment that nobody collects for say so, and how to end it', async () => {
    const [control, treatment] = await study({ status: 'running' });
    const result = await compareExperiments([{ ...control!, status: 'crashed' }, treatment!]);
    expect(result.interim_reasons).toEqual(['control (control) is crashed, and not stopped: `crucible stop` ends it.']);
    expect(result.arms[0]!.experiments[0]!.status).toBe('crashed');
  });

  it('without a test name who is unfinished, and say how to leave them out where two arms remain', async () => {
    const run = (condition: string, replicate: string, loss: number, options: ArmOptions = {}) =>
      experiment(condition, [{ name: 'crucible_train.epoch.stop', at: 1, m: { loss } }], {
        id: `${condition}-${replicate}`,
        replicate,
        ...options,
      });
    const finished = [
      await run('control', '1', 0.5),
      await run('control', '2', 0.6),
      await run('treatment', '1', 0.4),
      await run('treatment', '2', 0.45),
    ];
    const pilot = await run('pilot', '1', 0.7, { status: 'running' });
    const three = await compareExperiments([...finished, pilot], { metrics: ['loss'] });
    expect(three.comparisons[0]!.metrics.loss!.verdict_reason).toBe(
      'There is no test. Few replicates have no confidence sequence: wait for the end of pilot-1 (pilot-1), or leave it out by naming the other experiments instead of the study.',
    );
    const without = await compareExperiments(finished, { metrics: ['loss'] });
    expect(only(without, 'loss').p_value).not.toBeNull();
    const two = await compareExperiments([...finished.slice(0, 2), pilot], { metrics: ['loss'] });
    expect(only(two, 'loss').reasons).toContain(
      'Few replicates have no confidence sequence: wait for the end of pilot-1 (pilot-1).',
    );
  });

  it('give the sequence of the pairs themselves', async () => {
    const arms = await study({ status: 'running' });
    const found = only(await compareExperiments(arms), 'success_rate');
    const outcomes = await Promise.all(
      arms.map(async ({ batches }) => {
        const success: boolean[] = [];
        for await (const batch of batches({})) {
          for (let row = 0; row < batch.rows; row++) success.push(batch.record(row).success === true);
        }
        return success;
      }),
    );
    const count = (a: boolean, b: boolean) =>
      outcomes[0]!.filter((own, i) => own === a && outcomes[1]![i] === b).length;
    const expected = pairedRateSequence({ first_only: count(true, false), second_only: count(false, true), n: COUNT });
    expect(found.ci).toEqual(expected.ci);
    expect(found.anytime_p_value).toBe(expected.p_value);
  });

  it('may decide early, by what holds at every look', async () => {
    const found = only(await compareExperiments(await study({ status: 'running' }, 0.2, 1)), 'latency_ms');
    expect(found.anytime_p_value).toBeLessThan(1e-6);
    expect(found.verdict_source).toBe('anytime-valid p-value, corrected (holm)');
    expect(found.verdict).toBe('better');
  });

  it('too skewed for their number are warned of', async () => {
    const stream = randomStream(5);
    const arm = (condition: string, deviation: number) => {
      const costs = Array.from({ length: COUNT }, () => ask(undefined, { cost_usd: stream.lognormal(0, deviation) }));
      return experiment(condition, costs, { status: 'running' });
    };
    const skewed = only(await compareExperiments([await arm('control', 1.5), await arm('treatment', 1.5)]), 'cost_usd');
    expect(skewed.warnings.join()).toContain('low_coverage');
    const even = only(await compareExperiments([await arm('control', 0.2), await arm('treatment', 0.2)]), 'cost_usd');
    expect(even.ci).not.toBeNull();
    expect(even.warnings.join()).not.toContain('low_coverage');
  });

  it('in clusters give the sequence of the clusters', async () => {
    const stream = randomStream(8);
    const arm = (condition: string, add: number) =>
      experiment(
        condition,
        Array.from({ length: 240 }, (_, i) =>
          ask(i, { score: add + stream.normal(0, 0.5) }, { name: 'q', user_id: `u${i % 120}` }, 'eval.score.recorded'),
        ),
        { status: 'running' },
      );
    const found = only(await compareExperiments([await arm('control', 0), await arm('treatment', 1)]), 'scores.q');
    expect(found).toMatchObject({
      cluster_by: 'user_id',
      n: { pairs: 240, clusters: 120 },
      p_value: null,
      verdict: 'better',
    });
    expect(found.estimate).toBeCloseTo(found.arms.treatment.mean! - found.arms.baseline.mean!, 10);
    expect(found.ci!.low).toBeGreaterThan(0.5);
    expect(found.ci!.high).toBeLessThan(1.5);
  });

  it('in clusters of groups give the sequence of what each cluster adds to the difference', async () => {
    const stream = randomStream(9);
    const level = Array.from({ length: 130 }, () => stream.normal(0, 1));
    const scores = (add: number) =>
      Array.from({ length: 390 }, (_, i) => level[i % 130]! + add + Math.round(8 * stream.normal(0, 0.5)) / 8);
    const [first, second] = [scores(0), scores(0.5)];
    const arm = (condition: string, values: readonly number[]) =>
      experiment(
        condition,
        values.map((score, i) =>
          ask(undefined, { score }, { name: 'q', user_id: `u${i % 130}` }, 'eval.score.recorded'),
        ),
        { status: 'running' },
      );
    const found = only(
      await compareExperiments([await arm('control', first), await arm('treatment', second)]),
      'scores.q',
    );
    // Each user has three in each arm, so that what one adds is the difference of its means.
    const means = (values: readonly number[]) =>
      Float64Array.from({ length: 130 }, (_, u) => (values[u]! + values[u + 130]! + values[u + 260]!) / 3);
    const [a, b] = [means(first), means(second)];
    const expected = meanSequence(
      b.map((mean, u) => mean - a[u]!),
      { level: 0.95, tunedFor: 1000, minimumN: 100 },
    );
    expect(found).toMatchObject({ design: 'unpaired', cluster_by: 'user_id', n: { clusters: 130 } });
    expect(found.estimate).toBeCloseTo(expected.estimate!, 10);
    expect(found.ci!.low).toBeCloseTo(expected.ci!.low!, 10);
    expect(found.ci!.high).toBeCloseTo(expected.ci!.high!, 10);
  });

  it('in fewer clusters than a sequence begins at say how many there are', async () => {
    const stream = randomStream(8);
    const arm = (condition: string) =>
      experiment(
        condition,
        Array.from({ length: 240 }, (_, i) =>
          ask(i, { duration: stream.lognormal(4, 0.3) }, { user_id: `u${i % 25}` }),
        ),
        { status: 'running' },
      );
    const found = only(await compareExperiments([await arm('control'), await arm('treatment')]), 'latency_ms');
    expect(found).toMatchObject({ ci: null, anytime_p_value: null, n: { pairs: 240, clusters: 25 } });
    const text = 'No interval: the sequence begins at 100 clusters, and there are 25.';
    expect(found.reasons).toEqual([text]);
    expect(found.verdict_reason).toBe(`There is no test. ${text}`);
  });

  it('with few values missing are judged by the sequence with those at their worst, and bounds hold the estimate', async () => {
    const stream = randomStream(4);
    const arm = (condition: string, add: number, count: number, status: 'running' | 'stopped') =>
      experiment(
        condition,
        Array.from({ length: count }, (_, i) => ask(i, { tokens: 300 + i + add + Math.floor(stream.uniform() * 4) })),
        { status },
      );
    const metrics = [{ name: 'tokens', value: 'measurements.tokens', better: 'lower' as const }];
    for (const status of ['running', 'stopped'] as const) {
      const arms = [await arm('control', 0, 200, status), await arm('treatment', 150, 190, status)];
      // Nothing between the least and the greatest value is 150 above those of the ten that the treatment lacks.
      const { sensitivity, estimate, ...found } = only(await compareExperiments(arms, { metrics }), 'tokens');
      expect(sensitivity).toMatchObject({ missing: 10, high: estimate, could_flip: false });
      expect(sensitivity!.low).toBeLessThan(estimate!);
      expect(found.verdict).toBe('worse');
      if (status === 'running') expect(found.anytime_p_value).toBe(1e-300);
    }
  });

  it('of runs have no sequence', async () => {
    const run = (condition: string, i: number) =>
      experiment(condition, [{ name: 'crucible_train.epoch.stop', at: 1, m: { loss: i + 1 } }], {
        id: `${condition}${i}`,
        status: 'running',
      });
    const runs = await Promise.all([run('control', 0), run('control', 1), run('treatment', 2), run('treatment', 3)]);
    expect(only(await compareExperiments(runs), 'loss')).toMatchObject({
      estimate: 2,
      ci: null,
      p_value: null,
      anytime_p_value: null,
      adjusted_p_value: null,
      verdict: 'inconclusive',
    });
  });
});
