import fc from 'fast-check';
import { expect, test } from 'vitest';
import { betaCdf } from '../../src/stats/distributions/beta.ts';
import { normalQuantile } from '../../src/stats/distributions/normal.ts';
import { harrellDavis } from '../../src/stats/harrell-davis.ts';
import { randomStream } from '../../src/stats/random.ts';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => (Math.abs(x) < 1e-6 ? 0 : x));
const numbers = fc.array(number, { minLength: 2, maxLength: 40 });
const probability = fc.double({ min: 0.01, max: 0.99, noNaN: true });

/** The definition, leaving nothing out. */
function estimate(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const below = (i: number) => betaCdf(i / n, (n + 1) * p, (n + 1) * (1 - p));
  return sorted.reduce((sum, x, i) => sum + x * (below(i + 1) - below(i)), 0);
}

/** The jackknife, by leaving out each value. */
function standardError(values: readonly number[], p: number): number {
  const n = values.length;
  const estimates = values.map((_, i) => estimate(values.toSpliced(i, 1), p));
  const mean = estimates.reduce((sum, x) => sum + x, 0) / n;
  return Math.sqrt(((n - 1) / n) * estimates.reduce((sum, x) => sum + (x - mean) ** 2, 0));
}

// SciPy 1.17.1, stats.mstats.hdquantiles and hdquantiles_sd.
const times = [77, 87, 88, 114, 151, 210, 219, 246, 253, 262, 296, 299, 306, 376, 428, 515, 666, 1310, 2611];
test.each([
  [0.1, 93.30482367204975, 19.799385095740803],
  [0.25, 163.09893281686684, 49.957421077369816],
  [0.5, 271.72120054908913, 33.59980618199888],
  [0.75, 477.0180425465108, 142.952151195949],
  [0.9, 1367.915356286319, 647.5188919506918],
])('agrees with SciPy at p = %d', (p, value, error) => {
  const result = harrellDavis(times.toReversed(), p);
  expect(Math.abs(result.estimate! / value - 1)).toBeLessThanOrEqual(1e-13);
  expect(Math.abs(result.standard_error! / error - 1)).toBeLessThanOrEqual(2e-13);
  expect(result.n).toBe(19);
});

test('is the weighted mean of its definition, and its error that of leaving out each value', () => {
  fc.assert(
    fc.property(numbers, probability, (values, p) => {
      const size = Math.max(...values.map(Math.abs));
      const result = harrellDavis(values, p);
      expect(Math.abs(result.estimate! - estimate(values, p))).toBeLessThanOrEqual(1e-13 * size);
      expect(Math.abs(result.standard_error! - standardError(values, p))).toBeLessThanOrEqual(
        1e-12 * size * values.length,
      );
    }),
    { numRuns: 50 },
  );
});

test('stays within the values and moves and stretches with them', () => {
  fc.assert(
    fc.property(numbers, probability, (values, p) => {
      const here = harrellDavis(values, p);
      expect(here.estimate).toBeGreaterThanOrEqual(Math.min(...values));
      expect(here.estimate).toBeLessThanOrEqual(Math.max(...values));
      const there = harrellDavis(
        values.map((x) => -4 * x),
        1 - p,
      );
      const size = Math.max(...values.map(Math.abs));
      expect(Math.abs(there.estimate! + 4 * here.estimate!)).toBeLessThanOrEqual(1e-12 * size);
      expect(Math.abs(there.standard_error! - 4 * here.standard_error!)).toBeLessThanOrEqual(1e-11 * size);
    }),
  );
});

test('equal values are their own quantile, without error', () => {
  fc.assert(
    fc.property(number, fc.integer({ min: 2, max: 50 }), probability, (value, n, p) => {
      expect(harrellDavis(Array(n).fill(value), p)).toEqual({ estimate: value, standard_error: 0, n });
    }),
  );
});

test('finds the quantile of a large sample to within its standard error', () => {
  const random = randomStream('harrell-davis');
  const values = Float64Array.from({ length: 20_000 }, () => random.normal());
  for (const p of [0.01, 0.5, 0.95]) {
    const result = harrellDavis(values, p);
    const z = normalQuantile(p);
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    const known = Math.sqrt((p * (1 - p)) / values.length) / density;
    expect(Math.abs(result.estimate! - z)).toBeLessThanOrEqual(4 * known);
    expect(result.standard_error! / known).toBeGreaterThan(0.7);
    expect(result.standard_error! / known).toBeLessThan(1.4);
  }
});

test('nothing has no quantile, one value no error', () => {
  expect(harrellDavis([], 0.5)).toEqual({ estimate: null, standard_error: null, n: 0 });
  expect(harrellDavis([3], 0.2)).toEqual({ estimate: 3, standard_error: null, n: 1 });
});

test('what is not finite, and what is not strictly between 0 and 1, is refused', () => {
  const bad = expect.objectContaining({ code: 'invalid_argument' });
  for (const p of [0, 1, -1, Number.NaN]) expect(() => harrellDavis([1, 2], p)).toThrow(bad);
  for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => harrellDavis([1, x], 0.5)).toThrow(bad);
});
