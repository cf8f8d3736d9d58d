import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  interquartileMean,
  interquartileMeanDifference,
  interquartileMeanOverSeeds,
} from '../../../src/stats/seeds/interquartile-mean.ts';

// Four tasks of five runs.
const TASKS = [
  [0.1, 0.2, 0.15, 0.3, 0.12],
  [0.5, 0.4, 0.6, 0.55, 0.45],
  [0.9, 1.1, 0.7, 0.95, 1],
  [1.2, 1, 1.5, 0.8, 1.1],
];
const quick = { resamples: 299 };

test.each([
  [[1, 2, 3, 100], 2.5],
  [[5, 1, 9, 2, 8], 5],
  [[1.5], 1.5],
  [[3, 1], 2],
  [[0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100], 29],
])('SciPy 1.17.1, trim_mean(%o, 0.25)', (values, wanted) => {
  expect(interquartileMean(values)).toBeCloseTo(wanted, 14);
});

test('it has no order, and no value for none', () => {
  expect(interquartileMean([])).toBe(null);
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      expect(interquartileMean([...values].reverse())).toBe(interquartileMean(values));
      const found = interquartileMean(values)!;
      expect(found).toBeGreaterThanOrEqual(Math.min(...values));
      expect(found).toBeLessThanOrEqual(Math.max(...values));
    }),
  );
});

test('the interval of the stratified bootstrap of NumPy, 200,000 resamples of runs within tasks', () => {
  const result = interquartileMeanOverSeeds(TASKS);
  expect(result.estimate).toBeCloseTo(0.685, 12);
  expect(result.ci!.low).toBeCloseTo(0.62, 2);
  expect(result.ci!.high).toBeCloseTo(0.755, 2);
  expect(result.standard_error).toBeCloseTo(0.034635, 2.5);
  expect(result).toMatchObject({ n: [20], seed: 1, resamples: 9999, ci: { method: 'percentile' } });
});

test('a difference is that of the estimates, and 0 between equals', () => {
  const better = TASKS.map((runs) => runs.map((score) => score + 0.2));
  const result = interquartileMeanDifference(TASKS, better, quick);
  expect(result.estimate).toBeCloseTo(0.2, 12);
  expect(result.p_value).toBeLessThan(0.05);
  expect(interquartileMeanDifference(TASKS, TASKS, quick).p_value).toBeGreaterThan(0.5);
});

test('few runs are warned of; tasks without any, or without variation, give a reason', () => {
  const few = interquartileMeanOverSeeds(
    TASKS.map((runs) => runs.slice(0, 3)),
    quick,
  );
  expect(few.assumptions.at(-1)).toMatch(/only 3 runs/);
  const empty = interquartileMeanOverSeeds([...TASKS, [Number.NaN]], quick);
  expect(empty.assumptions.at(-1)).toMatch(/no finite score/);
  expect(empty.dropped.not_finite).toBe(1);
  const flat = interquartileMeanOverSeeds(
    [
      [1, 1],
      [1, 1],
    ],
    quick,
  );
  expect([flat.estimate, flat.ci]).toEqual([1, null]);
});

test('no tasks and different tasks are refused', () => {
  const bad = expect.objectContaining({ code: 'invalid_argument' });
  expect(() => interquartileMeanOverSeeds([])).toThrow(bad);
  expect(() => interquartileMeanDifference(TASKS, TASKS.slice(1))).toThrow(bad);
});
