import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalQuantile } from '../../src/stats/distributions/normal.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';

const rates = fc.integer({ min: 1, max: 1e6 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

/** The probability that the interval holds the true rate, by summing the binomial distribution. */
function coverage(n: number, rate: number): number {
  let logChoose = 0;
  let covered = 0;
  for (let k = 0; k <= n; k++) {
    const { low, high } = wilsonInterval(k, n)!;
    if (low <= rate && rate <= high) covered += Math.exp(logChoose + k * Math.log(rate) + (n - k) * Math.log1p(-rate));
    logChoose += Math.log((n - k) / (k + 1));
  }
  return covered;
}

test('agrees with R 4.2.2 (prop.test without correction)', () => {
  const some = wilsonInterval(7, 50)!;
  expect(some.low).toBeCloseTo(0.069508334270162925, 15);
  expect(some.high).toBeCloseTo(0.26186193710585542, 15);
  const all = wilsonInterval(50, 50)!;
  expect(all.low).toBeCloseTo(0.92865240086664136, 15);
  expect(all.high).toBe(1);
});

test('says what it is', () => {
  expect(wilsonInterval(1, 2, 0.9)).toEqual({
    level: 0.9,
    low: expect.any(Number),
    high: expect.any(Number),
    method: 'wilson',
  });
});

test('its ends are where the score test rejects: the roots of n(x − s/n)² = z² x(1 − x)', () => {
  fc.assert(
    fc.property(rates, fc.double({ min: 0.5, max: 0.9999, noNaN: true }), ([s, n], level) => {
      const { low, high } = wilsonInterval(s, n, level)!;
      const z = normalQuantile((1 + level) / 2);
      for (const x of [low, high]) {
        const [left, right] = [n * (x - s / n) ** 2, z * z * x * (1 - x)];
        expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-9 * (left + right) + 1e-9);
      }
    }),
  );
});

test('holds the rate, stays in [0, 1] and mirrors when successes and failures change places', () => {
  fc.assert(
    fc.property(rates, ([s, n]) => {
      const one = wilsonInterval(s, n)!;
      const other = wilsonInterval(n - s, n)!;
      expect(one.low).toBeGreaterThanOrEqual(0);
      expect(one.high).toBeLessThanOrEqual(1);
      expect(one.low).toBeLessThanOrEqual(s / n);
      expect(one.high).toBeGreaterThanOrEqual(s / n);
      expect(one.low).toBeCloseTo(1 - other.high, 14);
    }),
  );
});

test('no success and no failure reach the ends exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (n) => {
      expect(wilsonInterval(0, n)!.low).toBe(0);
      expect(wilsonInterval(n, n)!.high).toBe(1);
    }),
  );
});

test('a rare success keeps its digits', () => {
  // Wilson's lower limit for 1 of n tends to c / n: c = 2 / (2 + z² + z·√(z² + 4)).
  const z = normalQuantile(0.975);
  const c = 2 / (2 + z * z + z * Math.sqrt(z * z + 4));
  expect(wilsonInterval(1, 1e15)!.low).toBeCloseTo(c * 1e-15, 27);
});

test.each([
  [50, 0.98, 0.922],
  [200, 0.99, 0.948],
  [1000, 0.995, 0.962],
])('covers a true rate of %d events, %d, with the published probability', (n, rate, expected) => {
  expect(coverage(n, rate)).toBeCloseTo(expected, 3);
});

test('narrows with n and widens with the level', () => {
  const width = (n: number, level?: number) => {
    const { low, high } = wilsonInterval(n * 0.9, n, level)!;
    return high - low;
  };
  expect(width(1000)).toBeLessThan(width(100));
  expect(width(100, 0.99)).toBeGreaterThan(width(100, 0.95));
});

test('of nothing there is no interval', () => {
  expect(wilsonInterval(0, 0)).toBeNull();
});

test('what is not a rate or a level is refused', () => {
  const bad: [number, number, number?][] = [
    [-1, 5],
    [6, 5],
    [1, -1],
    [Number.NaN, 5],
    [1, Number.NaN],
    [1, Number.POSITIVE_INFINITY],
    [1, 5, 0],
    [1, 5, 1],
    [1, 5, 95],
    [0, 0, Number.NaN],
  ];
  for (const [s, n, level] of bad) {
    expect(() => wilsonInterval(s, n, level)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  }
});
