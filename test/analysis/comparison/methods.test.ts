import { describe, expect, it } from 'vitest';
import { compareExperiments } from '../../../src/analysis/comparison/compare.ts';
import type { Emitted } from '../recorded.ts';
import { ask, compared, experiment } from './arms.ts';

const score = (sample: number, value: number): Emitted =>
  ask(sample, { score: value }, { name: 'correct' }, 'eval.score.recorded');
const trained = (loss: number): Emitted => ({ name: 'crucible_train.epoch.stop', at: 9, m: { loss } });
const ten = (of: (i: number) => Emitted): Emitted[] => Array.from({ length: 10 }, (_, i) => of(i));
const many = (of: (i: number) => Emitted): Emitted[] => Array.from({ length: 300 }, (_, i) => of(i));

async function runs(n: number) {
  const experiments = [];
  for (let i = 0; i < n; i++) {
    experiments.push(
      await experiment('control', [trained(0.5 + ((i * 7) % 11) / 40)], { id: `c${i}`, replicate: `a${i}` }),
      await experiment('treatment', [trained(0.4 + ((i * 5) % 11) / 40)], { id: `t${i}`, replicate: `b${i}` }),
    );
  }
  const { comparisons } = await compareExperiments(experiments, { metrics: ['loss'], seed: 7, resamples: 499 });
  return comparisons[0]!.metrics.loss!;
}

describe('the methods of a metric', () => {
  it('call plain yes and no proportions, and those of repeats shares of samples', async () => {
    const once = await compared(
      ten((i) => score(i, i % 2)),
      ten((i) => score(i, i % 3 === 0 ? 0 : 1)),
    );
    const plain = once.comparisons[0]!.metrics['scores.correct']!;
    expect(plain.methods).toMatch(/the difference of proportions, .*\(Newcombe, paired\), tested two-sided by McNemar/);
    expect(plain.methods).not.toContain('averaged');
    expect(plain.methods).toContain('The effect size is the odds ratio of discordant pairs');
    const repeated = await compared(
      [...ten((i) => score(i, i % 2)), ...ten((i) => score(i, i % 3 === 0 ? 0 : 1))],
      ten((i) => score(i, i % 4 === 0 ? 0 : 1)),
    );
    const shares = repeated.comparisons[0]!.metrics['scores.correct']!;
    expect(shares.test).toBe('Paired t-test');
    expect(shares.methods).toContain('mean share of successes per sample');
    expect(shares.methods).toContain('Values of one sample in one arm');
  });

  it('count what has no partner and say how it weighed', async () => {
    const result = await compared(
      ten((i) => ask(i, { duration: 100 + i })),
      ten((i) => ask(i, { duration: 100 + 2 * i }, { success: i > 1 })),
    );
    const { methods, n } = result.comparisons[0]!.metrics.latency_ms!;
    expect(n.pairs).toBe(8);
    expect(methods).toContain('Not in the estimate: 2 items with a value in one arm only.');
    expect(methods).toContain('A verdict was given only where it also held with missing values at the least');
  });

  it('name the clusters, the family and the seed', async () => {
    const arm = (factor: number) =>
      ten((i) => ask(i, { duration: 100 + i * factor, cost_usd: 1 + i * factor }, { user_id: `u${i % 4}` }));
    const clustered = (await compared(arm(1), arm(2))).comparisons[0]!.metrics;
    expect(clustered.latency_ms!.methods).toContain('clustered by user_id (4 clusters)');
    expect(clustered.latency_ms!.methods).toContain("3 primary comparisons were corrected by Holm's method (1979)");
    const drawn = await compared(arm(1), arm(2), { clusterBy: null, seed: 5, resamples: 199 });
    expect(drawn.comparisons[0]!.metrics.cost_usd!.methods).toContain('The bootstrap took 199 resamples, seed 5.');
  });

  it('give the effect of clustered groups no interval, which would take their values for independent', async () => {
    const arm = (name: string, shift: number) =>
      Array.from({ length: 40 }, (_, i) =>
        ask(
          undefined,
          { score: (i % 4) * 3 + (i % 3) / 9 + shift },
          { name: 'q', user_id: `${name}${i % 4}` },
          'eval.score.recorded',
        ),
      );
    const found = (await compared(arm('a', 0), arm('b', 2))).comparisons[0]!.metrics['scores.q']!;
    expect(found).toMatchObject({
      design: 'unpaired',
      n: { clusters: 8 },
      effect_size: { name: 'hedges_g', ci: null },
    });
    expect(found.methods).toContain("The effect size is Hedges' g, without an interval.");
  });

  it('of interim data name no test for a fixed size, and none at all where there is no sequence', async () => {
    const running = { status: 'running' } as const;
    const arms = [
      await experiment('control', [...many((i) => ask(i, { duration: 100 + (i % 17) })), trained(0.5)], running),
      await experiment('treatment', [...many((i) => ask(i, { duration: 90 + (i % 13) })), trained(0.4)], running),
    ];
    const { latency_ms, loss } = (await compareExperiments(arms)).comparisons[0]!.metrics;
    expect(latency_ms!.methods).toContain('by the asymptotic confidence sequence');
    expect(latency_ms!.methods).toContain('hold at every look');
    expect(latency_ms!.methods).not.toContain('quantiles');
    expect(loss!.methods).toContain('neither interval nor test was made of interim data');
    expect(loss!.methods).not.toContain('t-test');
  });
});

describe('what was drawn at random', () => {
  it('is told with seed and resamples where interquartile means are bootstrapped', async () => {
    const five = await runs(5);
    expect(five.over_replicates!.iqm_ci).not.toBeNull();
    expect([five.seed, five.resamples]).toEqual([7, 499]);
    expect(five.methods).toContain('What was drawn at random took 499 resamples, seed 7.');
  });

  it('is nothing where four runs are rearranged in every way', async () => {
    const four = await runs(4);
    expect(four.over_replicates).toMatchObject({ permutation_exact: true, iqm_ci: null });
    expect([four.seed, four.resamples]).toEqual([null, null]);
    expect(four.methods).toContain('over all rearrangements');
  });
});

describe('the means of a comparison', () => {
  it('are those whose difference or ratio the estimate is, over the pairs alone', async () => {
    const result = await compared(
      [...ten((i) => ask(i, { duration: 100 + i, cost_usd: i })), ask(77, { duration: 9999, cost_usd: 500 })],
      ten((i) => ask(i, { duration: 50 + 3 * i, cost_usd: 2 * i })),
    );
    const { latency_ms, cost_usd } = result.comparisons[0]!.metrics;
    expect(cost_usd!.means).toEqual({ baseline: 4.5, treatment: 9 });
    expect(cost_usd!.estimate).toBeCloseTo(4.5, 12);
    const { baseline, treatment } = latency_ms!.means;
    expect(treatment! / baseline!).toBeCloseTo(latency_ms!.estimate!, 12);
    // Python 3: exp(sum(log(x) for x in range(100, 110)) / 10) is 104.46050727453492.
    expect(baseline).toBeCloseTo(104.46050727453492, 9);
  });
});
