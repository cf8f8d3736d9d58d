import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permutationTest, permutationTestPaired } from '../../../src/stats/resampling/permutation.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });
// The depression scores of Hollander and Wolfe (1973), as in R's ?wilcox.test.
const FIRST = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const SECOND = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];

describe('SciPy 1.17.1, scipy.stats.permutation_test over all arrangements', () => {
  test.each([
    ['two-sided', 0.24549568078979844, 0.02734375],
    ['less', 0.12274784039489922, 0.013671875],
    ['greater', 0.8774578362813656, 0.98828125],
  ] as const)('difference of means, %s', (alternative, independent, paired) => {
    const two = permutationTest(FIRST, SECOND, 'mean', { alternative, resamples: 50_000 });
    expect(two).toMatchObject({ exact: true, seed: null, resamples: 48620 });
    expect(two.p_value).toBeCloseTo(independent, 14);
    const signs = permutationTestPaired(FIRST, SECOND, 'mean', { alternative });
    expect(signs).toMatchObject({ exact: true, resamples: 512, n_pairs: 9 });
    expect(signs.p_value).toBeCloseTo(paired, 14);
    expect(signs.estimate).toBeCloseTo(-0.43188888888888854, 14);
  });

  test.each([
    ['two-sided', 0.3939393939393939],
    ['less', 0.8809523809523809],
    ['greater', 0.19696969696969696],
  ] as const)('difference of medians with ties, %s', (alternative, wanted) => {
    const result = permutationTest([3, 5, 5, 9, 2], [5, 7, 11, 3, 12, 8], 'median', { alternative });
    expect(result.p_value).toBeCloseTo(wanted, 14);
    expect(result.estimate).toBe(2.5);
  });
});

test('drawn arrangements come near the exact p, repeat by the seed, and never give 0', () => {
  const drawn = permutationTest(FIRST, SECOND, 'mean', { resamples: 20_000, seed: 3 });
  expect(drawn).toMatchObject({ exact: false, seed: 3, resamples: 20_000 });
  expect(Math.abs(drawn.p_value! - 0.245496)).toBeLessThan(0.02);
  expect(permutationTest(FIRST, SECOND, 'mean', { resamples: 20_000, seed: 3 })).toEqual(drawn);
  const far = Array.from({ length: 40 }, (_, i) => i);
  const apart = permutationTest(
    far,
    far.map((x) => x + 1000),
    'mean',
    { resamples: 199, alternative: 'greater' },
  );
  expect(apart.p_value).toBe(1 / 200);
  const paired = permutationTestPaired(
    far,
    far.map((x) => x + 1000),
    'mean',
    { resamples: 199 },
  );
  expect(paired.p_value).toBe(2 / 200);
});

test('every arrangement is counted once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (n, m) => {
      const seen = new Set<string>();
      let calls = 0;
      permutationTest(
        Array.from({ length: n }, (_, i) => i),
        Array.from({ length: m }, (_, i) => n + i),
        (first, second) => {
          calls++;
          seen.add(Array.from(first).sort().join());
          return second.length - first.length;
        },
        { resamples: 300 },
      );
      // One more call is for the observed one.
      expect(calls - 1).toBe(seen.size);
      let ways = 1;
      for (let i = 1; i <= n; i++) ways = (ways * (m + i)) / i;
      expect(seen.size).toBe(Math.round(ways));
    }),
  );
});

test('the p-value is a probability that is at least one arrangement, and exchanging the samples exchanges its sides', () => {
  const values = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(values, values, (xs, ys) => {
      const there = permutationTest(xs, ys, 'mean', { alternative: 'greater', resamples: 1000 });
      const back = permutationTest(ys, xs, 'mean', { alternative: 'less', resamples: 1000 });
      expect(there.p_value).toBeCloseTo(back.p_value!, 14);
      expect(there.p_value).toBeGreaterThanOrEqual(1 / there.resamples!);
      expect(there.p_value).toBeLessThanOrEqual(1);
    }),
  );
});

describe('clusters', () => {
  test('are exchanged whole: repeating each value within its cluster changes nothing', () => {
    const repeat = (xs: readonly number[]) => xs.flatMap((x) => [x, x, x]);
    const labels = (xs: readonly number[], name: string) => xs.flatMap((_, i) => Array(3).fill(`${name}${i}`));
    const plain = permutationTest(FIRST.slice(0, 6), SECOND.slice(0, 6));
    const clustered = permutationTest(repeat(FIRST.slice(0, 6)), repeat(SECOND.slice(0, 6)), 'mean', {
      clusters: [labels(FIRST.slice(0, 6), 'a'), labels(SECOND.slice(0, 6), 'b')],
    });
    expect(clustered.p_value).toBeCloseTo(plain.p_value!, 14);
    expect(clustered).toMatchObject({ n: [18, 18], n_clusters: 12, resamples: 924 });
    const paired = permutationTestPaired(repeat(FIRST), repeat(SECOND), 'mean', { clusters: labels(FIRST, 'a') });
    expect(paired.p_value).toBeCloseTo(0.02734375, 14);
  });

  test('a row without one is refused', () => {
    expect(() => permutationTestPaired([1, 2], [2, 3], 'mean', { clusters: ['a', ''] })).toThrow(bad);
  });
});

test('equal values cannot tell anything: p is 1', () => {
  expect(permutationTest([2, 2, 2], [2, 2]).p_value).toBe(1);
  expect(permutationTestPaired([2, 2, 2], [2, 2, 2]).p_value).toBe(1);
});

test('rounding does not separate arrangements that are equal', () => {
  // 0.1 + 0.2 + 0.3 depends on the order in its last digit.
  const result = permutationTest([0.1, 0.2, 0.3], [0.3, 0.2, 0.1], 'mean');
  expect(result.p_value).toBe(1);
});

test('without values there is no test, and the reason is given', () => {
  for (const result of [
    permutationTest([], [1, 2]),
    permutationTest([Number.NaN], [1]),
    permutationTestPaired([], []),
  ]) {
    expect([result.p_value, result.estimate]).toEqual([null, null]);
    expect(result.assumptions.at(-1)).toMatch(/no values/);
  }
  expect(permutationTest([1, Number.NaN], [1, null]).dropped).toEqual({ not_finite: 2, unpaired: 0 });
});

test('an arrangement without a statistic counts as extreme', () => {
  const result = permutationTest([1, 2], [3, 4], (first, second) =>
    first.includes(2) && first.includes(1) ? 5 : second[0]! > 1 ? null : 0,
  );
  expect(result.p_value).toBe(1);
  expect(result.assumptions.at(-1)).toMatch(/undefined for \d of|undefined for \d arrangements/);
});

test('options out of range and unequal pairs are refused', () => {
  expect(() => permutationTest(FIRST, SECOND, 'mean', { resamples: 10 })).toThrow(bad);
  expect(() => permutationTest(FIRST, SECOND, 'mean', { seed: Number.POSITIVE_INFINITY })).toThrow(bad);
  expect(() => permutationTestPaired([1], [1, 2])).toThrow(bad);
});
