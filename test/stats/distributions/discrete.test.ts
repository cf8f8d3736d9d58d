import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discrete } from './families.ts';
import { relativeError } from './points.ts';

describe.each(discrete)('$name', ({ parameters, pmf, cdf, sf, quantile, quantileUpper, range, refused }) => {
  const masses = (rest: readonly number[]) => {
    const [least, most] = range(...rest);
    return Array.from({ length: most - least + 1 }, (_, i) => ({ k: least + i, mass: pmf(least + i, ...rest) }));
  };

  test('the probabilities sum to 1, and nothing is outside the range', () => {
    fc.assert(
      fc.property(parameters, (rest) => {
        const total = masses(rest).reduce((sum, { mass }) => sum + mass, 0);
        expect(Math.abs(total - 1)).toBeLessThanOrEqual(1e-13);
        const [least, most] = range(...rest);
        for (const k of [least - 1, most + 1, least + 0.5, Number.POSITIVE_INFINITY]) expect(pmf(k, ...rest)).toBe(0);
        expect([cdf(least - 1, ...rest), sf(least - 1, ...rest)]).toEqual([0, 1]);
        expect([cdf(most, ...rest), sf(most, ...rest)]).toEqual([1, 0]);
        expect([cdf(Number.POSITIVE_INFINITY, ...rest), sf(Number.NEGATIVE_INFINITY, ...rest)]).toEqual([1, 1]);
      }),
    );
  });

  test('both tails are the sums of the probabilities on their side, at every place between whole numbers', () => {
    fc.assert(
      fc.property(parameters, fc.double({ min: 0, max: 1, noNaN: true }), (rest, part) => {
        const all = masses(rest);
        const at = all[Math.floor(part * (all.length - 1))]!.k + (part < 0.5 ? 0 : 0.75);
        // Smallest first.
        const total = (side: typeof all) =>
          side
            .map(({ mass }) => mass)
            .sort((a, b) => a - b)
            .reduce((sum, mass) => sum + mass, 0);
        const lower = total(all.filter(({ k }) => k <= at));
        const upper = total(all.filter(({ k }) => k > at));
        if (lower > 1e-290) expect(relativeError(cdf(at, ...rest), lower)).toBeLessThanOrEqual(1e-12);
        if (upper > 1e-290) expect(relativeError(sf(at, ...rest), upper)).toBeLessThanOrEqual(1e-12);
        expect(Math.abs(cdf(at, ...rest) + sf(at, ...rest) - 1)).toBeLessThanOrEqual(2 ** -51);
      }),
    );
  });

  test('a quantile is the first number that reaches the probability', () => {
    fc.assert(
      fc.property(parameters, fc.integer({ min: 1, max: 4095 }), (rest, step) => {
        const p = step / 4096;
        const [least, most] = range(...rest);
        for (const [k, reached] of [
          [quantile(p, ...rest), (at: number) => cdf(at, ...rest) >= p * (1 - 2e-14) - 1e-15],
          [quantileUpper(p, ...rest), (at: number) => sf(at, ...rest) <= p * (1 + 2e-14) + 1e-15],
        ] as const) {
          expect(k).toBeGreaterThanOrEqual(least);
          expect(k).toBeLessThanOrEqual(most);
          expect(reached(k)).toBe(true);
        }
        const before = quantile(p, ...rest) - 1;
        if (before >= least) expect(cdf(before, ...rest)).toBeLessThan(p);
        const beforeUpper = quantileUpper(p, ...rest) - 1;
        if (beforeUpper >= least) expect(sf(beforeUpper, ...rest)).toBeGreaterThan(p);
        expect([quantile(0, ...rest), quantile(1, ...rest)]).toEqual([
          quantileUpper(1, ...rest),
          quantileUpper(0, ...rest),
        ]);
      }),
    );
  });

  test('a quantile undoes the tail it belongs to', () => {
    fc.assert(
      fc.property(parameters, fc.double({ min: 0, max: 1, noNaN: true }), (rest, part) => {
        const all = masses(rest);
        const { k, mass } = all[Math.floor(part * (all.length - 1))]!;
        const [lower, upper] = [cdf(k, ...rest), sf(k, ...rest)];
        // Only where k adds more than the digits that count as equal, and the next one too.
        const next = all[all.findIndex((at) => at.k === k) + 1]?.mass ?? 0;
        if (lower < 1 && mass > 1e-12) {
          expect(quantile(lower, ...rest)).toBe(k);
          if (next > 1e-12 * upper) expect(quantileUpper(upper, ...rest)).toBe(k);
        }
      }),
    );
  });

  test('what is not a number, not a probability or not a parameter is refused', () => {
    const bad = expect.objectContaining({ code: 'invalid_argument' });
    const [good] = fc.sample(parameters, 1) as [number[]];
    for (const f of [pmf, cdf, sf]) {
      expect(() => f(Number.NaN, ...good)).toThrow(bad);
      for (const rest of refused) expect(() => f(0, ...rest)).toThrow(bad);
    }
    for (const f of [quantile, quantileUpper]) {
      for (const p of [-1e-300, 1.0000000000000002, Number.NaN]) expect(() => f(p, ...good)).toThrow(bad);
      for (const rest of refused) expect(() => f(0.5, ...rest)).toThrow(bad);
    }
  });
});
