import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clopperPearsonInterval } from '../../../src/stats/clopper-pearson.ts';
import { betaCdf } from '../../../src/stats/distributions/beta.ts';
import { binomialCdf, binomialPmf, binomialSf } from '../../../src/stats/distributions/binomial.ts';
import { hypergeometricPmf } from '../../../src/stats/distributions/hypergeometric.ts';
import { oddsRatio, riskDifference, riskRatio } from '../../../src/stats/effect-size/rates.ts';
import { chiSquareFitTest, chiSquareIndependenceTest } from '../../../src/stats/inference/chi-square-tests.ts';
import { fisherTest } from '../../../src/stats/inference/fisher-exact.ts';
import { mcnemarTest } from '../../../src/stats/inference/mcnemar.ts';
import { twoProportionsTest } from '../../../src/stats/inference/two-proportions.ts';
import { jeffreysInterval } from '../../../src/stats/jeffreys.ts';
import { expectNear } from './near.ts';

const rate = fc
  .integer({ min: 1, max: 500 })
  .chain((n) => fc.record({ successes: fc.integer({ min: 0, max: n }), n: fc.constant(n) }));
const small = fc.integer({ min: 0, max: 12 });

describe('intervals of one rate', () => {
  test('Clopper and Pearson end where a binomial tail is half of what is left', () => {
    fc.assert(
      fc.property(rate, fc.constantFrom(0.8, 0.95, 0.999), ({ successes, n }, level) => {
        const { low, high } = clopperPearsonInterval(successes, n, level)!;
        if (successes === 0) expect(low).toBe(0);
        else expectNear([binomialSf(successes - 1, n, low)], [(1 - level) / 2], 1e-9);
        if (successes === n) expect(high).toBe(1);
        else expectNear([binomialCdf(successes, n, high)], [(1 - level) / 2], 1e-9);
      }),
    );
  });

  test('Clopper and Pearson never cover with less than their level', () => {
    for (const [n, p] of [
      [50, 0.98],
      [30, 0.4],
      [12, 0.07],
    ] as const) {
      let covered = 0;
      for (let k = 0; k <= n; k++) {
        const { low, high } = clopperPearsonInterval(k, n)!;
        if (low <= p && p <= high) covered += binomialPmf(k, n, p);
      }
      expect(covered).toBeGreaterThanOrEqual(0.95);
    }
  });

  // By a program in Python that adds up the outcomes whose interval, by Newcombe's textbook formulas, holds the difference.
  test.each([
    [30, 0.5, 30, 0.7, 0.9499982953637132],
    [50, 0.9, 50, 0.8, 0.9574031713350442],
    [200, 0.85, 50, 0.6, 0.9492733700733085],
    [50, 0.98, 50, 0.98, 0.9976172990278043],
    [50, 0.98, 50, 0.9, 0.975115951990037],
  ])(
    'Newcombe covers the difference of %d trials at %d and %d at %d with the exact probability',
    (n, p, m, r, expected) => {
      let covered = 0;
      for (let a = 0; a <= n; a++) {
        for (let b = 0; b <= m; b++) {
          const { low, high } = twoProportionsTest({ successes: a, n }, { successes: b, n: m }).ci!;
          if (low! <= r - p && r - p <= high!) covered += binomialPmf(a, n, p) * binomialPmf(b, m, r);
        }
      }
      expect(covered).toBeCloseTo(expected, 9);
    },
  );

  test.each([
    [[0.6, 0.1, 0.2, 0.1], 0.9561369686461443],
    [[0.9, 0.02, 0.06, 0.02], 0.9870076579581992],
  ] as const)('Newcombe covers the difference of 50 pairs with the exact probability, %j', (chances, expected) => {
    const n = 50;
    const [same, differ] = [chances[0] + chances[3], chances[1] + chances[2]];
    let covered = 0;
    for (let agreed = 0; agreed <= n; agreed++) {
      for (let both = 0; both <= agreed; both++) {
        for (let won = 0; won <= n - agreed; won++) {
          const counts = { both, first_only: n - agreed - won, second_only: won, neither: agreed - both };
          const chance =
            binomialPmf(agreed, n, same) *
            binomialPmf(both, agreed, chances[0] / same) *
            binomialPmf(won, n - agreed, chances[2] / differ);
          if (chance < 1e-13) continue;
          const { low, high } = mcnemarTest(counts).ci!;
          const truth = chances[2] - chances[1];
          if (low! <= truth && truth <= high!) covered += chance;
        }
      }
    }
    expect(covered).toBeCloseTo(expected, 7);
  });

  test('Jeffreys leaves half of the rest of Beta(s + ½, f + ½) at each end, but where nothing failed or succeeded', () => {
    fc.assert(
      fc.property(rate, ({ successes, n }) => {
        const { low, high } = jeffreysInterval(successes, n, 0.9)!;
        if (successes === 0) expect(low).toBe(0);
        else expectNear([betaCdf(low, successes + 0.5, n - successes + 0.5)], [0.05], 1e-9);
        if (successes === n) expect(high).toBe(1);
        else expectNear([betaCdf(high, successes + 0.5, n - successes + 0.5)], [0.95], 1e-9);
      }),
    );
  });

  test('of nothing there is none', () => {
    expect(clopperPearsonInterval(0, 0)).toBeNull();
    expect(jeffreysInterval(0, 0)).toBeNull();
  });
});

describe('two rates', () => {
  // Newcombe (1998), Statistics in Medicine 17, 873–890, table II: the examples by method 10, to the digits printed there.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [10, 10, 0, 10, 0.6075, 1],
    [10, 10, 0, 20, 0.6791, 1],
  ])('%i of %i and %i of %i have the published interval', (a, m, b, n, low, high) => {
    const { ci } = riskDifference({ successes: b, n }, { successes: a, n: m });
    expect(ci!.low).toBeCloseTo(low, 4);
    expect(ci!.high).toBeCloseTo(high, 4);
  });

  test('z squared is Pearson’s chi-square', () => {
    fc.assert(
      fc.property(rate, rate, (a, b) => {
        const { statistic, p_value } = twoProportionsTest(a, b);
        const chi = chiSquareIndependenceTest([
          [a.successes, a.n - a.successes],
          [b.successes, b.n - b.successes],
        ]);
        expect(p_value === null).toBe(chi.p_value === null);
        if (p_value === null || chi.statistic! < 1e-12) return;
        expectNear([statistic! ** 2, p_value], [chi.statistic!, chi.p_value!], 1e-9);
      }),
    );
  });

  test('the interval of the difference mirrors and stays within −1 and 1', () => {
    fc.assert(
      fc.property(rate, rate, (a, b) => {
        const forth = twoProportionsTest(a, b).ci!;
        const back = twoProportionsTest(b, a).ci!;
        expect(back.low).toBeCloseTo(-forth.high!, 12);
        expect(forth.low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(forth.high).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  test('ratios mirror on the log scale, and a zero gets ½', () => {
    fc.assert(
      fc.property(rate, rate, (a, b) => {
        for (const ratio of [riskRatio, oddsRatio]) {
          const forth = ratio(a, b);
          const back = ratio(b, a);
          expect(forth.estimate === null).toBe(back.estimate === null);
          expect(forth.ci === null).toBe(back.ci === null);
          if (forth.estimate === null || forth.ci === null) continue;
          expectNear([1 / back.estimate!, 1 / back.ci!.high!], [forth.estimate, forth.ci!.low!], 1e-9);
        }
      }),
    );
    const zero = oddsRatio({ successes: 0, n: 10 }, { successes: 4, n: 10 });
    expectNear([zero.estimate], [(4.5 / 6.5) * (10.5 / 0.5)]);
    expect(zero.assumptions.join(' ')).toContain('½');
    expectNear([riskRatio({ successes: 0, n: 10 }, { successes: 4, n: 20 }).estimate], [4.5 / 20.5 / (0.5 / 10.5)]);
  });
});

test.each([1, 5, 50])('the risk ratio of %i successes of as many has no interval, and says why', (n) => {
  const all = riskRatio({ successes: n, n }, { successes: n, n });
  expect(all).toMatchObject({ estimate: 1, standard_error: null, ci: null });
  expect(all.assumptions.at(-1)).toContain('No trial failed');
  expect(riskRatio({ successes: n, n }, { successes: n, n: n + 1 }).ci!.low).toBeLessThan(1);
});

describe('Fisher', () => {
  test('large counts take no time beyond their standard deviation (SciPy 1.17.1), larger ones are refused', () => {
    const { p_value, estimate } = fisherTest([
      [1_000_000, 1_002_000],
      [1_000_000, 1_000_000],
    ]);
    expect(p_value! / 0.31791558593739494).toBeCloseTo(1, 8);
    expect(estimate).toBeCloseTo(1_000_000 / 1_002_000, 8);
    const refused = expect.objectContaining({
      code: 'invalid_argument',
      hint: expect.stringContaining('chiSquareIndependenceTest'),
    });
    for (const n of [1e9, 1e15]) {
      const table = [
        [n, n],
        [n, n],
      ];
      expect(() => fisherTest(table)).toThrow(refused);
    }
  });

  test('the p-value adds up the tables that are no more likely', () => {
    fc.assert(
      fc.property(small, small, small, small, (a, b, c, d) => {
        const at = (k: number) => hypergeometricPmf(k, a + b + c + d, a + c, a + b);
        const all = Array.from({ length: a + b + 1 }, (_, k) => k);
        const total = (keep: (k: number) => boolean) => all.filter(keep).reduce((sum, k) => sum + at(k), 0);
        const table = [
          [a, b],
          [c, d],
        ];
        expectNear(
          [
            fisherTest(table).p_value,
            fisherTest(table, { alternative: 'greater' }).p_value,
            fisherTest(table, { alternative: 'less' }).p_value,
          ],
          [total((k) => at(k) <= at(a) * (1 + 1e-7)), total((k) => k >= a), total((k) => k <= a)],
          1e-11,
        );
      }),
    );
  });

  // mpmath 1.4, 30 digits: the roots of the conditional mean and of both tails.
  test.each([
    [3, 1, 1, 3, 6.408319658199674, 0.21173559544657858, 626.243530588814],
    [8, 2, 1, 5, 15.465819716920986, 1.0088492079476903, 1059.6394950862816],
  ])('the odds ratio of %i, %i, %i, %i is the conditional one', (a, b, c, d, estimate, low, high) => {
    const result = fisherTest([
      [a, b],
      [c, d],
    ]);
    expectNear([result.estimate, result.ci!.low, result.ci!.high], [estimate, low, high], 1e-11);
  });

  test('an empty cell leaves one end, and an empty row no odds ratio', () => {
    const most = fisherTest([
      [5, 0],
      [2, 6],
    ]);
    expect(most).toMatchObject({ estimate: null, ci: { low: expect.any(Number), high: null } });
    const least = fisherTest([
      [0, 5],
      [6, 2],
    ]);
    expect(least).toMatchObject({ estimate: 0, ci: { low: 0, high: expect.any(Number) } });
    expectNear([least.ci!.high], [1 / most.ci!.low!], 1e-9);
    const none = fisherTest([
      [0, 0],
      [6, 2],
    ]);
    expect(none).toMatchObject({ estimate: null, ci: null, p_value: 1 });
  });

  test('large tables keep the digits of a small p-value', () => {
    // mpmath, 40 digits: both tails, by binomial coefficients.
    const result = fisherTest([
      [9000, 1000],
      [8000, 2000],
    ]);
    expectNear([result.p_value], [1.6353479003648084e-88], 1e-10);
  });
});

describe('chi-square', () => {
  test('shares need not sum to 1, and are all alike by default', () => {
    expect(chiSquareFitTest([10, 20, 30], [1, 2, 3]).statistic).toBe(0);
    expect(chiSquareFitTest([10, 20], [0.5, 0.5])).toEqual(chiSquareFitTest([10, 20]));
  });

  test('Yates takes at most the whole deviation', () => {
    const table = [
      [10, 10],
      [11, 10],
    ];
    expect(chiSquareIndependenceTest(table, { correction: true }).statistic).toBe(0);
    expect(chiSquareIndependenceTest(table).statistic).toBeGreaterThan(0);
  });

  test('few expected counts are said', () => {
    expect(chiSquareFitTest([3, 4]).assumptions.join(' ')).toContain('below 5');
  });
});

describe('paired rates', () => {
  test('the test sees the pairs that differ only, the interval all of them', () => {
    const few = mcnemarTest({ both: 0, first_only: 3, second_only: 12, neither: 0 });
    const many = mcnemarTest({ both: 500, first_only: 3, second_only: 12, neither: 100 });
    expect(many.p_value).toBe(few.p_value);
    expectNear([few.p_value], [2 * binomialCdf(3, 15, 0.5)]);
    expect(many.estimate).toBeCloseTo(9 / 615, 12);
    expect(many.ci!.low).toBeGreaterThan(0);
  });

  // Method 10 of Newcombe (1998), Statistics in Medicine 17, 2635–2650, evaluated apart in Python.
  test.each([
    [20, 12, 2, 16, 0.056156424841748404, 0.3292069954001405],
    [36, 14, 0, 0, 0.1528395178558573, 0.4166512369595655],
    [0, 29, 1, 24, 0.3557365792830673, 0.6477198006421859],
  ])('%i, %i, %i, %i has the interval of the paper’s formulas', (both, won, lost, neither, low, high) => {
    const { ci } = mcnemarTest({ both, first_only: lost, second_only: won, neither });
    expectNear([ci!.low, ci!.high], [low, high]);
  });

  test('trials that change places mirror', () => {
    fc.assert(
      fc.property(small, small, small, small, (both, lost, won, neither) => {
        const forth = mcnemarTest({ both, first_only: lost, second_only: won, neither });
        const back = mcnemarTest({ both, first_only: won, second_only: lost, neither });
        expect(back.p_value).toBe(forth.p_value);
        if (forth.ci === null) return;
        expect(back.ci!.low).toBeCloseTo(-forth.ci.high!, 12);
      }),
    );
  });
});
