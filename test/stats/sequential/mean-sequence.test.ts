import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Moments } from '../../../src/stats/moments.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { afterLook } from '../../../src/stats/sequential/looks.ts';
import {
  meanDifferenceSequence,
  meanSequence,
  pairedMeanSequence,
} from '../../../src/stats/sequential/mean-sequence.ts';
import { rateSequence } from '../../../src/stats/sequential/rate-sequence.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });

describe('theorem 2.2 of arXiv 2103.06476, in 30-digit arithmetic (mpmath)', () => {
  test.each([
    [{ count: 400, mean: 0.3, variance: 2.25 }, 1000, 0.2342834318756047, 0.004658356460818726],
    [{ count: 5000, mean: 0.1, variance: 4 }, 5000, 0.08584867437653693, 0.01161403109155493],
  ])('%o', (summary, tunedFor, half, p) => {
    const result = meanSequence(summary, { tunedFor });
    expect(result.ci!.high! - summary.mean).toBeCloseTo(half, 13);
    expect(summary.mean - result.ci!.low!).toBeCloseTo(half, 13);
    expect(result.p_value).toBeCloseTo(p, 13);
  });

  test('two samples', () => {
    const first = { count: 300, mean: 1, variance: 2.25 };
    const second = { count: 400, mean: 1.5, variance: 4 };
    const result = meanDifferenceSequence(first, second);
    expect(result.estimate).toBe(0.5);
    expect(result.ci!.high! - 0.5).toBeCloseTo(0.4031780356681674, 13);
    expect(result.p_value).toBeCloseTo(0.00601745969620927, 13);
    expect(result.n).toEqual([300, 400]);
  });
});

test('values, their moments and, for pairs, their differences are the same sample', () => {
  const stream = randomStream(5);
  const xs = Array.from({ length: 200 }, () => stream.normal(3, 2));
  const ys = xs.map((x) => x + stream.normal(0.2, 1));
  const moments = new Moments();
  for (const x of xs) moments.add(x);
  const direct = meanSequence(xs);
  const summarized = meanSequence({ count: moments.count, mean: moments.mean, variance: moments.variance });
  expect(summarized.ci!.low).toBeCloseTo(direct.ci!.low!, 10);
  const paired = pairedMeanSequence(xs, ys);
  expect(paired.ci!.high).toBeCloseTo(meanSequence(ys.map((y, i) => y - xs[i]!)).ci!.high!, 10);
  expect(paired).toMatchObject({ n: [200, 200], n_pairs: 200 });
});

test('p is at most alpha just where the interval leaves the null value out', () => {
  const summary = fc.record({
    count: fc.integer({ min: 100, max: 100_000 }),
    mean: fc.double({ min: -1, max: 1, noNaN: true }),
    variance: fc.double({ min: 0.01, max: 100, noNaN: true }),
  });
  fc.assert(
    fc.property(summary, fc.constantFrom(0.8, 0.95, 0.99), (sample, level) => {
      const { ci, p_value: p } = meanSequence(sample, { level, tunedFor: 500 });
      fc.pre(Math.abs(p! - (1 - level)) > 1e-9);
      expect(p! < 1 - level).toBe(ci!.low! > 0 || ci!.high! < 0);
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1);
    }),
  );
});

test('no tuning is narrower at the size that is tuned for', () => {
  const sample = { count: 2000, mean: 0, variance: 1 };
  const width = (tunedFor: number) => meanSequence(sample, { tunedFor }).ci!.high!;
  expect(width(2000)).toBeLessThan(width(500));
  expect(width(2000)).toBeLessThan(width(8000));
});

test('there is no answer before the minimum, for equal values or without any', () => {
  const reason = (result: { assumptions: readonly string[] }) => result.assumptions.at(-1);
  const few = meanSequence({ count: 99, mean: 1, variance: 1 });
  expect([few.ci, few.p_value, few.estimate]).toEqual([null, null, 1]);
  expect(reason(few)).toMatch(/needs 100 values/);
  expect(meanSequence({ count: 99, mean: 1, variance: 1 }, { minimumN: 50 }).ci).not.toBe(null);
  expect(reason(meanSequence(Array(200).fill(3)))).toMatch(/equal/);
  expect(reason(meanSequence([]))).toMatch(/needs 100/);
  const uneven = meanDifferenceSequence({ count: 9, mean: 1, variance: 1 }, { count: 500, mean: 1, variance: 1 });
  expect(uneven.ci).toBe(null);
});

test('values that are too skewed for their number are warned of, where values are given', () => {
  const stream = randomStream('skewed');
  const skewed = Array.from({ length: 200 }, () => stream.lognormal(0, 1.5));
  const even = Array.from({ length: 200 }, () => stream.normal());
  const low = (result: { assumptions: readonly string[] }) =>
    result.assumptions.some((text) => text.startsWith('low_'));
  expect(low(meanSequence(skewed))).toBe(true);
  expect(low(meanSequence(even))).toBe(false);
  expect(low(meanDifferenceSequence(even, skewed))).toBe(true);
  expect(low(pairedMeanSequence(even, skewed))).toBe(true);
});

test('values that are not finite are left out and counted', () => {
  expect(meanSequence([1, Number.NaN, null, 2])).toMatchObject({ n: [2], dropped: { not_finite: 2 } });
  expect(pairedMeanSequence([1, 2, null], [3, Number.NaN, 4])).toMatchObject({
    n_pairs: 1,
    dropped: { not_finite: 2, unpaired: 2 },
  });
});

test('what is out of range is refused', () => {
  const sample = { count: 200, mean: 0, variance: 1 };
  for (const options of [{ level: 1 }, { nullValue: Number.NaN }, { tunedFor: 0 }, { minimumN: 1 }]) {
    expect(() => meanSequence(sample, options)).toThrow(bad);
  }
  expect(() => meanSequence({ count: 1.5, mean: 0, variance: 1 })).toThrow(bad);
  expect(() => meanSequence({ count: 3, mean: Number.NaN, variance: 1 })).toThrow(bad);
  expect(() => meanSequence({ count: 3, mean: 1, variance: -1 })).toThrow(bad);
  expect(() => pairedMeanSequence([1], [1, 2])).toThrow(bad);
});

describe('looks', () => {
  const looks = [
    { successes: 5, n: 10 },
    { successes: 30, n: 40 },
    { successes: 60, n: 100 },
  ].map((counts) => rateSequence(counts, { nullValue: 0.5 }));

  test('together keep the smallest p and what no interval excludes', () => {
    const all = looks.reduce<ReturnType<typeof afterLook> | null>((before, look) => afterLook(before, look), null)!;
    expect(all.p_value).toBe(Math.min(...looks.map((look) => look.p_value!)));
    expect(all.ci!.low).toBe(Math.max(...looks.map((look) => look.ci!.low!)));
    expect(all.ci!.high).toBe(Math.min(...looks.map((look) => look.ci!.high!)));
    expect(all.estimate).toBe(0.6);
  });

  test('that contradict each other leave no interval, then and later', () => {
    const before = rateSequence({ successes: 0, n: 1000 });
    const after = afterLook(before, rateSequence({ successes: 900, n: 1000 }));
    expect(after.ci).toBe(null);
    expect(after.assumptions.at(-1)).toMatch(/contradict/);
    expect(afterLook(after, rateSequence({ successes: 900, n: 1001 })).ci).toBe(null);
  });

  test('without an answer change nothing', () => {
    const none = meanSequence([1, 2]);
    const some = meanSequence({ count: 200, mean: 0.5, variance: 1 });
    expect(afterLook(none, some).ci).toEqual(some.ci);
    expect(afterLook(some, none)).toMatchObject({ ci: some.ci, p_value: some.p_value });
  });
});
