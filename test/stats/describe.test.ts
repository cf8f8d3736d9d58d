import fc from 'fast-check';
import { expect, describe as group, test } from 'vitest';
import { autocorrelation, describe } from '../../src/stats/describe.ts';
import { digits, nistSets } from './nist.ts';

group.each(nistSets)('NIST $name', ({ name, values, certified, exact, exact_for_doubles, ceiling }) => {
  const described = describe(values);
  const results = [described.mean, described.std_dev, autocorrelation(values)];

  test('the data are the certified ones', () => {
    // Certified values have 15 digits, the ceilings say how much of it doubles can show.
    for (let i = 0; i < 3; i++)
      expect(digits(results[i]!, certified[i]!)).toBeGreaterThan(Math.min(ceiling[i]!, 14) - 0.5);
  });

  test('mean, deviation and autocorrelation reach the digits that doubles allow', () => {
    for (let i = 0; i < 3; i++) {
      expect(digits(results[i]!, exact[i]!), `${name} ${i}`).toBeGreaterThanOrEqual(Math.min(ceiling[i]!, 14) - 0.3);
    }
  });

  test('against the answer for the rounded data they reach 14 digits', () => {
    for (let i = 0; i < 3; i++) expect(digits(results[i]!, exact_for_doubles[i]!)).toBeGreaterThanOrEqual(14);
  });
});

test('too few values leave undefined what needs more', () => {
  expect(describe([])).toEqual({ count: 0, sum: 0, mean: null, variance: null, std_dev: null, min: null, max: null });
  expect(describe([7])).toEqual({ count: 1, sum: 7, mean: 7, variance: null, std_dev: null, min: 7, max: 7 });
  expect(describe([1, 2])).toEqual({
    count: 2,
    sum: 3,
    mean: 1.5,
    variance: 0.5,
    std_dev: Math.SQRT1_2,
    min: 1,
    max: 2,
  });
});

test('a mean that no double can hold leaves the variance right', () => {
  expect(describe([2 ** 53, 2 ** 53 + 2]).variance).toBe(2);
  expect(autocorrelation([2 ** 53, 2 ** 53 + 2])).toBe(-0.5);
});

test('equal values have exactly their value as mean and no variance', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 2, max: 50 }), (x, n) => {
      const { mean, variance, min, max } = describe(new Array(n).fill(x));
      expect([mean! + 0, variance, min, max]).toEqual([x + 0, 0, x + 0, x + 0]);
    }),
  );
});

test('scaling by a power of two scales every result exactly', () => {
  const numbers = fc.array(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-9),
    {
      minLength: 2,
      maxLength: 40,
    },
  );
  fc.assert(
    fc.property(numbers, fc.integer({ min: -60, max: 60 }), (values, exponent) => {
      const factor = 2 ** exponent;
      const one = describe(values);
      const other = describe(values.map((x) => x * factor));
      expect(other.mean).toBe(one.mean! * factor);
      expect(other.variance).toBe(one.variance! * factor * factor);
      expect(other.sum).toBe(one.sum * factor);
      expect(other.max).toBe(one.max! * factor + 0);
    }),
  );
});

test('a sum beyond the range of doubles leaves the mean in it', () => {
  const big = Number.MAX_VALUE;
  expect(describe([big, big, big, big])).toMatchObject({ sum: Number.POSITIVE_INFINITY, mean: big, variance: 0 });
  expect(describe([big, big, -big, -big])).toMatchObject({ sum: 0, mean: 0, variance: null });
  expect(describe([big, -big, -big, -big])).toMatchObject({ mean: -big / 2, variance: null });
  expect(autocorrelation([big, -big, -big, -big])).toBeNull();
});

test('typed arrays and lists give the same', () => {
  const values = [3.5, -1, 2, 1e-3];
  expect(describe(Float64Array.from(values))).toEqual(describe(values));
});

test('values that are not finite are refused by name', () => {
  expect(() => describe([1, 2, Number.NaN])).toThrow(/^Value 2 is NaN/);
  expect(() => describe([1, Number.POSITIVE_INFINITY])).toThrow(/^Value 1 is Infinity/);
  expect(() => autocorrelation([1, Number.NEGATIVE_INFINITY, 2])).toThrow(/^Value 1 is -Infinity/);
  expect(() => describe([1, Number.NaN])).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});

test('deviations whose squares are beyond the range of doubles have a deviation and no variance', () => {
  const series = [3, 1, 4, 1, 5, 9, 2, 6];
  const { std_dev } = describe(series);
  const far = describe(series.map((x) => x * 1e300));
  expect(far.variance).toBeNull();
  expect(far.std_dev! / 1e300).toBeCloseTo(std_dev!, 12);
  expect(describe([-1.7e308, 1.7e308])).toMatchObject({ mean: 0, variance: null, std_dev: null });
  expect(
    autocorrelation(
      series.map((x) => x * 1e300),
      1,
    ),
  ).toBeNull();
});

group('autocorrelation', () => {
  test('at lag 0 is 1', () => expect(autocorrelation([1, 4, 2, 8], 0)).toBe(1));

  test('is undefined for a constant series and beyond the end of one', () => {
    expect(autocorrelation([])).toBeNull();
    expect(autocorrelation([5])).toBeNull();
    expect(autocorrelation([0.1, 0.1, 0.1])).toBeNull();
    expect(autocorrelation([1, 2, 3], 3)).toBeNull();
    expect(autocorrelation([1, 2, 3], 2)).toBe(-0.5);
  });

  test('does not change under translation and scaling', () => {
    const series = [3, 1, 4, 1, 5, 9, 2, 6];
    for (const lag of [1, 2, 3]) {
      expect(
        autocorrelation(
          series.map((x) => 8 * x + 1024),
          lag,
        ),
      ).toBeCloseTo(autocorrelation(series, lag)!, 14);
    }
  });

  test('refuses a lag that is not a whole number', () => {
    for (const lag of [-1, 0.5, Number.NaN]) expect(() => autocorrelation([1, 2, 3], lag)).toThrow(/^lag is/);
  });
});
