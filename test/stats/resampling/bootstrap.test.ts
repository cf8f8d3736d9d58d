import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrap, bootstrapPaired, bootstrapTwoSample } from '../../../src/stats/resampling/bootstrap.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });

/** Right-skewed, as latencies are. */
const SAMPLE = [
  8.26, 6.33, 10.4, 5.27, 5.35, 5.61, 6.12, 6.19, 5.2, 7.01, 8.74, 7.78, 7.02, 6, 6.5, 5.8, 5.12, 7.41, 6.52, 6.21,
  12.28, 5.6, 5.38, 6.6, 8.74,
];
const OTHER = SAMPLE.map((x) => x * 1.1 + (x % 1));

const variation = (values: Float64Array): number => {
  const mean = values.reduce((total, x) => total + x, 0) / values.length;
  return Math.sqrt(values.reduce((total, x) => total + (x - mean) ** 2, 0) / values.length) / mean;
};
const meanRatio = (first: Float64Array, second: Float64Array): number =>
  second.reduce((total, x) => total + x, 0) / first.reduce((total, x) => total + x, 0);

describe('SciPy 1.17.1, scipy.stats.bootstrap with 400,000 resamples', () => {
  const near = (ci: { low: number | null; high: number | null } | null, [low, high]: number[], tolerance: number) => {
    expect(Math.abs(ci!.low! - low!)).toBeLessThan(tolerance);
    expect(Math.abs(ci!.high! - high!)).toBeLessThan(tolerance);
  };

  test('BCa of a mean', () => {
    const result = bootstrap(SAMPLE);
    near(result.ci, [6.3232, 7.7152], 0.02);
    expect(result.standard_error).toBeCloseTo(0.3399, 2);
    expect(result.estimate).toBeCloseTo(6.8576, 12);
    // By hand: a sixth of the skewness of the sample over √25.
    expect(result.acceleration).toBeCloseTo(0.0528589, 6);
  });

  test('BCa of a statistic of the caller', () => {
    const result = bootstrap(SAMPLE, variation);
    near(result.ci, [0.175695, 0.347624], 0.006);
    expect(result.method).toBe('BCa bootstrap of the variation');
  });

  test('BCa and percentile of a difference of two samples', () => {
    near(bootstrapTwoSample(SAMPLE, OTHER).ci, [0.08344, 2.09788], 0.03);
    near(bootstrapTwoSample(SAMPLE, OTHER, 'mean', { method: 'percentile' }).ci, [0.06708, 2.07344], 0.03);
  });

  test('BCa of a statistic of pairs', () => {
    near(bootstrapPaired(SAMPLE, OTHER, meanRatio).ci, [1.1415157, 1.169537], 0.0006);
  });
});

const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 });
const quick = { resamples: 199 };

test('equal seeds give equal results, and the seed is in the result', () => {
  expect(bootstrap(SAMPLE, 'median', { seed: 7, ...quick })).toEqual(
    bootstrap(SAMPLE, 'median', { seed: 7, ...quick }),
  );
  expect(bootstrap(SAMPLE, 'mean', { seed: 7, ...quick }).ci).not.toEqual(
    bootstrap(SAMPLE, 'mean', { seed: 8, ...quick }).ci,
  );
  expect(bootstrap(SAMPLE, 'mean', { seed: 7, ...quick })).toMatchObject({ seed: 7, resamples: 199 });
});

test('the interval moves and stretches with the values', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 2, 8), fc.integer({ min: -100, max: 100 }), (xs, scale, shift) => {
      const plain = bootstrap(xs, 'mean', quick);
      const moved = bootstrap(
        xs.map((x) => scale * x + shift),
        'mean',
        quick,
      );
      if (plain.ci === null) {
        expect(moved.ci).toBe(null);
        return;
      }
      expect(moved.ci!.low!).toBeCloseTo(scale * plain.ci.low! + shift, 6);
      expect(moved.ci!.high!).toBeCloseTo(scale * plain.ci.high! + shift, 6);
    }),
  );
});

test('exchanging the samples turns the difference about', () => {
  const there = bootstrapPaired(SAMPLE, OTHER, 'mean', { method: 'percentile' });
  const back = bootstrapPaired(OTHER, SAMPLE, 'mean', { method: 'percentile' });
  expect(back.estimate).toBeCloseTo(-there.estimate!, 12);
  expect(back.ci!.low).toBeCloseTo(-there.ci!.high!, 12);
});

test('the p-value is below 1 − level just when the interval leaves the null value out', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: -400, max: 400 }), (xs, nullValue) => {
      const { p_value: p, ci } = bootstrap(xs, 'mean', { nullValue, level: 0.9, resamples: 999 });
      if (ci === null) {
        expect(p).toBe(null);
        return;
      }
      expect(p).toBeGreaterThanOrEqual(1 / 1000);
      expect(p).toBeLessThanOrEqual(1);
      // Within the step of a thousandth the two may differ.
      if (p! < 0.09) expect(nullValue < ci.low! || nullValue > ci.high!).toBe(true);
      if (p! > 0.11) expect(nullValue >= ci.low! && nullValue <= ci.high!).toBe(true);
    }),
  );
});

test('a null value far from everything has the smallest p that the resamples can tell, never 0', () => {
  expect(bootstrap(SAMPLE, 'mean', { nullValue: -1e9, ...quick }).p_value).toBe(1 / 200);
  expect(bootstrap(SAMPLE, 'mean', { nullValue: -1e9, alternative: 'less', ...quick }).p_value).toBe(1);
});

test('a one-sided interval is open on the other side and ends where the two-sided one of twice the alpha does', () => {
  const two = bootstrap(SAMPLE, 'mean', { level: 0.9 });
  const greater = bootstrap(SAMPLE, 'mean', { alternative: 'greater' });
  const less = bootstrap(SAMPLE, 'mean', { alternative: 'less' });
  expect([greater.ci!.high, less.ci!.low]).toEqual([null, null]);
  expect(greater.ci!.low).toBeCloseTo(two.ci!.low!, 10);
  expect(less.ci!.high).toBeCloseTo(two.ci!.high!, 10);
});

describe('clusters and strata', () => {
  const labels = SAMPLE.map((_, i) => `c${i % 5}`);

  test('rows that repeat within clusters tell no more than one of them', () => {
    const repeated = SAMPLE.flatMap((x) => [x, x, x, x]);
    const clusters = repeated.map((_, i) => Math.floor(i / 4));
    const clustered = bootstrap(repeated, 'mean', { clusters });
    expect(clustered.standard_error).toBeCloseTo(bootstrap(SAMPLE).standard_error!, 10);
    expect(clustered.n_clusters).toBe(25);
    expect(clustered.acceleration).toBeCloseTo(bootstrap(SAMPLE).acceleration!, 10);
    expect(bootstrap(repeated).standard_error).toBeLessThan(0.6 * clustered.standard_error!);
  });

  test('strata take out the variation between them', () => {
    const strata = SAMPLE.map((x) => (x > 7 ? 'slow' : 'fast'));
    const plain = bootstrap(SAMPLE).standard_error!;
    expect(bootstrap(SAMPLE, 'mean', { strata }).standard_error).toBeLessThan(0.8 * plain);
    const counts = (xs: Float64Array) => xs.filter((x) => x > 7).length;
    expect(bootstrap(SAMPLE, counts, { strata, ...quick }).assumptions.at(-1)).toMatch(/same estimate/);
  });

  test('two samples have clusters of their own', () => {
    const result = bootstrapTwoSample(SAMPLE, OTHER, 'mean', { clusters: [labels, labels], ...quick });
    expect(result.n_clusters).toBe(10);
  });

  test('a row without a cluster, labels of another length and a cluster in two strata are refused', () => {
    const gaps = labels.map((label, i) => (i === 3 ? (undefined as unknown as string) : label));
    expect(() => bootstrap(SAMPLE, 'mean', { clusters: gaps })).toThrow(bad);
    expect(() => bootstrap(SAMPLE, 'mean', { clusters: labels.slice(1) })).toThrow(bad);
    expect(() => bootstrap(SAMPLE, 'mean', { clusters: labels, strata: SAMPLE.map((_, i) => i % 2) })).toThrow(bad);
  });
});

describe('what cannot be estimated is null, with the reason', () => {
  const reason = (result: { assumptions: readonly string[] }) => result.assumptions.at(-1);

  test.each([
    ['no values', [], /no values/],
    ['one value', [3], /two values or more/],
    ['equal values', [3, 3, 3], /same estimate/],
    ['only NaN', [Number.NaN, Number.NaN], /no values/],
  ])('%s', (_, xs, wanted) => {
    const result = bootstrap(xs, 'mean', quick);
    expect([result.ci, result.p_value, result.standard_error]).toEqual([null, null, null]);
    expect(reason(result)).toMatch(wanted);
  });

  test('one cluster', () => {
    const result = bootstrap([1, 2, 3], 'mean', { clusters: ['a', 'a', 'a'], ...quick });
    expect([result.estimate, result.ci]).toEqual([2, null]);
    expect(reason(result)).toMatch(/two clusters/);
  });

  test('a statistic on whose one side all resamples lie', () => {
    const strange = (xs: Float64Array) => (xs.every((x, i) => x === SAMPLE[i]) ? -100 : xs[0]!);
    expect(reason(bootstrap(SAMPLE, strange, quick))).toMatch(/one side/);
    expect(bootstrap(SAMPLE, strange, { method: 'percentile', ...quick }).ci).not.toBe(null);
  });

  test('a statistic that is undefined for the data, or for many resamples', () => {
    expect(reason(bootstrap(SAMPLE, () => Number.NaN, quick))).toMatch(/undefined for these data/);
    const fragile = (xs: Float64Array) => (xs.includes(12.28) ? 1 + xs[0]! : null);
    expect(reason(bootstrap(SAMPLE, fragile, quick))).toMatch(/undefined for \d+ of 199 resamples/);
  });

  test('values that are not finite are left out and counted; in pairs, with their partner', () => {
    const holes = [1, null, 2, Number.NaN, 4, Number.POSITIVE_INFINITY, 9, undefined];
    const result = bootstrap(holes, 'mean', quick);
    expect(result).toMatchObject({ n: [4], estimate: 4, dropped: { not_finite: 4, unpaired: 0 } });
    const pairs = bootstrapPaired(holes, [1, 2, 3, 4, 5, 6, 7, 8], 'mean', quick);
    expect(pairs).toMatchObject({ n_pairs: 4, dropped: { not_finite: 4, unpaired: 4 } });
  });
});

test('few units and skewed data are warned of', () => {
  const low = (result: { assumptions: readonly string[] }) =>
    result.assumptions.some((a) => a.startsWith('low_coverage'));
  const even = Array.from({ length: 60 }, (_, i) => i);
  expect(low(bootstrap(even, 'mean', quick))).toBe(false);
  expect(low(bootstrap(even.slice(0, 15), 'mean', quick))).toBe(true);
  // The skewness of two samples cancels in their difference, but not what it costs.
  const skewed = even.map((x) => Math.exp(x / 8));
  expect(low(bootstrapTwoSample(even, even, 'mean', quick))).toBe(false);
  expect(low(bootstrapTwoSample(skewed, skewed, 'mean', quick))).toBe(true);
  expect(
    low(
      bootstrap(
        even.map((x) => Math.exp(x / 8)),
        'mean',
        quick,
      ),
    ),
  ).toBe(true);
});

test.each([
  [{ level: 1 }],
  [{ level: Number.NaN }],
  [{ resamples: 98 }],
  [{ resamples: 1000.5 }],
  [{ seed: Number.NaN }],
  [{ nullValue: Number.POSITIVE_INFINITY }],
])('options out of range are refused: %o', (options) => {
  expect(() => bootstrap(SAMPLE, 'mean', options)).toThrow(bad);
});

test('pairs of unequal number are refused', () => {
  expect(() => bootstrapPaired([1, 2], [1])).toThrow(bad);
});
