import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import { request } from '../recorded.ts';
import { ask, compared, experiment, only } from './arms.ts';

const requests = (...latencies: number[]) => latencies.map((latency, at) => request(at, latency));

describe('arms', () => {
  it('are conditions, whose experiments are replicates', async () => {
    const { by, arms, comparisons } = await compareExperiments([
      await experiment('control', requests(10, 20), { id: 'c1' }),
      await experiment('treatment', requests(10), { id: 't1' }),
      await experiment('control', requests(60), { id: 'c2' }),
      await experiment('treatment', requests(40, 41, 42), { id: 't2' }),
    ]);
    expect(by).toBe('condition');
    expect(arms).toMatchObject([
      { name: 'control', baseline: true, requests: 3, experiments: [{ id: 'c1' }, { id: 'c2' }] },
      { name: 'treatment', baseline: false, requests: 4 },
    ]);
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({ experiment_ids: ['t1', 't2'] });
  });

  it('are experiments one by one when there are no two conditions', async () => {
    const { by, baseline, comparisons } = await compareExperiments([
      await experiment('x', requests(1), { id: 'a' }),
      await experiment('x', requests(2), { id: 'b' }),
      await experiment('x', requests(3), { id: 'c', condition: null }),
    ]);
    expect([by, baseline]).toEqual(['experiment', 'a']);
    expect(comparisons.map(({ name, condition }) => [name, condition])).toEqual([
      ['b', 'x'],
      ['c', null],
    ]);
  });

  it('say what became of their requests, those that never ended included', async () => {
    const start = { name: 'req_llm.request.start', at: 0 };
    const { arms } = await compared(
      [start, start, start, ask(1, { duration: 1 }), ask(2, { duration: 1 }, { success: false })],
      [ask(1, { duration: 1 }, { success: null })],
    );
    expect(arms[0]).toMatchObject({ events: 5, requests: 2, successful: 1, failed: 1, not_finished: 1, samples: 2 });
    expect(arms[1]).toMatchObject({ requests: 1, failed: 0, not_finished: 0, samples: 1 });
  });

  it('fewer than two are nothing to compare', async () => {
    const one = await experiment('a', requests(1));
    for (const given of [[], [one], [one, one]]) {
      await expect(compareExperiments(given)).rejects.toMatchObject({ code: 'nothing_to_compare' });
    }
  });
});

describe('the baseline', () => {
  const study = Promise.all([
    experiment('new', requests(1), { id: 'a' }),
    experiment('baseline', requests(2), { id: 'b' }),
    experiment('control', requests(3), { id: 'c' }),
  ]);
  const baselineOf = async (baseline?: string) => (await compareExperiments(await study, { baseline })).baseline;

  it('is control, else baseline, else the first that was given', async () => {
    expect(await baselineOf()).toBe('control');
    expect((await compareExperiments((await study).slice(0, 2))).baseline).toBe('baseline');
    const other = await experiment('other', requests(9));
    expect((await compareExperiments([other, (await study)[0]!])).baseline).toBe('other');
  });

  it('may be named by condition or by the id of an experiment', async () => {
    expect(await baselineOf('new')).toBe('new');
    expect(await baselineOf('b')).toBe('baseline');
  });

  it('that is not there is refused, with the names that are', async () => {
    await expect(baselineOf('nobody')).rejects.toMatchObject({
      code: 'invalid_argument',
      hint: expect.stringContaining('"control"'),
    });
  });
});

describe('a result', () => {
  const values = [120, 340, 95, 410, 230, 180, 150, 275];
  const control = values.map((duration, i) => ask(i, { duration, cost_usd: duration / 7 }));
  const treatment = values.map((duration, i) => ask(i, { duration: 1.1 * duration + i, cost_usd: 1 + (i % 3) }));

  it('survives JSON unchanged: no NaN, no undefined', async () => {
    const result = await compared(control, treatment, { margin: { latency_ms: 0.1 } });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
  });

  it('repeats to the bit with its seed, and draws anew with another', async () => {
    const costOf = async (seed?: number) => only(await compared(control, treatment, { seed }), 'cost_usd');
    expect(await costOf(7)).toEqual(await costOf(7));
    expect((await costOf(8)).standard_error).not.toBe((await costOf(7)).standard_error);
    expect(await costOf(7)).toMatchObject({ seed: 7, resamples: 9999 });
  });

  it('does not depend on the order of the records', async () => {
    const first = await compared(control, treatment);
    expect(await compared(control.toReversed(), treatment.toReversed())).toEqual(first);
  });

  it('turns round with the arms', async () => {
    const there = only(await compared(control, treatment), 'latency_ms');
    const back = only(await compared(control, treatment, { baseline: 'treatment' }), 'latency_ms');
    expect(back.estimate).toBeCloseTo(1 / there.estimate!, 12);
    expect(back.p_value).toBeCloseTo(there.p_value!, 12);
    expect([there.verdict, back.verdict]).toEqual(['worse', 'better']);
  });

  it('lists primary metrics first and corrects only these', async () => {
    const { family_size, comparisons } = await compared(control, treatment, { primary: ['cost_usd'] });
    const { metrics } = comparisons[0]!;
    expect(family_size).toBe(1);
    expect(Object.keys(metrics)[0]).toBe('cost_usd');
    expect(metrics.cost_usd).toMatchObject({ role: 'primary', adjusted_p_value: metrics.cost_usd!.p_value });
    expect(metrics.latency_ms).toMatchObject({ role: 'exploratory', adjusted_p_value: null });
    expect(metrics.latency_ms!.methods).toContain('exploratory');
  });
});
