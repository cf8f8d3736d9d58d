import { expect, test } from 'vitest';
import { sampleRatioTest } from '../../../src/stats/randomization/sample-ratio.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });

test.each([
  [[44000, 45000], [1, 1], 11.235955056179776, 0.00080227811776787273, true],
  [[600, 400], [0.5, 0.5], 40, 2.5396285894708649e-10, true],
])('R 4.2.2, chisq.test: %o', (observed, ratio, statistic, p, mismatch) => {
  const result = sampleRatioTest(observed, ratio);
  expect(result.statistic).toBeCloseTo(statistic, 10);
  expect(result.p_value! / p).toBeCloseTo(1, 11);
  expect(result).toMatchObject({ df: 1, mismatch, n: observed });
});

test('SciPy 1.17.1, chisquare, with three groups and another ratio in any scale', () => {
  const result = sampleRatioTest([600, 400, 500], [2, 1, 1]);
  expect(result.statistic).toBeCloseTo(73.33333333333333, 11);
  expect(result.p_value! / 1.1908827290339824e-16).toBeCloseTo(1, 11);
  expect(result.expected).toEqual([750, 375, 375]);
});

test('what chance explains is no mismatch, whatever is usual elsewhere', () => {
  expect(sampleRatioTest([520, 480], [1, 1]).mismatch).toBe(false);
  // p = 0.0016: below 0.05, above the threshold of such checks.
  expect(sampleRatioTest([550, 450], [1, 1])).toMatchObject({ mismatch: false });
  expect(sampleRatioTest([550, 450], [1, 1], { threshold: 0.05 }).mismatch).toBe(true);
});

test('with few units there is no verdict', () => {
  const result = sampleRatioTest([9, 0], [1, 1]);
  expect([result.mismatch, result.p_value, result.statistic]).toEqual([null, null, null]);
  expect(result.assumptions.at(-1)).toMatch(/4.5 units, and 8 are needed/);
  expect(sampleRatioTest([9, 0], [1, 1], { minimumCount: 4 }).mismatch).toBe(false);
  expect(sampleRatioTest([0, 0], [1, 1]).mismatch).toBe(null);
});

test('a p that underflows is the smallest that is given, not 0', () => {
  expect(sampleRatioTest([1e9, 1e6], [1, 1]).p_value).toBe(1e-300);
});

test.each([
  [
    [1.5, 2],
    [1, 1],
  ],
  [
    [-1, 2],
    [1, 1],
  ],
  [
    [10, 20],
    [1, 0],
  ],
  [[10, 20], [1]],
  [[10], [1]],
  [
    [Number.NaN, 20],
    [1, 1],
  ],
])('refused: %o to %o', (observed, ratio) => {
  expect(() => sampleRatioTest(observed, ratio)).toThrow(bad);
});
