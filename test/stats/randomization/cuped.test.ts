import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describe as summary } from '../../../src/stats/describe.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { cuped } from '../../../src/stats/randomization/cuped.ts';

const control = { values: [3.1, 4.5, 2.2, 5.9, 4.4, 3.8], covariate: [1, 2.1, 0.3, 3.3, 2.2, 1.1] };
const treatment = { values: [4, 5.1, 3.3, 6.2, 5.5], covariate: [1.2, 2, 0.5, 2.9, 2.6] };

const mean = (values: Float64Array) => summary(values).mean!;

test('NumPy 2.4.6; the difference is the coefficient of least squares with group and covariate (statsmodels 0.15.0)', () => {
  const { theta, correlation, adjusted, variance_reduction } = cuped([control, treatment]);
  expect(theta).toBeCloseTo(1.1635526858084901, 12);
  expect(correlation).toBeCloseTo(0.9852371080723945, 12);
  expect(variance_reduction).toBeCloseTo(0.9852371080723945 ** 2, 12);
  expect(mean(adjusted[0]!)).toBeCloseTo(4.075007181306124, 12);
  expect(mean(adjusted[1]!)).toBeCloseTo(4.709991382432651, 12);
  expect(mean(adjusted[1]!) - mean(adjusted[0]!)).toBeCloseTo(0.6349842, 7);
});

test('the variance within groups falls by the share it says', () => {
  const stream = randomStream('cuped');
  const sample = fc.integer({ min: 20, max: 60 }).map((n) => {
    const covariate = Array.from({ length: n }, () => stream.normal(10, 3));
    return { covariate, values: covariate.map((x) => 0.7 * x + stream.normal(0, 2)) };
  });
  fc.assert(
    fc.property(sample, (group) => {
      const { adjusted, variance_reduction: gone } = cuped([group]);
      const before = summary(group.values).variance!;
      expect(summary(adjusted[0]!).variance! / before).toBeCloseTo(1 - gone!, 10);
      expect(mean(adjusted[0]!)).toBeCloseTo(summary(group.values).mean!, 10);
    }),
  );
});

test('an offset of the covariate changes nothing', () => {
  const moved = cuped([control, treatment].map((g) => ({ ...g, covariate: g.covariate.map((x) => x + 1e4) })));
  const plain = cuped([control, treatment]);
  expect(moved.theta).toBeCloseTo(plain.theta!, 8);
  expect(mean(moved.adjusted[1]!)).toBeCloseTo(mean(plain.adjusted[1]!), 8);
});

test('where nothing can be taken the values stay, with the reason', () => {
  const flat = cuped([{ values: [1, 2, 3], covariate: [5, 5, 5] }]);
  expect([flat.theta, flat.correlation, flat.variance_reduction]).toEqual([null, null, null]);
  expect(Array.from(flat.adjusted[0]!)).toEqual([1, 2, 3]);
  expect(flat.assumptions.at(-1)).toMatch(/does not vary/);
  expect(cuped([{ values: [1, 2], covariate: [1, 2] }]).assumptions.at(-1)).toMatch(/too few/);
  expect(cuped([{ values: [], covariate: [] }]).theta).toBe(null);
  const constant = cuped([{ values: [4, 4, 4], covariate: [1, 2, 3] }]);
  expect([constant.theta, constant.correlation]).toEqual([0, null]);
});

test('a value or covariate that is not finite takes its partner with it', () => {
  const { adjusted, dropped } = cuped([
    { values: [1, 2, null, 4, 6], covariate: [1, Number.NaN, 3, 5, 5.5] },
    { values: [2, 3, 4], covariate: [1, 2, 4] },
  ]);
  expect(adjusted.map((group) => group.length)).toEqual([3, 3]);
  expect(dropped).toEqual([
    { not_finite: 2, unpaired: 2 },
    { not_finite: 0, unpaired: 0 },
  ]);
});

test('no groups and lists of different lengths are refused', () => {
  const bad = expect.objectContaining({ code: 'invalid_argument' });
  expect(() => cuped([])).toThrow(bad);
  expect(() => cuped([{ values: [1], covariate: [1, 2] }])).toThrow(bad);
});

test('a covariate that varies by rounding alone within the groups takes nothing', () => {
  const [a, b] = [
    [1, 2, 4, 5, 6, 7, 9],
    [1, 2, 4, 5, 6, 7],
  ];
  const found = cuped([
    { values: a, covariate: a.map(() => 0.1) },
    { values: b, covariate: b.map((_, i) => (i === 0 ? 0.1 * 7 : 0.7)) },
  ]);
  expect(found).toMatchObject({ theta: null, correlation: null, variance_reduction: null });
  expect(found.adjusted.map((values) => Array.from(values))).toEqual([a, b]);
  expect(found.assumptions.at(-1)).toContain('does not vary within the groups');
});
