import { expect, it } from 'vitest';
import { marginP } from '../../../src/analysis/comparison/inference/margin-p.ts';
import { testItems } from '../../../src/analysis/comparison/inference/test-items.ts';
import type { Pairs } from '../../../src/analysis/comparison/items/arranged.ts';
import { mcnemarTest } from '../../../src/stats/inference/mcnemar.ts';

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
    neither: 0,
    missing: { baseline: {}, treatment: {} },
  };
}

it('p of paired rates is where the interval of level 1 − 2p reaches the margin, as two one-sided tests ask', () => {
  const outcomes = { both: 150, first_only: 9, second_only: 12, neither: 29 };
  const items = pairs(outcomes);
  const result = testItems('counts', items, { level: 0.95, seed: 1, resamples: 99 });
  const { low, high } = marginP('counts', items, result, { low: -0.06, high: 0.07 });
  for (const [p, end, margin] of [
    [low!, 'low', -0.06],
    [high!, 'high', 0.07],
  ] as const) {
    expect(p).toBeGreaterThan(0);
    expect(p).toBeLessThan(0.5);
    expect(mcnemarTest(outcomes, { level: 1 - 2 * p }).ci![end]).toBeCloseTo(margin, 9);
  }
});
