import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalCdf, normalQuantile, normalSf } from '../../../src/stats/distributions/normal.ts';

const file = new URL('../../fixtures/stats-reference.json', import.meta.url);
const reference = JSON.parse(readFileSync(file, 'utf8')) as Record<
  'normal_cdf' | 'normal_quantile',
  [number, string][]
>;

function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-15);
}

test.each(reference.normal_cdf)('Φ(%d) = %s', (z, expected) => {
  expectNear(normalCdf(z), Number(expected));
  expectNear(normalSf(-z), Number(expected));
});

// Whole numbers have exact squares; these do not, and test how exp(−z²/2) is taken. From 60-digit arithmetic.
test.each([
  [-0.7, 0.24196365222307303],
  [-5.1, 1.6982674071476014e-7],
  [-7.3, 1.4388386381575877e-13],
  [-12.3, 4.5287069561587846e-35],
  [-25.7, 5.844410374380774e-146],
  [-33.123, 6.93351621232612e-241],
  [-37.3, 8.205494844930773e-305],
])('Φ(%d) = %d', (z, expected) => {
  expectNear(normalCdf(z), expected);
});

test.each(reference.normal_quantile)('Φ⁻¹(%d) = %s', (p, expected) => {
  expectNear(normalQuantile(p), Number(expected));
});

test('the two tails are mirror images and sum to one', () => {
  fc.assert(
    fc.property(fc.double({ min: -40, max: 40, noNaN: true }), (z) => {
      expect(normalSf(z)).toBe(normalCdf(-z));
      expect(Math.abs(normalCdf(z) + normalSf(z) - 1)).toBeLessThanOrEqual(3e-16);
    }),
  );
});

test('the quantile undoes the distribution function', () => {
  fc.assert(
    fc.property(fc.double({ min: -37, max: 5, noNaN: true }), (z) => {
      // Above 0 the digits of p end at 1: dz = dp / density.
      const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
      const tolerance = 4e-15 * Math.max(1, Math.abs(z)) + (z > 0 ? 2 ** -52 / density : 0);
      expect(Math.abs(normalQuantile(normalCdf(z)) - z)).toBeLessThanOrEqual(tolerance);
    }),
  );
});

test('there is no step where one approximation takes over from the next', () => {
  for (const joint of [0.67448975, Math.sqrt(32)]) {
    for (const z of [joint, -joint]) {
      const [left, right] = [normalCdf(z * (1 - 2e-16)), normalCdf(z * (1 + 2e-16))];
      expect(Math.abs(left - right)).toBeLessThanOrEqual(5e-14 * Math.min(left, right));
    }
  }
  for (const joint of [0.075, 0.925, Math.exp(-25)]) {
    const [left, right] = [normalQuantile(joint * (1 - 2e-16)), normalQuantile(joint * (1 + 2e-16))];
    expect(Math.abs(left - right)).toBeLessThanOrEqual(5e-15 * Math.abs(left));
  }
});

test('ends and centre', () => {
  const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;
  expect([normalCdf(NEGATIVE_INFINITY), normalCdf(0), normalCdf(POSITIVE_INFINITY)]).toEqual([0, 0.5, 1]);
  expect([normalCdf(-40), normalCdf(40), normalCdf(5e-324)]).toEqual([0, 1, 0.5]);
  expect(normalCdf(-38.4)).toBeGreaterThan(0);
  expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([
    NEGATIVE_INFINITY,
    0,
    POSITIVE_INFINITY,
  ]);
  // Φ⁻¹ of the smallest double, by 40-digit arithmetic.
  expect(normalQuantile(5e-324)).toBeCloseTo(-38.467405617144344, 12);
});

test('what is not a probability or not a number is refused', () => {
  for (const p of [-1e-300, 1.0000000000000002, Number.NaN]) {
    expect(() => normalQuantile(p)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  }
  expect(() => normalCdf(Number.NaN)).toThrow(/NaN/);
  expect(() => normalSf(Number.NaN)).toThrow(/NaN/);
});
