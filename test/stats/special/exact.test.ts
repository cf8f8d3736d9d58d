import fc from 'fast-check';
import { expect, test } from 'vitest';
import { productDifference, productError } from '../../../src/stats/special/exact.ts';

const whole = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });

test('a product and its error are the exact product', () => {
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      const product = a * b;
      expect(BigInt(product) + BigInt(productError(a, b, product))).toBe(BigInt(a) * BigInt(b));
    }),
  );
});

test('a difference of products is the nearest double or its neighbour, however much cancels', () => {
  fc.assert(
    fc.property(whole, whole, whole, fc.integer({ min: -3, max: 3 }), (a, b, c, nudge) => {
      for (const [x, y] of [
        [c, b],
        [a, b + nudge],
        [b + nudge, a],
      ] as const) {
        const exact = Number(BigInt(a) * BigInt(b) - BigInt(x) * BigInt(y));
        expect(Math.abs(productDifference(a, b, x, y) - exact)).toBeLessThanOrEqual(Math.abs(exact) * 2 ** -51);
      }
    }),
  );
});

test('products beyond the doubles are subtracted as they are', () => {
  expect(productDifference(1e300, 1e300, 1, 1)).toBe(Number.POSITIVE_INFINITY);
  expect(productDifference(1, 2, 1e200, 1e200)).toBe(Number.NEGATIVE_INFINITY);
});
