import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expRemainder, logRemainder } from '../../../src/stats/special/remainders.ts';
import { expectPoints, points, relativeError } from '../distributions/points.ts';

test('log(1 + x) − x and eˣ − 1 − x are exact to a few units of the last digit', () => {
  expectPoints(points.log_remainder!, [logRemainder], 1e-15);
  expectPoints(points.exp_remainder!, [expRemainder], 1e-15);
  expect([logRemainder(0) + 0, expRemainder(0)]).toEqual([0, 0]);
});

test('each undoes the other: e to the log(1 + x) is 1 + x', () => {
  fc.assert(
    fc.property(fc.double({ min: -0.9, max: 3, noNaN: true }), (x) => {
      fc.pre(Math.abs(x) > 1e-100);
      expect(relativeError(expRemainder(Math.log1p(x)), -logRemainder(x))).toBeLessThanOrEqual(
        // The rounding of log(1 + x) weighs x / remainder times as much.
        1e-15 + (Number.EPSILON * Math.abs(x)) / Math.abs(logRemainder(x)),
      );
    }),
  );
});

test('there is no step where one formula takes over from the next', () => {
  for (const joint of [0.05, 0.4, 0.5, 0.65]) {
    for (const x of [joint, -joint]) {
      for (const f of [logRemainder, expRemainder]) {
        expect(relativeError(f(x * (1 + 1e-15)), f(x * (1 - 1e-15)))).toBeLessThanOrEqual(1e-14);
      }
    }
  }
});
