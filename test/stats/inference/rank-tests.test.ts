import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cliffDelta } from '../../../src/stats/effect-size/cliff-delta.ts';
import { kolmogorovSf } from '../../../src/stats/inference/kolmogorov-distribution.ts';
import { kolmogorovSmirnovTest } from '../../../src/stats/inference/kolmogorov-smirnov.ts';
import { kruskalWallisTest } from '../../../src/stats/inference/kruskal-wallis.ts';
import { mannWhitneyTest } from '../../../src/stats/inference/mann-whitney.ts';
import { signedRankTest } from '../../../src/stats/inference/signed-rank.ts';
import { expectNear } from './near.ts';

const ALTERNATIVES = ['two-sided', 'greater', 'less'] as const;
/** At 0.3, 0.5, 0.799, 0.8, 1, 1.36, 2 and 5. */
const KOLMOGOROV = [
  0.9999906941986654, 0.9639452436648751, 0.5457702918380127, 0.5441424115741982, 0.2699996716773545,
  0.04948587675537791, 0.0006709252557796953, 3.8574996959278356e-22,
];
type Direction = (typeof ALTERNATIVES)[number];

const tied = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });
const distinct = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 12 });

/** Every way to choose `k` of the places 0, …, n − 1. */
function* choices(n: number, k: number, from = 0): Generator<number[]> {
  if (k === 0) yield [];
  else for (let i = from; i <= n - k; i++) for (const rest of choices(n, k - 1, i + 1)) yield [i, ...rest];
}

/** The share of all ways to deal the values out again whose statistic is at least as extreme as the observed one. */
function byEnumeration(
  first: readonly number[],
  second: readonly number[],
  statistic: (first: readonly number[], second: readonly number[]) => number,
): number {
  const all = [...first, ...second];
  const observed = statistic(first, second);
  let [reached, total] = [0, 0];
  for (const chosen of choices(all.length, first.length)) {
    const a = chosen.map((i) => all[i]!);
    const b = all.filter((_, i) => !chosen.includes(i));
    total++;
    if (statistic(a, b) >= observed - 1e-9) reached++;
  }
  return reached / total;
}

const wins = (first: readonly number[], second: readonly number[]) =>
  second.flatMap((b) => first.map((a) => (Math.sign(b - a) + 1) / 2)).reduce((sum, win) => sum + win, 0);

/** The largest distance between the distribution functions, as the definition has it. */
function distance(first: readonly number[], second: readonly number[], alternative: Direction): number {
  const share = (list: readonly number[], x: number) => list.filter((value) => value <= x).length / list.length;
  const gaps = [...first, ...second].map((x) => share(first, x) - share(second, x));
  if (alternative === 'two-sided') return Math.max(...gaps.map(Math.abs));
  return Math.max(0, ...gaps.map((gap) => (alternative === 'greater' ? gap : -gap)));
}

describe('Kolmogorov–Smirnov', () => {
  test('the exact p-value counts all orders, ties included', () => {
    fc.assert(
      fc.property(tied, tied, fc.constantFrom(...ALTERNATIVES), (a, b, alternative) => {
        const { statistic, p_value } = kolmogorovSmirnovTest(a, b, { alternative });
        expect(statistic).toBeCloseTo(distance(a, b, alternative), 12);
        expect(p_value).toBeCloseTo(
          byEnumeration(a, b, (x, y) => distance(x, y, alternative)),
          12,
        );
      }),
      { numRuns: 60 },
    );
  });

  test('greater means that the second group tends to larger values', () => {
    const a = [1, 2, 3, 4, 5];
    const b = [6, 7, 8, 9, 10];
    // One order of C(10, 5) = 252.
    expectNear([kolmogorovSmirnovTest(a, b, { alternative: 'greater' }).p_value], [1 / 252]);
    expect(kolmogorovSmirnovTest(a, b, { alternative: 'less' }).p_value).toBe(1);
  });

  test('Kolmogorov’s distribution has its published values and its two series meet', () => {
    // mpmath 1.4, 30 digits: the sum of 2 (−1)^(k − 1) exp(−2 k² x²).
    expectNear([0.3, 0.5, 0.799, 0.8, 1, 1.36, 2, 5].map(kolmogorovSf), KOLMOGOROV, 1e-13);
  });

  test('a tiny exact p-value keeps its digits', () => {
    const a = Array.from({ length: 60 }, (_, i) => i);
    const b = a.map((x) => x + 100);
    // 2 / C(120, 60), in whole numbers.
    let ways = 1n;
    for (let i = 1n; i <= 60n; i++) ways = (ways * (60n + i)) / i;
    expectNear([kolmogorovSmirnovTest(a, b).p_value], [2 / Number(ways)]);
  });
});

describe('Mann–Whitney', () => {
  test('the exact p-value counts all orders', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 9 }), fc.nat(), (values, cut) => {
        const m = 1 + (cut % (values.length - 1));
        const [a, b] = [values.slice(0, m), values.slice(m)];
        const greater = byEnumeration(a, b, wins);
        const less = byEnumeration(a, b, (x, y) => -wins(x, y));
        expectNear(
          ALTERNATIVES.map((alternative) => mannWhitneyTest(a, b, { alternative }).p_value),
          [Math.min(2 * Math.min(greater, less), 1), greater, less],
          1e-10,
        );
      }),
      { numRuns: 60 },
    );
  });

  test('statistic, estimate and effect size are what all pairs of values say', () => {
    fc.assert(
      fc.property(tied, tied, (a, b) => {
        const { statistic, estimate, effect_size } = mannWhitneyTest(a, b);
        expect(statistic).toBe(wins(a, b));
        const sorted = b.flatMap((y) => a.map((x) => y - x)).sort((x, y) => x - y);
        const half = sorted.length / 2;
        expect(estimate).toBeCloseTo((sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2, 12);
        expect(effect_size!.value).toBeCloseTo((2 * wins(a, b)) / (a.length * b.length) - 1, 12);
      }),
    );
  });

  test('the exact interval holds the shifts that the test does not reject', () => {
    fc.assert(
      fc.property(distinct, distinct, fc.constantFrom(0.8, 0.9, 0.95), (a, wholes, level) => {
        const b = wholes.map((x) => x + 0.5);
        const { ci } = mannWhitneyTest(a, b, { level });
        if (ci!.low === null || ci!.high === null) return;
        // Beside the ends there are no ties between the groups, so that the test is exact.
        const p = (shift: number) =>
          mannWhitneyTest(
            a,
            b.map((x) => x - shift),
          ).p_value!;
        expect(p(ci!.low + 1e-3)).toBeGreaterThan(1 - level - 1e-12);
        expect(p(ci!.high - 1e-3)).toBeGreaterThan(1 - level - 1e-12);
        expect(p(ci!.low - 1e-3)).toBeLessThanOrEqual(1 - level + 1e-12);
        expect(p(ci!.high + 1e-3)).toBeLessThanOrEqual(1 - level + 1e-12);
      }),
    );
  });

  test('the approximation nears the exact p-value and interval', () => {
    const a = Array.from({ length: 49 }, (_, i) => (i * 37) % 101);
    const b = Array.from({ length: 45 }, (_, i) => ((i * 53) % 103) + 10.5);
    const exact = mannWhitneyTest(a, b);
    const rough = mannWhitneyTest(a, b, { exact: false });
    expect(exact.method).toContain('exact');
    expectNear([rough.p_value], [exact.p_value!], 0.02);
    expect(Math.abs(rough.ci!.low! - exact.ci!.low!)).toBeLessThanOrEqual(1);
    expect(Math.abs(rough.ci!.high! - exact.ci!.high!)).toBeLessThanOrEqual(1);
  });

  test('a large sample has its estimate without all pairs', () => {
    const a = Float64Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 50_021);
    const b = a.map((x) => x + 123.5);
    const result = mannWhitneyTest(a, b);
    expect(result.estimate).toBeCloseTo(123.5, 9);
    expect(result.ci!.low).toBeLessThan(123.5);
    expect(result.ci!.high).toBeGreaterThan(123.5);
  });

  test('few values bound nothing, and ties are said', () => {
    const few = mannWhitneyTest([1, 2], [3, 4]);
    expect(few.ci).toMatchObject({ low: null, high: null });
    expect(few.assumptions.join(' ')).toContain('unbounded');
    expect(mannWhitneyTest([1, 2, 2], [2, 3], { exact: true }).assumptions.join(' ')).toContain('No exact p-value');
  });
});

describe('signed ranks', () => {
  test('the exact p-value counts all signs', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 9 }),
        fc.nat(),
        (sizes, signs) => {
          const shifts = sizes.map((size, i) => (signs & (1 << i) ? size : -size));
          const ranks = sizes.map((size) => sizes.filter((other) => other <= size).length);
          const v = ranks.reduce((sum, rank, i) => sum + (shifts[i]! > 0 ? rank : 0), 0);
          let [greater, less] = [0, 0];
          for (let flips = 0; flips < 2 ** sizes.length; flips++) {
            const other = ranks.reduce((sum, rank, i) => sum + (flips & (1 << i) ? rank : 0), 0);
            if (other >= v) greater++;
            if (other <= v) less++;
          }
          const all = 2 ** sizes.length;
          const zeros = sizes.map(() => 0);
          expect(signedRankTest(zeros, shifts).statistic).toBe(v);
          expectNear(
            ALTERNATIVES.map((alternative) => signedRankTest(zeros, shifts, { alternative }).p_value),
            [Math.min((2 * Math.min(greater, less)) / all, 1), greater / all, less / all],
          );
        },
      ),
    );
  });

  test('the estimate is the median of the Walsh averages', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: -20, max: 20 }).filter((d) => d !== 0),
          { minLength: 1, maxLength: 15 },
        ),
        (shifts) => {
          const averages = shifts.flatMap((x, i) => shifts.slice(i).map((y) => (x + y) / 2)).sort((x, y) => x - y);
          const half = averages.length / 2;
          const result = signedRankTest(
            shifts.map(() => 0),
            shifts,
          );
          expect(result.estimate).toBeCloseTo((averages[Math.floor(half)]! + averages[Math.ceil(half) - 1]!) / 2, 12);
        },
      ),
    );
  });

  test('zeros are left out and counted', () => {
    const result = signedRankTest([1, 2, 3, 4, 5], [1, 3, 5, 9, 5]);
    expect(result.statistic).toBe(6);
    expect(result.assumptions.join(' ')).toContain('2 differences are equal to the null value');
  });

  test('a null value moves the estimate by nothing and the statistic as a shift would', () => {
    const a = [1, 4, 2, 8, 5, 7];
    const b = [3, 7.5, 3.2, 12, 4, 9.9];
    const moved = signedRankTest(
      a,
      b.map((x) => x - 0.75),
    );
    const against = signedRankTest(a, b, { nullValue: 0.75 });
    expect(against.statistic).toBe(moved.statistic);
    expectNear([against.estimate, against.ci!.low], [moved.estimate! + 0.75, moved.ci!.low! + 0.75]);
  });
});

describe('Kruskal–Wallis and Cliff', () => {
  test('of two groups H is the square of the uncorrected z of the rank sum', () => {
    fc.assert(
      fc.property(tied, tied, (a, b) => {
        const h = kruskalWallisTest([a, b]);
        const z = mannWhitneyTest(a, b, { exact: false, correction: false });
        if (h.p_value === null) expect(z.p_value).toBeNull();
        else expectNear([h.p_value], [z.p_value!], 1e-9);
      }),
    );
  });

  test('delta mirrors when the groups change places, and stays within −1 and 1', () => {
    fc.assert(
      fc.property(distinct, distinct, (a, b) => {
        const forth = cliffDelta(a, b);
        const back = cliffDelta(b, a);
        expect(back.estimate).toBeCloseTo(-forth.estimate!, 12);
        expect(back.ci === null).toBe(forth.ci === null);
        if (forth.ci === null) return;
        expect(back.ci!.low).toBeCloseTo(-forth.ci.high!, 9);
        expect(forth.ci.low).toBeGreaterThanOrEqual(-1);
        expect(forth.ci.high).toBeLessThanOrEqual(1);
      }),
    );
  });
});
