import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../src/analysis/compare.ts';
import type { ExperimentState } from '../../src/stores/experiment-state.ts';
import { expectClose } from './close.ts';
import { type Emitted, points, recorded, request } from './recorded.ts';

type Options = Partial<ExperimentState> & { readonly logged?: readonly { metric: string; value: number }[] };

async function arm(id: string, emitted: readonly Emitted[], { logged, ...options }: Options = {}) {
  const { state, batches } = await recorded(emitted, { id, name: `name of ${id}`, ...options });
  return { state, batches, points: () => points(...(logged ?? []).map((point) => ({ ...point, run_id: id }))) };
}

const requests = (...latencies: number[]) => latencies.map((latency, at) => request(at, latency));
const failed = (at: number) => request(at, 1, { d: { success: false } });

describe('a comparison', () => {
  it('says by how much each quantity differs, and from how many observations', async () => {
    const control = await arm('c', [...requests(100, 200, 300), failed(4)].map(priced(0.5)), { condition: 'control' });
    const treatment = await arm('t', [...requests(100, 110), request(9, undefined)].map(priced(0.25)), {
      condition: 'treatment',
    });
    const { by, baseline, comparisons } = await compareExperiments([treatment, control]);
    expect(by).toBe('condition');
    expectClose(baseline, {
      name: 'control',
      condition: 'control',
      experiment_ids: { 0: 'c' },
      mean_latency_ms: 200,
      median_latency_ms: 200,
      total_cost_usd: 2,
      cost_per_request_usd: 0.5,
      success_rate: 0.75,
      n: { events: 4, latency: 3, cost: 4, success: 4 },
    });
    expect(comparisons).toHaveLength(1);
    expectClose(comparisons[0], {
      name: 'treatment',
      condition: 'treatment',
      experiment_ids: { 0: 't' },
      latency_improvement_pct: 47.5,
      median_latency_improvement_pct: 47.5,
      latency_difference_ms: -95,
      cost_difference_usd: -1.25,
      cost_per_request_difference_usd: -0.25,
      success_rate_improvement_pct: 25,
      event_count_difference: -1,
      n: {
        baseline: { events: 4, latency: 3, cost: 4, success: 4 },
        treatment: { events: 3, latency: 2, cost: 3, success: 3 },
      },
    });
  });

  it('improves when the treatment is faster and worsens when it is slower', async () => {
    const slow = await arm('slow', requests(200));
    const fast = await arm('fast', requests(100));
    const improvement = async (baseline: string) =>
      (await compareExperiments([slow, fast], { baseline })).comparisons[0]!.latency_improvement_pct;
    expect(await improvement('slow')).toBe(50);
    expect(await improvement('fast')).toBe(-100);
  });

  it('is null where either side has no such quantity', async () => {
    const { comparisons } = await compareExperiments([
      await arm('a', requests(10)),
      await arm('b', []),
      await arm('c', [failed(1)]),
    ]);
    for (const comparison of comparisons) {
      expect(comparison).toMatchObject({
        latency_improvement_pct: null,
        median_latency_improvement_pct: null,
        latency_difference_ms: null,
        cost_difference_usd: null,
        cost_per_request_difference_usd: null,
      });
    }
    expect(comparisons[0]).toMatchObject({ success_rate_improvement_pct: null, event_count_difference: -1 });
    expect(comparisons[1]).toMatchObject({ success_rate_improvement_pct: -100, event_count_difference: 0 });
  });

  it('gives no share of a latency of 0', async () => {
    const { comparisons } = await compareExperiments([await arm('a', requests(0)), await arm('b', requests(5))]);
    expect(comparisons[0]).toMatchObject({ latency_improvement_pct: null, latency_difference_ms: 5 });
  });

  it('holds nothing that pretends to an inference', async () => {
    const { comparisons } = await compareExperiments([await arm('a', requests(1)), await arm('b', requests(5))]);
    expect(Object.keys(comparisons[0]!).filter((key) => /^p_|interval|ci|significan/.test(key))).toEqual([]);
  });
});

describe('replicates', () => {
  it('of one condition are pooled', async () => {
    const { baseline, comparisons } = await compareExperiments([
      await arm('c1', requests(10, 20), { condition: 'control' }),
      await arm('t1', requests(10), { condition: 'treatment' }),
      await arm('c2', requests(60), { condition: 'control' }),
      await arm('t2', requests(40, 41, 42), { condition: 'treatment' }),
    ]);
    expect(baseline).toMatchObject({ experiment_ids: ['c1', 'c2'], mean_latency_ms: 30, median_latency_ms: 20 });
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({
      experiment_ids: ['t1', 't2'],
      latency_difference_ms: 133 / 4 - 30,
      n: { baseline: { latency: 3 }, treatment: { latency: 4 } },
    });
  });

  it('stand one by one when there are no two conditions', async () => {
    const { by, baseline, comparisons } = await compareExperiments([
      await arm('a', requests(1), { condition: 'x' }),
      await arm('b', requests(2), { condition: 'x' }),
      await arm('c', requests(3)),
    ]);
    expect(by).toBe('experiment');
    expect(baseline).toMatchObject({ name: 'name of a', condition: 'x', experiment_ids: ['a'] });
    expect(comparisons.map(({ name, condition }) => [name, condition])).toEqual([
      ['name of b', 'x'],
      ['name of c', null],
    ]);
  });

  it('without a condition are arms of their own', async () => {
    const { by, comparisons } = await compareExperiments([
      await arm('a', requests(1), { condition: 'x' }),
      await arm('b', requests(2)),
      await arm('c', requests(3), { condition: 'y' }),
      await arm('d', requests(4)),
    ]);
    expect(by).toBe('condition');
    expect(comparisons.map(({ name, experiment_ids }) => [name, experiment_ids])).toEqual([
      ['name of b', ['b']],
      ['y', ['c']],
      ['name of d', ['d']],
    ]);
  });
});

describe('the baseline', () => {
  const study = Promise.all([
    arm('a', requests(1), { condition: 'new' }),
    arm('b', requests(2), { condition: 'baseline' }),
    arm('c', requests(3), { condition: 'control' }),
  ]);
  const baselineOf = async (baseline?: string, from = 0) =>
    (await compareExperiments((await study).slice(from), { baseline })).baseline.name;

  it('is control, else baseline, else the first that was given', async () => {
    expect(await baselineOf()).toBe('control');
    expect((await compareExperiments((await study).slice(0, 2))).baseline.name).toBe('baseline');
    const [a] = await study;
    const other = await arm('z', requests(9), { condition: 'other' });
    expect((await compareExperiments([other, a!])).baseline.name).toBe('other');
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

describe('metrics of an arm', () => {
  it('are the last of training and of what was logged, averaged over its experiments, and the mean scores', async () => {
    const trained = (loss: number, accuracy: number): Emitted[] => [
      { name: 'crucible_train.epoch.stop', at: 1, m: { loss: 9, accuracy: 0 } },
      { name: 'crucible_train.epoch.stop', at: 2, m: { loss, accuracy, learning_rate: 1 } },
    ];
    const score = (value: number): Emitted => ({
      name: 'eval.score.recorded',
      at: 3,
      m: { score: value },
      d: { name: 'exact_match' },
    });
    const { comparisons } = await compareExperiments([
      await arm('c1', trained(1, 0.5), { condition: 'control', logged: [{ metric: 'val_loss', value: 3 }] }),
      await arm('c2', [...trained(3, 0.7), score(1)], { condition: 'control' }),
      await arm('t', [...trained(1, 0.9), score(1), score(0)], {
        condition: 'treatment',
        logged: [
          { metric: 'val_loss', value: 2 },
          { metric: 'extra', value: 1 },
        ],
      }),
    ]);
    expectClose(comparisons[0]!.metrics, {
      training: {
        loss: { baseline: 2, treatment: 1, difference: -1, n: { baseline: 2, treatment: 1 } },
        accuracy: { baseline: 0.6, treatment: 0.9, difference: 0.3 },
      },
      logged: {
        val_loss: { baseline: 3, treatment: 2, difference: -1, n: { baseline: 1, treatment: 1 } },
        extra: { baseline: null, treatment: 1, difference: null, n: { baseline: 0, treatment: 1 } },
      },
      scores: { exact_match: { baseline: 1, treatment: 0.5, difference: -0.5, n: { baseline: 1, treatment: 2 } } },
    });
    expect(Object.keys(comparisons[0]!.metrics.training)).toEqual(['accuracy', 'loss']);
  });

  it('are absent where neither arm has them', async () => {
    const { comparisons } = await compareExperiments([await arm('a', requests(1)), await arm('b', requests(2))]);
    expect(comparisons[0]!.metrics).toEqual({ training: {}, logged: {}, scores: {} });
  });
});

describe('fewer than two arms', () => {
  it('are nothing to compare', async () => {
    const one = await arm('a', requests(1));
    for (const given of [[], [one], [one, one]]) {
      await expect(compareExperiments(given)).rejects.toMatchObject({ code: 'nothing_to_compare' });
    }
  });
});

function priced(cost_usd: number) {
  return (event: Emitted): Emitted => ({ ...event, m: { ...event.m, cost_usd } });
}
