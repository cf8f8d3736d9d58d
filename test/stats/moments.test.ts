import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describe as describeBatch } from '../../src/stats/describe.ts';
import { Moments } from '../../src/stats/moments.ts';
import { digits, nistSets } from './nist.ts';

// Nothing so small that its square is subnormal and has digits to lose.
const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => (Math.abs(x) < 1e-9 ? 0 : x));
const numbers = fc.array(number, { minLength: 1, maxLength: 200 });

function moments(values: readonly number[]): Moments {
  const result = new Moments();
  for (const x of values) result.add(x);
  return result;
}

function merged(parts: readonly Moments[]): Moments {
  const whole = new Moments();
  for (const part of parts) whole.merge(part);
  return whole;
}

/** Equal to 1e-12 of the size of what went in. */
function expectSame(a: Moments, b: Moments): void {
  const size = Math.max(Math.abs(a.min ?? 0), Math.abs(a.max ?? 0));
  expect([a.count, a.min, a.max]).toEqual([b.count, b.min, b.max]);
  expect(Math.abs(a.sum - b.sum)).toBeLessThanOrEqual(1e-12 * size * a.count);
  expect(Math.abs((a.mean ?? 0) - (b.mean ?? 0))).toBeLessThanOrEqual(1e-12 * size);
  expect(Math.abs((a.variance ?? 0) - (b.variance ?? 0))).toBeLessThanOrEqual(1e-12 * size * size);
  expect(a.variance === null).toBe(b.variance === null);
}

describe.each(nistSets)('NIST $name', ({ values, exact, exact_for_doubles, ceiling }) => {
  test('a stream reaches the digits that doubles allow', () => {
    const { mean, standardDeviation } = moments(values);
    for (const [i, result] of [mean, standardDeviation].entries()) {
      expect(digits(result, exact[i]!)).toBeGreaterThanOrEqual(Math.min(ceiling[i]!, 14) - 0.3);
      expect(digits(result, exact_for_doubles[i]!)).toBeGreaterThanOrEqual(14);
    }
  });

  test('eight merged parts keep at least 9.8 digits', () => {
    const size = Math.ceil(values.length / 8);
    const parts = Array.from({ length: 8 }, (_, i) => moments(values.slice(i * size, (i + 1) * size)));
    const { mean, standardDeviation } = merged(parts);
    expect(digits(mean, exact_for_doubles[0]!)).toBeGreaterThanOrEqual(14);
    expect(digits(standardDeviation, exact_for_doubles[1]!)).toBeGreaterThanOrEqual(9.8);
  });
});

test('a stream gives what the batch gives', () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const stream = moments(values);
      const batch = describeBatch(values);
      const size = Math.max(...values.map(Math.abs));
      expect([stream.count, stream.min, stream.max]).toEqual([batch.count, batch.min, batch.max]);
      expect(Math.abs(stream.sum - batch.sum)).toBeLessThanOrEqual(1e-15 * size * values.length);
      expect(Math.abs(stream.mean! - batch.mean!)).toBeLessThanOrEqual(1e-15 * size);
      expect(Math.abs((stream.variance ?? 0) - (batch.variance ?? 0))).toBeLessThanOrEqual(1e-13 * size * size);
    }),
  );
});

test('the merge of parts equals the whole, in any order', () => {
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 6 }), (groups) => {
      const whole = moments(groups.flat());
      expectSame(merged(groups.map(moments)), whole);
      expectSame(merged(groups.map(moments).reverse()), whole);
    }),
  );
});

test('nothing merged in changes nothing, and merging leaves the other as it was', () => {
  const one = moments([1, 2, 4]);
  one.merge(new Moments());
  expectSame(one, moments([1, 2, 4]));
  const other = moments([8, 16]);
  one.merge(other);
  expectSame(other, moments([8, 16]));
  one.merge(one);
  expectSame(one, moments([1, 2, 4, 8, 16, 1, 2, 4, 8, 16]));
});

test('the order of the values does not matter', () => {
  fc.assert(
    fc.property(numbers, (values) => {
      expectSame(moments([...values].reverse()), moments(values));
      expectSame(moments([...values].sort((a, b) => a - b)), moments(values));
    }),
  );
});

test('scaling by a power of two scales exactly', () => {
  fc.assert(
    fc.property(
      fc.array(number, { minLength: 2, maxLength: 200 }),
      fc.integer({ min: -60, max: 60 }),
      (values, exponent) => {
        const one = moments(values);
        const other = moments(values.map((x) => x * 2 ** exponent));
        expect([other.mean, other.sum]).toEqual([one.mean! * 2 ** exponent, one.sum * 2 ** exponent]);
        expect(other.variance).toBe(one.variance! * 4 ** exponent);
      },
    ),
  );
});

test('a common offset moves the mean and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 50 }), (values) => {
      const offset = 2 ** 50;
      const one = moments(values);
      const other = moments(values.map((x) => x + offset));
      expect(other.variance).toBe(one.variance);
      expect(Math.abs(other.mean! - offset - one.mean!)).toBeLessThanOrEqual(0.25); // one unit in the last place
    }),
  );
});

test('equal values have exactly their value as mean and no variance, merged too', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }),
      fc.integer({ min: 2, max: 50 }),
      (x, n) => {
        const one = moments(new Array(n).fill(x));
        expect([one.mean! + 0, one.variance, one.standardDeviation]).toEqual([x + 0, 0, 0]);
        const both = merged([one, one]);
        expect([both.mean! + 0, both.variance]).toEqual([x + 0, 0]);
      },
    ),
  );
});

test('what too few values leave undefined is null', () => {
  const none = new Moments();
  expect([none.count, none.sum]).toEqual([0, 0]);
  expect([none.mean, none.variance, none.standardDeviation, none.min, none.max]).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
  const one = moments([4]);
  expect([one.mean, one.variance, one.standardDeviation, one.min, one.max]).toEqual([4, null, null, 4, 4]);
});

test('a sum beyond the range of doubles leaves the mean in it', () => {
  const big = moments([1e308, 1.5e308, 1.7e308]);
  expect(big.sum).toBe(Number.POSITIVE_INFINITY);
  expect(big.mean).toBeCloseTo(1.4e308, -294);
});

test('a value that is not finite cannot hide', () => {
  expect(moments([1, Number.NaN, 2]).mean).toBeNaN();
  expect(moments([1, Number.POSITIVE_INFINITY, 2]).max).toBe(Number.POSITIVE_INFINITY);
  expect(moments([1, Number.POSITIVE_INFINITY, 2]).sum).toBe(Number.POSITIVE_INFINITY);
});
