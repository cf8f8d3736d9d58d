import { expect, test } from 'vitest';
import { intraclassCorrelation } from '../../../src/stats/planning/intraclass-correlation.ts';

// Four judges rate six targets: Shrout and Fleiss, Psychological Bulletin 86 (1979), table 2.
const RATINGS = [
  [9, 2, 5, 8],
  [6, 1, 3, 2],
  [8, 4, 6, 8],
  [7, 1, 2, 6],
  [10, 5, 6, 9],
  [6, 2, 4, 7],
];
const values = RATINGS.flat();
const clusters = RATINGS.flatMap((row, i) => row.map(() => `t${i}`));

test('the example of Shrout and Fleiss: ICC(1) .17, mean squares 11.24 and 6.26; interval of R psych::ICC', () => {
  const result = intraclassCorrelation(values, clusters);
  expect(result.estimate).toBeCloseTo(
    (11.241666666666667 - 6.263888888888889) / (11.241666666666667 + 3 * 6.263888888888889),
    12,
  );
  expect(result.estimate).toBeCloseTo(0.166, 3);
  expect(result.statistic).toBeCloseTo(1.79, 2);
  expect(result.df).toEqual([5, 18]);
  expect(result.p_value).toBeCloseTo(0.165, 3);
  expect(result.ci!.low).toBeCloseTo(-0.133, 3);
  expect(result.ci!.high).toBeCloseTo(0.723, 3);
  expect(result.design_effect).toBeCloseTo(1 + 3 * result.estimate!, 12);
  expect(result.n_effective).toBeCloseTo(24 / result.design_effect!, 12);
});

test('it does not depend on order, offset or scale', () => {
  const wanted = intraclassCorrelation(values, clusters);
  const turned = intraclassCorrelation(values.map((x) => 1e6 - 3 * x).reverse(), [...clusters].reverse());
  expect(turned.estimate).toBeCloseTo(wanted.estimate!, 9);
});

test('equal values within clusters correlate fully; there is no test then', () => {
  const result = intraclassCorrelation([1, 1, 2, 2, 5, 5], ['a', 'a', 'b', 'b', 'c', 'c']);
  expect(result).toMatchObject({ estimate: 1, p_value: null, ci: null, statistic: null, n_effective: 3 });
  expect(result.assumptions.at(-1)).toMatch(/do not vary within/);
});

test('clusters more alike than chance have a negative correlation, and a design effect of 1', () => {
  const result = intraclassCorrelation([1, 3, 1, 3], ['a', 'a', 'b', 'b']);
  expect(result.estimate).toBe(-1);
  expect([result.design_effect, result.n_effective]).toEqual([1, 4]);
});

test.each([
  [[1, 2, 3], ['a', 'a', 'a'], /fewer than two clusters/],
  [[1, 2, 3], ['a', 'b', 'c'], /one value/],
  [[2, 2, 2, 2], ['a', 'a', 'b', 'b'], /equal/],
  [[], [], /fewer than two/],
])('no estimate of %o in %o', (xs, labels, reason) => {
  const result = intraclassCorrelation(xs, labels);
  expect([result.estimate, result.p_value, result.design_effect]).toEqual([null, null, null]);
  expect(result.assumptions.at(-1)).toMatch(reason);
});

test('what is not finite is left out; what has no cluster is refused; unequal sizes are said to be approximate', () => {
  const result = intraclassCorrelation([1, 2, Number.NaN, 4, 7], ['a', 'a', 'a', 'b', 'b']);
  expect(result.dropped.not_finite).toBe(1);
  const unequal = intraclassCorrelation([1, 2, 3, 4, 7], ['a', 'a', 'a', 'b', 'b']);
  expect(unequal.assumptions.at(-1)).toMatch(/approximate/);
  const bad = expect.objectContaining({ code: 'invalid_argument' });
  expect(() => intraclassCorrelation([1, 2], ['a', ''])).toThrow(bad);
  expect(() => intraclassCorrelation([1, 2], ['a'])).toThrow(bad);
  expect(() => intraclassCorrelation([1, 2], ['a', 'b'], 1)).toThrow(bad);
});

test.each([[Array(6).fill(0.1)], [Array(6).fill(0.7)], [[0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2, 0.3, 0.3]]])(
  'values that are equal up to rounding have none: %j',
  (values) => {
    const found = intraclassCorrelation(values, ['a', 'a', 'b', 'b', 'c', 'c']);
    expect(found).toMatchObject({ estimate: null, design_effect: null, p_value: null });
    expect(found.assumptions.at(-1)).toContain('all values are equal');
  },
);
