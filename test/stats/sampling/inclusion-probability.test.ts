import { describe, expect, test } from 'vitest';
import { chiSquareSf } from '../../../src/stats/distributions/chi-square.ts';
import {
  adaptiveProbability,
  importanceProbability,
  permanentRandom,
  stratifiedProbability,
} from '../../../src/stats/sampling/inclusion-probability.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });

test('permanent random numbers are uniform, the same for ever, and unlike for like keys', () => {
  const bins = new Float64Array(100);
  const n = 50_000;
  for (let i = 0; i < n; i++) bins[Math.floor(permanentRandom(`sample-${i}`) * 100)]!++;
  const statistic = bins.reduce((sum, count) => sum + (count - n / 100) ** 2 / (n / 100), 0);
  expect(chiSquareSf(statistic, 99)).toBeGreaterThan(0.001);
  expect(permanentRandom('a')).toBe(permanentRandom('a'));
  expect(Math.abs(permanentRandom('sample-1') - permanentRandom('sample-2'))).toBeGreaterThan(0.001);
});

test('each stratum has its own probability, and one that has none the other', () => {
  const of = stratifiedProbability({ ok: 0.1, error: 1 });
  expect(['ok', 'error', 'other', 'toString', null].map(of)).toEqual([0.1, 1, 1, 1, 1]);
  expect(stratifiedProbability({}, 0.3)('x')).toBe(0.3);
});

test('importance counts in proportion, within floor and 1, and not where there is none', () => {
  const of = importanceProbability({ certainFrom: 10 });
  expect([0.05, 2, 50, -1, Number.POSITIVE_INFINITY, Number.NaN, null].map(of)).toEqual([0.01, 0.2, 1, 0.01, 1, 1, 1]);
  expect(importanceProbability({ certainFrom: 10, otherwise: 0.5 })(null)).toBe(0.5);
});

describe('the adaptive probability', () => {
  const run = (rates: readonly number[]) => {
    const at = adaptiveProbability({ target: 100, period: 1000 });
    return rates.map((rate, period) => {
      const own = Array.from({ length: rate }, (_, i) => at(period * 1000 + (i * 1000) / rate));
      expect(new Set(own).size).toBe(1);
      return own[0]!;
    });
  };

  test('is 1 in the first period, then what keeps about the target however many come', () => {
    const rates = [1000, ...Array<number>(10).fill(1000), ...Array<number>(10).fill(5000)];
    const probabilities = run(rates);
    expect(probabilities[0]).toBe(1);
    probabilities.forEach((p, period) => {
      if (period === 0 || (period > 10 && period < 16)) return;
      expect(p * rates[period]!).toBeGreaterThan(90);
      expect(p * rates[period]!).toBeLessThan(110);
    });
    expect(run([10, 10, 10])).toEqual([1, 1, 1]);
  });

  test('follows from the periods before, not from its own', () => {
    const [one, other] = [run([500, 800, 300]), run([500, 800, 9000])];
    expect(one).toEqual(other);
    expect(one).toEqual([1, 100 / 500, 100 / 650]);
  });

  test('forgets in periods without items, and counts a time of the past for the present', () => {
    const at = adaptiveProbability({ target: 1, period: 10, floor: 1e-6 });
    for (let i = 0; i < 64; i++) at(5);
    expect(at(35)).toBe(1 / 16);
    expect(at(3)).toBe(1 / 16);
    expect(at(1e6)).toBe(1);
  });
});

test('probabilities that are not, and options out of range, are refused', () => {
  for (const p of [0, -0.1, 1.1, Number.NaN, '0.5' as unknown as number]) {
    expect(() => stratifiedProbability({ a: p })).toThrow(bad);
    expect(() => stratifiedProbability({}, p)).toThrow(bad);
    expect(() => importanceProbability({ certainFrom: 1, floor: p })).toThrow(bad);
    expect(() => importanceProbability({ certainFrom: 1, otherwise: p })).toThrow(bad);
    expect(() => adaptiveProbability({ target: 1, period: 1, floor: p })).toThrow(bad);
  }
  expect(() => importanceProbability({ certainFrom: 0 })).toThrow(bad);
  expect(() => adaptiveProbability({ target: 0, period: 1 })).toThrow(bad);
  expect(() => adaptiveProbability({ target: 1, period: 0 })).toThrow(bad);
  expect(() => adaptiveProbability({ target: 1, period: 1, memory: 1 })).toThrow(bad);
  expect(() => adaptiveProbability({ target: 1, period: 1 })(Number.NaN)).toThrow(bad);
});
