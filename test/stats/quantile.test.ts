import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, type QuantileType, quantile, quantiles } from '../../src/stats/quantile.ts';

const TYPES = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;

/** Few distinct values, so that ties are common. */
const tied = fc.constantFrom(-0, 0, 1, 1.5, -2, 1e-300, 5e-324, 1e300, POSITIVE_INFINITY, NEGATIVE_INFINITY);
const anyValue = fc.oneof(tied, fc.double({ noNaN: true }), fc.integer({ min: -5, max: 5 }));

/** The definitions of Hyndman and Fan for p = k / 8 in whole-number arithmetic: [numerator, denominator] of the position from 1. */
const POSITIONS: Record<QuantileType, (n: number, k: number) => [number, number]> = {
  1: (n, k) => [n * k, 8],
  2: (n, k) => [n * k, 8],
  3: (n, k) => [n * k - 4, 8],
  4: (n, k) => [n * k, 8],
  5: (n, k) => [n * k + 4, 8],
  6: (n, k) => [(n + 1) * k, 8],
  7: (n, k) => [(n - 1) * k + 8, 8],
  8: (n, k) => [8 + k * (3 * n + 1), 24],
  9: (n, k) => [12 + k * (4 * n + 1), 32],
};

function bySorting(values: readonly number[], k: number, type: QuantileType): number | null {
  const sorted = Float64Array.from(values).sort();
  const [numerator, denominator] = POSITIONS[type](values.length, k);
  const whole = Math.floor(numerator / denominator);
  const part = (numerator - whole * denominator) / denominator;
  const at = (rank: number) => sorted[Math.min(Math.max(rank, 1), sorted.length) - 1]! + 0;
  let weight = part;
  if (type === 1) weight = part > 0 ? 1 : 0;
  if (type === 2) weight = part > 0 ? 1 : 0.5;
  if (type === 3) weight = part === 0 && whole % 2 === 0 ? 0 : 1;
  const [low, high] = [at(whole), at(whole + 1)];
  if (weight === 0 || low === high) return low;
  if (weight === 1) return high;
  const value = (1 - weight) * low + weight * high;
  return Number.isNaN(value) ? null : value;
}

test.each(TYPES)('type %i is what sorting gives, with ties, infinities, subnormals and zeros of both signs', (type) => {
  fc.assert(
    fc.property(fc.array(anyValue, { minLength: 1, maxLength: 60 }), fc.integer({ min: 0, max: 8 }), (values, k) => {
      const expected = bySorting(values, k, type);
      const actual = quantile(Float64Array.from(values), k / 8, { type });
      if (expected === null || !Number.isFinite(expected)) {
        expect(actual).toBe(expected);
        return;
      }
      const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
      const size = Math.max(Math.abs(sorted[0]!), Math.abs(sorted.at(-1)!));
      expect(actual).not.toBeNull();
      expect(actual).not.toBe(-0);
      expect(Math.abs(actual! / 4 - expected / 4)).toBeLessThanOrEqual((size / 4) * 1e-14);
    }),
  );
});

test('types 1 to 3 pick the rank of the decimal probability, whatever its rounding', () => {
  for (let n = 1; n <= 250; n++) {
    const values = Float64Array.from({ length: n }, (_, i) => i + 1);
    for (let percent = 0; percent <= 100; percent++) {
      const [p, product] = [percent / 100, n * percent];
      const first = Math.max(Math.ceil(product / 100), 1);
      expect(quantile(values, p, { type: 1 })).toBe(first);
      const shared = product % 100 === 0 && product > 0 && first < n;
      expect(quantile(values, p, { type: 2 })).toBe(shared ? first + 0.5 : first);
      const [below, rest] = [Math.floor((product - 50) / 100), (product - 50) % 100];
      const nearest = rest === 0 && below % 2 === 0 ? below : below + 1;
      expect(quantile(values, p, { type: 3 })).toBe(Math.min(Math.max(nearest, 1), n));
    }
  }
});

test.each([
  [1, 9.8, 12.5, 15.5, 18.7],
  [2, 10.1, 12.85, 17.1, 18.7],
  [3, 9.8, 12.5, 15.5, 18.7],
  [4, 9.8, 12.5, 15.5, 17.1],
  [5, 10.1, 12.85, 17.1, 18.7],
  [6, 9.86, 12.85, 18.38, 18.7],
  [7, 10.34, 12.85, 15.82, 17.26],
  [8, 10.02, 12.85, 17.526666666666664, 18.7],
  [9, 10.04, 12.85, 17.42, 18.7],
] as const)('type %i agrees with R 4.2.2', (type, ...expected) => {
  const values = Float64Array.of(13.2, 18.7, 9.8, 12.5, 15.5, 11, 14, 10.4, 12, 15);
  const actual = quantiles(values, [0.1, 0.5, 0.9, 0.95], { type });
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 13);
});

test('type 7 is linear interpolation', () => {
  expect(quantiles(Float64Array.of(4, 1, 3, 2), [0, 0.25, 0.5, 0.9, 1])).toEqual([1, 1.75, 2.5, 3.7, 4]);
  expect(quantile(Float64Array.of(0.1, 0.7), 0.3)).toBe(0.1 * (1 - 0.3) + 0.7 * 0.3);
});

test('quantiles rise with the probability and stay within the values', () => {
  const finite = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 });
  const probabilities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(finite, probabilities, (values, ps) => {
      const ascending = [...ps].sort((a, b) => a - b);
      const results = quantiles(values, [0, ...ascending, 1]).map((x) => x!);
      expect(results[0]).toBe(Math.min(...values) + 0);
      expect(results.at(-1)).toBe(Math.max(...values) + 0);
      for (let i = 1; i < results.length; i++) {
        // Interpolation rounds: two results in one gap may change places by an ulp of the larger end.
        expect(results[i]! - results[i - 1]!).toBeGreaterThanOrEqual(
          -Math.abs(results[i]!) * 1e-15 - 2 * Number.MIN_VALUE,
        );
      }
    }),
  );
});

test('rounding never carries a quantile outside of its neighbours', () => {
  expect(quantile([2.0766859259395685, 2.0766859259395685], 0.2)).toBe(2.0766859259395685);
  expect(quantile([1.5641788627726922, 1.5641788627726927], 3.882699337670672e-10)).toBe(1.5641788627726922);
});

describe('many values', () => {
  const n = 30_000;
  const make = (f: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => f(i));
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const streams: [string, Float64Array][] = [
    ['random', make(random)],
    ['sorted', make((i) => i)],
    ['reversed', make((i) => -i)],
    ['constant', make(() => 0.1)],
    ['two values', make((i) => (i % 7 === 0 ? 1e-300 : 1e300))],
    ['organ pipe', make((i) => Math.min(i, n - i))],
    ['sawtooth', make((i) => (i * 7919) % 4001)],
    ['differing in the last bits only', make((i) => 1 + ((i * 7919) % n) * 2 ** -52)],
    ['half of them one value, the others in the last bits', make((i) => (i % 2 ? -1 : -1 - (i % 9973) * 2 ** -52))],
    ['one far value among near ones', make((i) => (i === 5 ? -1e308 : 1e6 + random()))],
    ['subnormal', make((i) => ((i * 7919) % 5000) * Number.MIN_VALUE)],
    ['both signs', make(() => (random() - 0.5) * 2 ** Math.floor(random() * 2000 - 1000))],
    ['zeros of both signs and infinities', make((i) => [0, -0, POSITIVE_INFINITY, NEGATIVE_INFINITY, 1][i % 5]!)],
  ];

  test.each(streams)('%s: every rank is that of the sorted values', (_, values) => {
    const sorted = values.slice().sort();
    const ranks = [0, 1, 2, 17, 4095, 4096, n / 4, n / 2, n / 2 + 1, n - 300, n - 2, n - 1];
    const results = quantiles(
      values,
      ranks.map((rank) => (rank + 1) / n),
      { type: 1 },
    );
    expect(results).toEqual(ranks.map((rank) => sorted[rank]! + 0));
    expect(median(values)).toBe((sorted[n / 2 - 1]! + sorted[n / 2]!) / 2);
  });

  test('a window into a larger buffer is read alone', () => {
    const larger = make(random);
    const window = larger.subarray(1001, 21_001);
    expect(quantiles(window, [0, 0.5, 1])).toEqual(quantiles(window.slice(), [0, 0.5, 1]));
  });

  test('the values keep their order unless in place', () => {
    for (const size of [100, n]) {
      const values = make(random).subarray(0, size);
      const before = values.slice();
      const results = quantiles(values, [0.1, 0.5, 0.99]);
      expect(values).toEqual(before);
      expect(quantiles(values, [0.1, 0.5, 0.99], { inPlace: true })).toEqual(results);
      expect(values.sort()).toEqual(before.sort());
    }
  });
});

test('of nothing there is no quantile, and none halfway between the infinities', () => {
  expect(quantiles(new Float64Array(0), [0, 0.5, 1])).toEqual([null, null, null]);
  expect(median([])).toBeNull();
  expect(median([NEGATIVE_INFINITY, POSITIVE_INFINITY])).toBeNull();
  expect(median([NEGATIVE_INFINITY, 1, POSITIVE_INFINITY])).toBe(1);
  expect(quantiles([1, POSITIVE_INFINITY], [0, 0.5, 1])).toEqual([1, POSITIVE_INFINITY, POSITIVE_INFINITY]);
  expect(quantiles([3], [])).toEqual([]);
});

test('the middle of the two largest doubles does not overflow', () => {
  expect(median([Number.MAX_VALUE, Number.MAX_VALUE * 0.5])).toBe(Number.MAX_VALUE * 0.75);
});

test('bad input is refused by name', () => {
  expect(() => quantiles([1, Number.NaN], [0.5])).toThrow(/^Value 1 is NaN/);
  for (const p of [-0.1, 1.1, Number.NaN]) expect(() => quantile([1], p)).toThrow(/^The probability is/);
  for (const type of [0, 10, 1.5]) {
    expect(() => quantile([1], 0.5, { type: type as QuantileType })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  }
});
