import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';
import { EXACT_LIMIT, type SeriesSummary, StreamingSeries } from '../../../src/experiment/streaming/series.ts';
import { naiveSeries, PERCENTILES } from './oracle.ts';

function seriesOf(values: readonly number[]): StreamingSeries {
  const series = new StreamingSeries();
  for (const value of values) series.add(value);
  return series;
}

function expectClose(actual: number | null, expected: number | null, relative: number, scale = 0): void {
  if (expected === null) expect(actual).toBeNull();
  else expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), scale));
}

/** Equal to the naive answer: counts to the unit, moments to 1e-9 of the size of the values, percentiles within the bound. */
function expectNaive(summary: SeriesSummary, values: readonly number[]): void {
  const naive = naiveSeries(values);
  const scale = Math.max(Math.abs(naive.min ?? 0), Math.abs(naive.max ?? 0));
  expect([summary.count, summary.non_finite]).toEqual([naive.count, naive.non_finite]);
  expect([summary.min, summary.max]).toEqual([naive.min, naive.max]);
  expectClose(summary.sum, naive.sum, 1e-12, scale * Math.max(1, naive.count));
  expectClose(summary.mean, naive.mean, 1e-12, scale);
  expectClose(summary.std_dev, naive.std_dev, 1e-9, scale);
  expect(summary.exact).toBe(naive.count <= EXACT_LIMIT);
  for (const [name, p] of Object.entries(PERCENTILES)) {
    const bound = summary.exact ? 1e-12 : summary.relative_error_bound * (1 + 1e-9);
    expectClose(summary[name as keyof typeof PERCENTILES], naive.quantile(p), bound, summary.exact ? scale : 0);
  }
}

/** Lists of thousands are made from a few numbers, which the property can shrink and print. */
const recipe = fc.record({
  seed: fc.nat(),
  count: fc.integer({ min: 0, max: 6000 }),
  decades: fc.integer({ min: 1, max: 40 }),
});

function made({ seed, count, decades }: { seed: number; count: number; decades: number }, negative: boolean): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const size = 10 ** ((random() - 0.5) * decades);
    return negative && random() < 0.5 ? -size : size;
  });
}

test('equals the naive batch answer for any few numbers, also those that are not finite', () => {
  const number = fc.oneof(
    fc.double({ min: -1e100, max: 1e100, noNaN: true }),
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-100, 1e100),
  );
  fc.assert(
    fc.property(fc.array(number, { maxLength: 60 }), (values) => {
      // Smaller ones have squares that are no doubles, in the oracle too.
      const plain = values.map((value) => (Math.abs(value) < 1e-100 ? 0 : value));
      expectNaive(seriesOf(plain).summary(), plain);
    }),
    { numRuns: 500 },
  );
});

test('equals the naive batch answer for many numbers, percentiles within relative_error_bound', () => {
  let inexact = 0;
  fc.assert(
    fc.property(recipe, (given) => {
      const values = made(given, false);
      const summary = seriesOf(values).summary();
      expectNaive(summary, values);
      if (summary.exact) expect(summary.relative_error_bound).toBe(0);
      else {
        inexact++;
        expect(summary.relative_error_bound).toBeGreaterThan(0);
        if (given.decades < 10) expect(summary.relative_error_bound).toBeLessThan(0.0109);
      }
    }),
    { numRuns: 60 },
  );
  expect(inexact).toBeGreaterThan(5);
});

test('parts merged are the whole, however they are cut and in whatever order', () => {
  fc.assert(
    fc.property(
      recipe,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      fc.nat(),
      (given, cuts, turn) => {
        const values = made(given, true);
        const bounds = [0, ...cuts.map((cut) => Math.floor(cut * values.length)), values.length].sort((a, b) => a - b);
        const parts = bounds.slice(1).map((end, i) => seriesOf([...values.slice(bounds[i]!, end), Number.NaN]));
        const merged = new StreamingSeries();
        for (const [i] of parts.entries()) merged.merge(parts[(i + turn) % parts.length]!);
        const whole = seriesOf(values).summary();
        const { sum, mean, std_dev, non_finite, ...exactly } = merged.summary();
        expect({ ...whole, ...exactly }).toEqual(whole);
        expect(non_finite).toBe(parts.length);
        const scale = Math.max(Math.abs(whole.min ?? 0), Math.abs(whole.max ?? 0));
        expectClose(sum, whole.sum, 1e-12, scale * Math.max(1, values.length));
        expectClose(mean, whole.mean, 1e-12, scale);
        expectClose(std_dev, whole.std_dev, 1e-9, scale);
      },
    ),
    { numRuns: 60 },
  );
});

test('merging leaves the other as it was, and merging with itself doubles', () => {
  for (const count of [5, EXACT_LIMIT, EXACT_LIMIT + 1]) {
    const values = Array.from({ length: count }, (_, i) => i + 1);
    const [one, other] = [seriesOf([1, 2]), seriesOf(values)];
    const before = other.summary();
    one.merge(other);
    expect(other.summary()).toEqual(before);
    other.merge(other);
    expect(other.summary()).toMatchObject({ count: 2 * count, min: 1, max: count, mean: before.mean });
  }
});

test(`is exact up to ${EXACT_LIMIT} values and says when it no longer is`, () => {
  const values = Array.from({ length: EXACT_LIMIT }, (_, i) => ((i * 7919) % EXACT_LIMIT) + 0.5);
  const series = seriesOf(values);
  expectNaive(series.summary(), values);
  expect(series.summary()).toMatchObject({ exact: true, relative_error_bound: 0 });
  series.add(Number.NaN);
  expect(series.summary().exact).toBe(true);
  series.add(1);
  expect(series.summary().exact).toBe(false);
  expectNaive(series.summary(), [...values, Number.NaN, 1]);
});

test('reading it does not change it', () => {
  const series = seriesOf([3, 1, 2]);
  expect(series.summary()).toEqual(series.summary());
  series.add(0);
  expectNaive(series.summary(), [3, 1, 2, 0]);
});

test('of nothing has no mean, spread, extremes or percentiles', () => {
  expect(new StreamingSeries().summary()).toEqual({
    count: 0,
    sum: 0,
    mean: null,
    std_dev: null,
    min: null,
    max: null,
    p50: null,
    p90: null,
    p95: null,
    p99: null,
    exact: true,
    relative_error_bound: 0,
    non_finite: 0,
  });
  expect(seriesOf([Number.NaN]).summary()).toMatchObject({ count: 0, mean: null, non_finite: 1 });
  expect(seriesOf([4]).summary()).toMatchObject({ count: 1, mean: 4, std_dev: null, p99: 4 });
});

test('takes the same memory however many values it saw, of whatever size', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  // The least of several looks: between two of them the runner may hold a message or the sweeper be behind.
  const used = async () => {
    let least = Number.POSITIVE_INFINITY;
    for (let look = 0; look < 4; look++) {
      await new Promise(setImmediate);
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      least = Math.min(least, heapUsed + arrayBuffers);
    }
    return least;
  };
  const random = seededRandom('memory');
  const series = new StreamingSeries();
  const add = (count: number) => {
    for (let i = 0; i < count; i++) series.add((random() < 0.5 ? -1 : 1) * 10 ** ((random() - 0.5) * 600));
  };
  add(100_000);
  const before = await used();
  add(1_000_000);
  // Kept one by one they would take 8 MB; the runner itself allocates a little meanwhile.
  expect((await used()) - before).toBeLessThan(4_000_000);
  expect(series.summary().count).toBe(1_100_000);
});
