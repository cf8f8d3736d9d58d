import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rootBetween } from '../../../src/stats/special/root.ts';

test('finds where a function changes sign, to the last digits', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -50, max: 50, noNaN: true }),
      fc.double({ min: 0.1, max: 30, noNaN: true }),
      (root, reach) => {
        for (const f of [
          (x: number) => Math.sinh((x - root) / 10),
          (x: number) => root ** 3 - x ** 3,
          (x: number) => Math.sign(x - root) * Math.sqrt(Math.abs(x - root)),
        ]) {
          const found = rootBetween(f, root - reach, root + 2 * reach);
          expect(f(found - 1e-12 * (1 + Math.abs(root))) > 0).not.toBe(f(found + 1e-12 * (1 + Math.abs(root))) > 0);
        }
      },
    ),
  );
});

test('a step, and a function that is infinite at its ends, have roots as well', () => {
  expect(rootBetween((x) => (x < 0.3 ? -1 : 1), 0, 1)).toBeCloseTo(0.3, 14);
  expect(rootBetween((x) => 1 / x - 3 / (1 - x), 0, 1)).toBeCloseTo(0.25, 14);
  expect(rootBetween((x) => x, 0, 1)).toBe(0);
  expect(rootBetween((x) => x - 1, 0, 1)).toBe(1);
});

test('it takes few steps where the function is smooth', () => {
  let steps = 0;
  rootBetween((x) => Math.exp(x) - 2 + steps++ * 0, -3, 4);
  expect(steps).toBeLessThan(16);
});
