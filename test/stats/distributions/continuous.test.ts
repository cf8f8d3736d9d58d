import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { continuous, magnitude } from './families.ts';
import { relativeError } from './points.ts';

const HALF_ULP = 2 ** -53;

describe.each(continuous)('$name', (family) => {
  const { parameters, pdf, cdf, sf, logCdf, logSf, quantile, quantileUpper, ends, refused } = family;
  const integrated = family.name === 'noncentral t';
  const runs = { numRuns: integrated ? 10 : 100 };
  const middle = fc.integer({ min: 1, max: 1023 }).map((k) => k / 1024);
  const probability = fc.oneof(middle, magnitude(integrated ? 1e-12 : 1e-290, 1));
  /** Parameters and a value where the probability is. */
  const cases = fc
    .tuple(parameters, probability, fc.boolean())
    .map(([rest, p, upper]) => ({ rest, x: upper ? quantileUpper(p, ...rest) : quantile(p, ...rest) }));

  test('the two tails are probabilities and sum to 1', () => {
    fc.assert(
      fc.property(cases, ({ rest, x }) => {
        const [lower, upper] = [cdf(x, ...rest), sf(x, ...rest)];
        expect(Math.min(lower, upper)).toBeGreaterThanOrEqual(0);
        expect(Math.abs(lower + upper - 1)).toBeLessThanOrEqual(integrated ? 1e-12 : 4 * HALF_ULP);
      }),
      runs,
    );
  });

  test('the lower tail never falls and the upper never rises', () => {
    fc.assert(
      fc.property(cases, magnitude(1e-14, 10), ({ rest, x }, step) => {
        const y = x + Math.abs(x) * step;
        fc.pre(Number.isFinite(y) && y > x);
        expect(cdf(y, ...rest)).toBeGreaterThanOrEqual(cdf(x, ...rest) * (1 - 1e-12));
        expect(sf(y, ...rest)).toBeLessThanOrEqual(sf(x, ...rest) * (1 + 1e-12));
      }),
      runs,
    );
  });

  test('a quantile has the probability it was asked for, in either tail, to what its last digit makes of it', () => {
    fc.assert(
      fc.property(parameters, probability, fc.boolean(), (rest, p, upper) => {
        const x = upper ? quantileUpper(p, ...rest) : quantile(p, ...rest);
        // Where the answer is beyond the doubles, or beside 1 where they end, there is nothing to compare.
        fc.pre(Math.abs(x) > 1e-307 && Math.abs(x) < 1e308 && x !== 1);
        const back = upper ? sf(x, ...rest) : cdf(x, ...rest);
        const lastDigit = ((Math.abs(x) * pdf(x, ...rest)) / back) * HALF_ULP;
        expect(relativeError(back, p)).toBeLessThanOrEqual(2.5 * lastDigit + 1e-12);
      }),
      runs,
    );
  });

  test('the upper quantile is the lower one of what is left', () => {
    fc.assert(
      fc.property(parameters, middle, (rest, p) => {
        const [one, other] = [quantile(p, ...rest), quantileUpper(1 - p, ...rest)];
        expect(relativeError(one, other)).toBeLessThanOrEqual(1e-12);
      }),
      runs,
    );
  });

  test('the density is the slope of the distribution function', () => {
    fc.assert(
      fc.property(parameters, fc.double({ min: 0.02, max: 0.98, noNaN: true }), (rest, p) => {
        const x = quantile(p, ...rest);
        const step = 1e-5 * Math.min(x - quantile(p / 2, ...rest), quantile((1 + p) / 2, ...rest) - x);
        const [from, to] = [x - step, x + step];
        const rounding = (8 * HALF_ULP * Math.max(Math.abs(x), 1e-300)) / step + 1e-15 / (step * pdf(x, ...rest));
        fc.pre(rounding < 1e-3);
        const slope = (cdf(to, ...rest) - cdf(from, ...rest)) / (to - from);
        expect(relativeError(slope, pdf(x, ...rest))).toBeLessThanOrEqual(1e-5 + 10 * rounding);
      }),
      runs,
    );
  });

  test.runIf(logCdf && logSf)('the logs are those of the tails', () => {
    fc.assert(
      fc.property(cases, ({ rest, x }) => {
        const [lower, upper] = [cdf(x, ...rest), sf(x, ...rest)];
        if (lower > 1e-300) expect(Math.abs(logCdf!(x, ...rest) - Math.log(lower))).toBeLessThanOrEqual(1e-12);
        if (upper > 1e-300) expect(Math.abs(logSf!(x, ...rest) - Math.log(upper))).toBeLessThanOrEqual(1e-12);
        expect(logCdf!(x, ...rest)).toBeLessThanOrEqual(0);
        expect(logSf!(x, ...rest)).toBeLessThanOrEqual(0);
      }),
      runs,
    );
  });

  test('the ends have all or nothing below them', () => {
    fc.assert(
      fc.property(parameters, (rest) => {
        const [low, high] = ends;
        expect([cdf(low, ...rest), sf(low, ...rest), cdf(high, ...rest), sf(high, ...rest)]).toEqual([0, 1, 1, 0]);
        expect([quantile(0, ...rest), quantile(1, ...rest)]).toEqual([low, high]);
        expect([quantileUpper(0, ...rest), quantileUpper(1, ...rest)]).toEqual([high, low]);
        if (logCdf && logSf) {
          expect([logCdf(low, ...rest), logSf(high, ...rest)]).toEqual([
            Number.NEGATIVE_INFINITY,
            Number.NEGATIVE_INFINITY,
          ]);
          expect([logCdf(high, ...rest) + 0, logSf(low, ...rest) + 0]).toEqual([0, 0]);
        }
        for (const beyond of [Number.NEGATIVE_INFINITY, low - 1]) {
          expect([pdf(beyond, ...rest), cdf(beyond, ...rest), sf(beyond, ...rest)]).toEqual([0, 0, 1]);
        }
        for (const beyond of [Number.POSITIVE_INFINITY, high + 1]) {
          expect([pdf(beyond, ...rest), cdf(beyond, ...rest), sf(beyond, ...rest)]).toEqual([0, 1, 0]);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('what is not a number, not a probability or not a parameter is refused', () => {
    const bad = expect.objectContaining({ code: 'invalid_argument' });
    const [good] = fc.sample(parameters, 1) as [number[]];
    for (const f of [pdf, cdf, sf, logCdf, logSf]) {
      if (!f) continue;
      expect(() => f(Number.NaN, ...good)).toThrow(bad);
      for (const rest of refused) expect(() => f(0.5, ...rest)).toThrow(bad);
    }
    for (const f of [quantile, quantileUpper]) {
      for (const p of [-1e-300, 1.0000000000000002, Number.NaN]) expect(() => f(p, ...good)).toThrow(bad);
      for (const rest of refused) expect(() => f(0.5, ...rest)).toThrow(bad);
    }
  });
});
