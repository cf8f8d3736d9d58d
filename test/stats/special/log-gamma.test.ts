import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logBeta, logGamma, logGammaRatio } from '../../../src/stats/special/log-gamma.ts';
import { expectPoints, points, relativeError } from '../distributions/points.ts';

test('log Γ and log B are exact to 14 digits, beside the zeros of log Γ too', () => {
  expectPoints(points.log_gamma!, [logGamma], 4e-15);
  expectPoints(points.log_beta!, [logBeta], 4e-15);
  expect([logGamma(1), logGamma(2)]).toEqual([0, 0]);
});

test('Γ(x + 1) = x Γ(x)', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (x) => {
      const [next, here] = [logGamma(x + 1), logGamma(x)];
      expect(Math.abs(next - here - Math.log(x))).toBeLessThanOrEqual(4e-15 * (1 + Math.abs(next) + Math.abs(here)));
    }),
  );
});

test('factorials', () => {
  let factorial = 1;
  for (let n = 1; n <= 22; n++) {
    factorial *= n;
    expect(relativeError(logGamma(n + 1), Math.log(factorial))).toBeLessThanOrEqual(1e-15);
  }
});

test('B(a, b) = B(b, a) = B(a + 1, b) + B(a, b + 1)', () => {
  const shape = fc.double({ min: 0.01, max: 200, noNaN: true });
  fc.assert(
    fc.property(shape, shape, (a, b) => {
      expect(logBeta(a, b)).toBe(logBeta(b, a));
      const share = Math.exp(logBeta(a + 1, b) - logBeta(a, b)) + Math.exp(logBeta(a, b + 1) - logBeta(a, b));
      expect(Math.abs(share - 1)).toBeLessThanOrEqual(1e-12);
    }),
  );
});

test('the ratio keeps its digits however small the step is', () => {
  // log(Γ(a + h) / Γ(a)) → h ψ(a): ψ(1) = −γ, ψ(½) = −γ − 2 log 2, ψ(100) from 40-digit arithmetic.
  const euler = 0.5772156649015329;
  expect(relativeError(logGammaRatio(1, 1e-20), -1e-20 * euler)).toBeLessThanOrEqual(4e-15);
  expect(relativeError(logGammaRatio(0.5, -1e-20), 1e-20 * (euler + 2 * Math.LN2))).toBeLessThanOrEqual(4e-15);
  expect(relativeError(logGammaRatio(100, 1e-20), 1e-20 * 4.600161852738087)).toBeLessThanOrEqual(4e-15);
  expect(relativeError(logGammaRatio(3, 4), Math.log(360))).toBeLessThanOrEqual(4e-15);
});

test('what has no logarithm is refused', () => {
  const bad = expect.objectContaining({ code: 'invalid_argument' });
  for (const x of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => logGamma(x)).toThrow(bad);
    expect(() => logBeta(x, 1)).toThrow(bad);
    expect(() => logBeta(1, x)).toThrow(bad);
  }
});
