import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnomalyOptions, findAnomalies } from '../../../src/stats/anomalies/find-anomalies.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { numbersNotFinite } from '../../analysis/close.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });
const METHODS = ['z', 'mad', 'iqr'] as const;
// 2 and 100 are odd ones out.
const VALUES = [10, 11, 12, 10, 11, 12, 13, 9, 11, 10, 12, 11, 2, 100];

test('the modified z-score of Iglewicz and Hoaglin: 0.6745 (x − median) / MAD', () => {
  const { anomalies, baseline } = findAnomalies(VALUES);
  // Median 11, median deviation 1.
  expect(baseline.center).toBe(11);
  expect(anomalies!.map(({ index }) => index)).toEqual([12, 13]);
  expect(anomalies![0]!.score).toBeCloseTo(0.67448975 * (2 - 11), 6);
  expect(anomalies![1]!.score).toBeCloseTo(0.67448975 * (100 - 11), 6);
});

test('the fences of Tukey are 1.5 interquartile ranges beyond the quartiles', () => {
  // Quartiles of type 7: 10 and 12.
  const { anomalies } = findAnomalies(VALUES, { method: 'iqr' });
  expect(anomalies!.map(({ value, score }) => [value, score])).toEqual([
    [2, -4],
    [100, 44],
  ]);
  expect(findAnomalies([...VALUES.slice(0, 12), 15], { method: 'iqr' }).anomalies).toEqual([]);
  expect(findAnomalies([...VALUES.slice(0, 12), 15.01], { method: 'iqr' }).anomalies).toHaveLength(1);
});

test('by z one outlier hides another, and ten values can never be flagged at 3', () => {
  expect(findAnomalies(VALUES, { method: 'z' }).anomalies!.map(({ value }) => value)).toEqual([100]);
  const ten = findAnomalies([1, 2, 3, 4, 5, 6, 7, 8, 9, 1e6], { method: 'z' });
  expect(ten.anomalies).toBe(null);
  expect(ten.reasons[0]).toMatch(/10 values can exceed 2.85/);
  expect(findAnomalies([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1e6], { method: 'z' }).anomalies).toHaveLength(1);
});

test('where more than half the values are equal, mad falls back to the mean deviation', () => {
  const { anomalies, baseline } = findAnomalies([5, 5, 5, 5, 5, 5, 5, 6, 4, 30]);
  expect(baseline.spread).toBeCloseTo(1.2533141373155 * 2.7, 10);
  expect(anomalies!.map(({ value }) => value)).toEqual([30]);
});

describe.each(METHODS)('%s', (method) => {
  test('flags as many normal values as it says', () => {
    const stream = randomStream('normal values');
    const values = Array.from({ length: 100_000 }, () => stream.normal(50, 4));
    const { anomalies, expected_false_flags_per_million: expected } = findAnomalies(values, { method });
    const rate = anomalies!.length * 10;
    // Five standard errors of a count, and a fifth for the baseline.
    expect(Math.abs(rate - expected)).toBeLessThan(5 * Math.sqrt(10 * expected) + 0.2 * expected);
  });

  test('scores move and turn with the values, and on the log scale do not feel the unit', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(values, (xs) => {
        const options: AnomalyOptions = { method, threshold: 0.1 };
        const plain = findAnomalies(xs, options);
        const turned = findAnomalies(
          xs.map((x) => 3 - 4 * x),
          options,
        );
        expect(turned.anomalies?.map(({ index }) => index)).toEqual(plain.anomalies?.map(({ index }) => index));
        turned.anomalies?.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(-plain.anomalies![i]!.score, 6);
        });
        const log = findAnomalies(xs, { ...options, scale: 'log' });
        const seconds = findAnomalies(
          xs.map((x) => x / 1000),
          { ...options, scale: 'log' },
        );
        seconds.anomalies?.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(log.anomalies![i]!.score, 6);
        });
      }),
    );
  });

  test('without variation nothing is flagged, and the reason is given', () => {
    const result = findAnomalies([7, 7, 7, 7, 7], { method });
    expect(result.anomalies).toBe(null);
    expect(result.baseline).toMatchObject({ center: null, spread: null });
    expect(result.reasons).toHaveLength(1);
    expect(findAnomalies([1, 2], { method }).reasons[0]).toMatch(/fewer than three/);
    expect(findAnomalies([], { method }).anomalies).toBe(null);
  });
});

test('latencies are judged by their logs: fewer false flags, and short ones count too', () => {
  const stream = randomStream('latencies');
  const values = Array.from({ length: 5000 }, () => stream.lognormal(5, 0.8));
  const raw = findAnomalies(values).anomalies!.length;
  expect(raw).toBeGreaterThan(150);
  expect(findAnomalies(values, { scale: 'log' }).anomalies!.length).toBeLessThan(15);
  const { anomalies } = findAnomalies([...values, 0.5], { scale: 'log' });
  expect(anomalies!.some(({ value }) => value === 0.5)).toBe(true);
});

test('values without a place on the scale are skipped, counted, and do not shift the others', () => {
  const holes = [...VALUES.slice(0, 6), null, Number.NaN, Number.POSITIVE_INFINITY, ...VALUES.slice(6)];
  const result = findAnomalies(holes);
  expect(result.skipped).toBe(3);
  expect(result.anomalies!.map(({ index }) => index)).toEqual([15, 16]);
  expect(findAnomalies([0, -1, ...VALUES], { scale: 'log' }).skipped).toBe(2);
});

test('thresholds that are not positive and unknown methods are refused', () => {
  expect(() => findAnomalies(VALUES, { threshold: 0 })).toThrow(bad);
  expect(() => findAnomalies(VALUES, { threshold: Number.NaN })).toThrow(bad);
  expect(() => findAnomalies(VALUES, { method: 'magic' as 'z' })).toThrow(bad);
});

test.each(METHODS)('numbers at the ends of the range have finite scores by %s, or a reason', (method) => {
  const far = Number.MAX_VALUE;
  for (const values of [
    [far, -far, 1, 0, 5e-324],
    [0, 0, 1, far, -far, 5e-324],
    [0, far, -far, 0, -far, -far],
    [1, 2, 3, 4, far],
  ]) {
    const { anomalies, baseline, reasons } = findAnomalies(values, { method });
    expect(numbersNotFinite({ anomalies, baseline })).toEqual([]);
    expect(anomalies === null).toBe(reasons.length > 0);
  }
});
