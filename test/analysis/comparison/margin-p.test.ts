import { describe, expect, it } from 'vitest';
import { marginP } from '../../../src/analysis/comparison/inference/margin-p.ts';
import { testItems } from '../../../src/analysis/comparison/inference/test-items.ts';
import type { Arranged, Pairs } from '../../../src/analysis/comparison/items/arranged.ts';
import { betaQuantile } from '../../../src/stats/distributions/beta.ts';
import { mcnemarTest } from '../../../src/stats/inference/mcnemar.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { ask, metricOf } from './arms.ts';

const settings = { level: 0.95, seed: 1, resamples: 199 };
const none = { neither: 0, missing: { baseline: {}, treatment: {} } };

function pairs(outcomes: { both: number; first_only: number; second_only: number; neither: number }): Pairs {
  const { both, first_only, second_only, neither } = outcomes;
  const of = (...counts: [number, number][]) =>
    Float64Array.from(counts.flatMap(([count, value]) => Array.from({ length: count }, () => value)));
  return {
    design: 'paired',
    samples: new Int32Array(both + first_only + second_only + neither),
    first: of([both, 1], [first_only, 1], [second_only, 0], [neither, 0]),
    second: of([both, 1], [first_only, 0], [second_only, 1], [neither, 0]),
    clusters: null,
    firstOnly: new Float64Array(0),
    secondOnly: new Float64Array(0),
    ...none,
  };
}

const costs = (...changes: number[]): Arranged => ({
  ...pairs({ both: changes.length, first_only: 0, second_only: 0, neither: 0 }),
  first: new Float64Array(changes.length),
  second: Float64Array.from(changes),
});

const arms = (first: number[], second: number[]): Arranged => ({
  design: 'unpaired',
  first: Float64Array.from(first),
  second: Float64Array.from(second),
  firstClusters: null,
  secondClusters: null,
  firstMissing: 0,
  secondMissing: 0,
  missing: none.missing,
});

const tested = (items: Arranged, margin: number, resamples = 199) =>
  marginP('bca', items, testItems('bca', items, settings), { low: -margin, high: margin }, { ...settings, resamples });

it('p of paired rates is where the interval of level 1 − 2p reaches the margin, as two one-sided tests ask', () => {
  const outcomes = { both: 150, first_only: 9, second_only: 12, neither: 29 };
  const items = pairs(outcomes);
  const result = testItems('counts', items, settings);
  const { low, high } = marginP('counts', items, result, { low: -0.06, high: 0.07 }, settings);
  for (const [p, end, margin] of [
    [low!, 'low', -0.06],
    [high!, 'high', 0.07],
  ] as const) {
    expect(p).toBeGreaterThan(0);
    expect(p).toBeLessThan(0.5);
    expect(mcnemarTest(outcomes, { level: 1 - 2 * p }).ci![end]).toBeCloseTo(margin, 9);
  }
});

describe('p of a cost against a margin', () => {
  // SciPy 1.17.1: ttest_1samp(d, ∓0.8) and ttest_ind(equal_var=False), one-sided.
  it.each([
    [costs(0, 0.2, 0.45), 0.8, [0.008000516195908941, 0.02318023339080186]],
    [arms([1, 2, 4, 4.5], [2, 2.5, 3, 6, 3]), 5, [0.0010126833925020481, 0.002403422288300648]],
  ])('is that of t where the bootstrap is bolder (SciPy)', (items, margin, [low, high]) => {
    const found = tested(items, margin!, 9999);
    expect(found.low).toBeCloseTo(low!, 12);
    expect(found.high).toBeCloseTo(high!, 12);
  });

  it('is above that of t where the values are skewed, as the bootstrap has it', () => {
    const stream = randomStream('skewed costs');
    const items = costs(...Array.from({ length: 40 }, () => stream.lognormal(0, 1.2)));
    const mean = items.second.reduce((total, x) => total + x, 0) / 40;
    const margin = { low: -1, high: mean + 0.9 };
    const [bca, t] = (['bca', 't'] as const).map((approach) =>
      marginP(approach, items, testItems(approach, items, settings), margin, settings),
    );
    expect(bca!.high).toBeGreaterThan(1.2 * t!.high!);
  });

  it.each([3, 5])('is at or below 5 % no more often than that where %i differences are at the margin', (n) => {
    const stream = randomStream(`at the margin, ${n}`);
    const rounds = 500;
    let shown = 0;
    for (let round = 0; round < rounds; round++) {
      const { low, high } = tested(costs(...Array.from({ length: n }, () => 1 + stream.normal(0, 0.3))), 1);
      if (Math.max(low!, high!) <= 0.05) shown++;
    }
    // Clopper and Pearson's 99 % lower bound: how often it is at least.
    expect(shown === 0 ? 0 : betaQuantile(0.01, shown, rounds - shown + 1)).toBeLessThanOrEqual(0.05);
  });

  it('is no equivalence that t would not give, and the methods say why', async () => {
    const arm = (of: (i: number) => number) => Array.from({ length: 4 }, (_, i) => ask(i, { cost_usd: 10 + of(i) }));
    const found = await metricOf(
      'cost_usd',
      arm(() => 0),
      arm((i) => (i === 3 ? 1.2 : 0)),
      { metrics: ['cost_usd'], margin: { cost_usd: 0.8 } },
    );
    // SciPy 1.17.1 by t: 0.09708567280602924.
    expect(found.equivalence_p_value).toBeGreaterThanOrEqual(0.09708567280602924);
    expect(found.verdict).toBe('inconclusive');
    expect(found.verdict_source).toMatch(/^p-value/);
    expect(found.methods).toContain('each by the BCa bootstrap and by t, of which the larger p-value counts');
  });
});
