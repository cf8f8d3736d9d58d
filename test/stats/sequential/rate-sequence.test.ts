import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betaQuantile, betaQuantileUpper } from '../../../src/stats/distributions/beta.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { logMixture } from '../../../src/stats/sequential/beta-mixture.ts';
import {
  pairedRateSequence,
  rateDifferenceSequence,
  rateSequence,
} from '../../../src/stats/sequential/rate-sequence.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });

describe('the mixture in 30-digit arithmetic (mpmath, log-gamma functions, bisection)', () => {
  test.each([
    [0, 100, 0, 0.05702859763877186, 1.399968409247435e-29],
    [50, 100, 0.3382575526457916, 0.6617424473542084, 1],
    [970, 1000, 0.945981658682027, 0.9857206918761301, 1.220400533578691e-241],
    [3, 20, 0.01326932169110961, 0.4752530970767664, 0.02561221832876328],
  ])('%d of %d', (successes, n, low, high, p) => {
    const result = rateSequence({ successes, n }, { nullValue: 0.5 });
    expect(result.ci!.low).toBeCloseTo(low, 13);
    expect(result.ci!.high).toBeCloseTo(high, 13);
    expect(result.p_value! / p).toBeCloseTo(1, 10);
  });

  test.each([
    [970, 1000, 985, 1000, -0.016166123675065, 0.049217586253881, 1],
    [40, 100, 70, 100, 0.020181755730694, 0.5489489005065, 0.015328733702071],
  ])('%d of %d against %d of %d', (s1, n1, s2, n2, low, high, p) => {
    const result = rateDifferenceSequence({ successes: s1, n: n1 }, { successes: s2, n: n2 });
    expect(result.ci!.low).toBeCloseTo(low, 11);
    expect(result.ci!.high).toBeCloseTo(high, 11);
    expect(result.p_value).toBeCloseTo(p, 11);
  });

  test.each([
    [86, 150, 1600, -0.0035138088443785, 0.084720383980225, 0.24444814368487],
    [5, 30, 100, 0.033620890224539, 0.46274330717896, 0.0050619921238682],
  ])('pairs: %d and %d of %d', (first, second, n, low, high, p) => {
    const result = pairedRateSequence({ first_only: first, second_only: second, n });
    expect(result.ci!.low).toBeCloseTo(low, 11);
    expect(result.ci!.high).toBeCloseTo(high, 11);
    expect(result.p_value).toBeCloseTo(p, 11);
    expect(result.n_pairs).toBe(n);
  });
});

const counts = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([n, share]) => ({ n, successes: Math.round(n * share) }));

test('the interval holds the estimate, lies in its range and is wider than that of a single look', () => {
  fc.assert(
    fc.property(counts, ({ n, successes }) => {
      const { ci, estimate } = rateSequence({ successes, n });
      expect(ci!.low).toBeGreaterThanOrEqual(0);
      expect(ci!.high).toBeLessThanOrEqual(1);
      expect(ci!.low!).toBeLessThanOrEqual(estimate!);
      expect(ci!.high!).toBeGreaterThanOrEqual(estimate!);
      const once = [
        betaQuantile(0.025, successes + 0.5, n - successes + 0.5),
        betaQuantileUpper(0.025, successes + 0.5, n - successes + 0.5),
      ] as const;
      if (successes > 0) expect(ci!.low!).toBeLessThan(once[0]);
      if (successes < n) expect(ci!.high!).toBeGreaterThan(once[1]);
    }),
  );
});

test('p is at most alpha just where the interval leaves the null value out', () => {
  fc.assert(
    fc.property(counts, counts, fc.integer({ min: -9, max: 9 }), (first, second, tenths) => {
      const nullValue = tenths / 10;
      const { ci, p_value: p } = rateDifferenceSequence(first, second, { nullValue, level: 0.9 });
      expect(p! < 0.1 - 1e-9).toBe(nullValue < ci!.low! - 1e-9 || nullValue > ci!.high! + 1e-9);
    }),
    { numRuns: 60 },
  );
});

test('exchanging the samples, or successes and failures, turns the interval about', () => {
  fc.assert(
    fc.property(counts, counts, (first, second) => {
      const failed = ({ n, successes }: typeof first) => ({ n, successes: n - successes });
      const there = rateDifferenceSequence(first, second).ci!;
      for (const back of [
        rateDifferenceSequence(second, first),
        rateDifferenceSequence(failed(first), failed(second)),
      ]) {
        expect(back.ci!.low).toBeCloseTo(-there.high!, 9);
        expect(back.ci!.high).toBeCloseTo(-there.low!, 9);
      }
    }),
    { numRuns: 40 },
  );
});

test('fewer than alpha of all series ever leave the truth out, looked at after every trial', () => {
  const stream = randomStream('peeking');
  const [series, trials, alpha] = [400, 500, 0.1];
  for (const rate of [0.5, 0.05]) {
    let excluded = 0;
    for (let i = 0; i < series; i++) {
      let yes = 0;
      for (let n = 1; n <= trials; n++) {
        if (stream.uniform() < rate) yes++;
        if (logMixture({ yes, no: n - yes, prior: [0.5, 0.5] }, rate) < -Math.log(alpha)) continue;
        excluded++;
        break;
      }
    }
    // Two standard errors above alpha; and some do, or nothing was tested.
    expect(excluded / series).toBeLessThan(alpha + 0.03);
    expect(excluded).toBeGreaterThan(0);
  }
});

test('without trials everything is possible; with certain outcomes an end stays at the end', () => {
  expect(rateSequence({ successes: 0, n: 0 })).toMatchObject({ estimate: null, ci: { low: 0, high: 1 } });
  expect(rateDifferenceSequence({ successes: 0, n: 0 }, { successes: 1, n: 2 })).toMatchObject({
    estimate: null,
    p_value: null,
    ci: { low: -1, high: 1 },
  });
  expect(rateSequence({ successes: 9, n: 9 }).ci!.high).toBe(1);
  expect(rateDifferenceSequence({ successes: 0, n: 50 }, { successes: 50, n: 50 }).ci!.high).toBe(1);
  expect(pairedRateSequence({ first_only: 0, second_only: 0, n: 0 })).toMatchObject({ estimate: null, p_value: null });
});

test('a p that underflows is the smallest that is given, not 0', () => {
  expect(rateSequence({ successes: 97e7, n: 1e9 }, { nullValue: 0.5 }).p_value).toBe(1e-300);
});

test('what are not counts, levels or null values is refused', () => {
  expect(() => rateSequence({ successes: 2, n: 1 })).toThrow(bad);
  expect(() => rateSequence({ successes: 0.5, n: 1 })).toThrow(bad);
  expect(() => rateSequence({ successes: Number.NaN, n: 1 })).toThrow(bad);
  expect(() => rateSequence({ successes: 1, n: 1 }, { level: 1 })).toThrow(bad);
  expect(() => rateSequence({ successes: 1, n: 1 }, { nullValue: 0 })).toThrow(bad);
  expect(() => rateDifferenceSequence({ successes: 1, n: 1 }, { successes: 1, n: 1 }, { nullValue: 1 })).toThrow(bad);
  expect(() => pairedRateSequence({ first_only: 2, second_only: 2, n: 3 })).toThrow(bad);
  expect(() => pairedRateSequence({ first_only: -1, second_only: 2, n: 3 })).toThrow(bad);
});
