import { describe, expect, test } from 'vitest';
import type { PairedOutcomes, Rate, TestOptions, TestResult, Values } from '../../../src/stats/index.ts';
import * as stats from '../../../src/stats/index.ts';

type Shared = Pick<TestOptions, 'alternative' | 'level'>;

/** Every second value in a cluster of its own kind, so that short lists make one cluster and longer ones two. */
const clusters = (values: Values) => Array.from(values, (_, i) => (i % 4 < 2 ? 'a' : 'b'));
const sameLength = (a: Values, b: Values): [Values, Values] => {
  const n = Math.max(a.length, b.length);
  const filled = (list: Values) => Array.from({ length: n }, (_, i) => list[i] ?? null);
  return [filled(a), filled(b)];
};

const ofValues: Record<string, (a: Values, b: Values, options: Shared) => TestResult> = {
  oneSampleTest: (a, _, options) => stats.oneSampleTest(a, options),
  pairedTest: (a, b, options) => stats.pairedTest(...sameLength(a, b), options),
  welchTest: stats.welchTest,
  studentTest: stats.studentTest,
  clusteredTest: (a, _, options) => stats.clusteredTest(a, clusters(a), options),
  'clusteredTest, CR1': (a, _, options) =>
    stats.clusteredTest(a, clusters(a), { ...options, variance: 'CR1', df: 'clusters' }),
  clusteredDifferenceTest: (a, b, options) => stats.clusteredDifferenceTest(a, clusters(a), b, clusters(b), options),
  mannWhitneyTest: stats.mannWhitneyTest,
  'mannWhitneyTest, approximate': (a, b, options) => stats.mannWhitneyTest(a, b, { ...options, exact: false }),
  signedRankTest: (a, b, options) => stats.signedRankTest(...sameLength(a, b), options),
  'signedRankTest, approximate': (a, b, options) =>
    stats.signedRankTest(...sameLength(a, b), { ...options, exact: false, correction: false }),
  kolmogorovSmirnovTest: (a, b, { alternative = 'two-sided' }) => stats.kolmogorovSmirnovTest(a, b, { alternative }),
  'kolmogorovSmirnovTest, asymptotic': (a, b, { alternative = 'two-sided' }) =>
    stats.kolmogorovSmirnovTest(a, b, { alternative, exact: false }),
  anova: (a, b) => stats.anova([a, b]),
  welchAnova: (a, b) => stats.welchAnova([a, b, [1, 2, 4]]),
  kruskalWallisTest: (a, b) => stats.kruskalWallisTest([a, b]),
  equivalenceTest: (a, b) => stats.equivalenceTest(stats.welchTest(a, b), { margin: 1 }),
  nonInferiorityTest: (a, b) =>
    stats.nonInferiorityTest(stats.pairedTest(...sameLength(a, b)), { margin: 1, better: 'lower' }),
};
const effectsOfValues: Record<string, (a: Values, b: Values) => TestResult> = {
  cohenD: stats.cohenD,
  hedgesG: stats.hedgesG,
  cliffDelta: stats.cliffDelta,
};
const ofRates: Record<string, (a: Rate, b: Rate, options: Shared) => TestResult> = {
  twoProportionsTest: stats.twoProportionsTest,
  rateEquivalenceTest: (a, b) => stats.rateEquivalenceTest(a, b, { margin: 0.1 }),
  rateNonInferiorityTest: (a, b) => stats.rateNonInferiorityTest(a, b, { margin: 0.1, better: 'higher' }),
};
const effectsOfRates: Record<string, (a: Rate, b: Rate) => TestResult> = {
  riskDifference: stats.riskDifference,
  riskRatio: stats.riskRatio,
  oddsRatio: stats.oddsRatio,
};
const ofTables: Record<string, (table: [[number, number], [number, number]], options: Shared) => TestResult> = {
  fisherTest: stats.fisherTest,
  chiSquareIndependenceTest: (table) => stats.chiSquareIndependenceTest(table),
  'chiSquareIndependenceTest, Yates': (table) => stats.chiSquareIndependenceTest(table, { correction: true }),
  chiSquareFitTest: (table) => stats.chiSquareFitTest(table.flat()),
  mcnemarTest: (table, options) => stats.mcnemarTest(asOutcomes(table), options),
  'mcnemarTest, chi-square': (table, options) => stats.mcnemarTest(asOutcomes(table), { ...options, exact: false }),
};

function asOutcomes([[both, lost], [won, neither]]: [[number, number], [number, number]]): PairedOutcomes {
  return { both, first_only: lost, second_only: won, neither };
}

const LISTS: Record<string, Values> = {
  nothing: [],
  'one value': [3],
  'two values': [1, 2],
  'two equal values': [2, 2],
  'equal values': [7, 7, 7, 7, 7, 7],
  'equal values that sum inexactly': [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
  'zeros of both signs': [0, -0, 0, -0],
  'no finite value': [Number.NaN, Number.POSITIVE_INFINITY, null, undefined],
  'a few finite values': [Number.NaN, 1, null, 2, Number.NEGATIVE_INFINITY, 4, 1.5],
  'ordinary values': [1.5, 2.5, -1, 4, 3.25, 0.5, 2],
  'values far below': [-1000, -1001, -1002, -1000.5],
  'values a hair apart': [1e15, 1e15 + 0.125, 1e15 + 0.25],
  'the largest doubles': [1.7e308, -1.7e308, 1.6e308, -1.5e308],
  'the smallest doubles': [5e-324, 0, 1e-323, 5e-324],
  'values whose squares underflow': [1e-200, 3e-200, 2e-200, 5e-200],
  'perfect separation, many': Array.from({ length: 200 }, (_, i) => 1e6 + i),
};
const RATES: Rate[] = [
  { successes: 0, n: 0 },
  { successes: 0, n: 1 },
  { successes: 1, n: 1 },
  { successes: 0, n: 50 },
  { successes: 50, n: 50 },
  { successes: 7, n: 50 },
  { successes: 0.25, n: 0.5 },
  { successes: 1e9, n: 2e9 },
  { successes: 1, n: 1e12 },
];
const COUNTS = [0, 1, 3, 20_000];
const OPTIONS: Shared[] = [{}, { alternative: 'greater', level: 0.9 }, { alternative: 'less', level: 0.999 }];

/** The laws that an answer breaks: collected, because a million expectations take their time. */
function broken(result: TestResult, ordinary: TestResult): string[] {
  const found: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'number' && !Number.isFinite(value)) found.push(`${path} is ${value}`);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
  };
  visit(result, 'result');
  const { p_value: p, ci, estimate, effect_size: effect } = result;
  if (p !== null && !(p > 0 && p <= 1)) found.push(`p is ${p}`);
  for (const [value, ends] of [
    [estimate, ci],
    [effect?.value ?? null, effect?.ci ?? null],
  ] as const) {
    if (ends === null) continue;
    const { low, high } = ends;
    if (low !== null && high !== null && low > high) found.push(`an interval from ${low} to ${high}`);
    if (value === null) continue;
    // The last digits may differ.
    const slack = 1e-9 * (Math.abs(value) + Math.abs((high ?? value) - (low ?? value)));
    if (low !== null && low > value + slack) found.push(`${value} is below its interval, from ${low}`);
    if (high !== null && high < value - slack) found.push(`${value} is above its interval, to ${high}`);
  }
  const lacks = (['estimate', 'p_value', 'statistic', 'ci', 'standard_error'] as const).filter(
    (field) => result[field] === null && ordinary[field] !== null,
  );
  const reasons = result.assumptions.filter((sentence) => !ordinary.assumptions.includes(sentence));
  if (result.assumptions.length === 0) found.push('nothing is assumed');
  if (lacks.length > 0 && reasons.length === 0) found.push(`no reason for null ${lacks.join(', ')}`);
  return found;
}

describe('answers of bad input are finite, ordered, never p = 0, and null only with a reason', () => {
  const ordinary = LISTS['ordinary values']!;
  const ordinarySecond = [2.5, 1, 0, 6.25, 2.125, 4, 9];
  test.each(Object.keys({ ...ofValues, ...effectsOfValues }))('%s', (name) => {
    const run = ofValues[name] ?? effectsOfValues[name]!;
    const sane = run(ordinary, ordinarySecond, {});
    expect(sane.p_value ?? sane.ci).not.toBeNull();
    for (const [firstName, first] of Object.entries(LISTS)) {
      for (const [secondName, second] of Object.entries(LISTS)) {
        for (const options of OPTIONS) {
          const found = broken(run(first, second, options), sane);
          if (found.length > 0)
            expect.fail(
              `${name} of ${firstName} and ${secondName} with ${JSON.stringify(options)}: ${found.join('; ')}`,
            );
        }
      }
    }
  });

  test.each(Object.keys({ ...ofRates, ...effectsOfRates }))('%s', (name) => {
    const run = ofRates[name] ?? effectsOfRates[name]!;
    const sane = run({ successes: 30, n: 70 }, { successes: 42, n: 80 }, {});
    for (const first of RATES) {
      for (const second of RATES) {
        for (const options of OPTIONS) {
          const found = broken(run(first, second, options), sane);
          if (found.length > 0)
            expect.fail(`${name} of ${JSON.stringify([first, second, options])}: ${found.join('; ')}`);
        }
      }
    }
  });

  test.each(Object.keys(ofTables))('%s', (name) => {
    const run = ofTables[name]!;
    const sane = run(
      [
        [30, 40],
        [42, 38],
      ],
      {},
    );
    for (const a of COUNTS) {
      for (const b of COUNTS) {
        for (const c of COUNTS) {
          for (const d of COUNTS) {
            for (const options of OPTIONS) {
              const table: [[number, number], [number, number]] = [
                [a, b],
                [c, d],
              ];
              const found = broken(run(table, options), sane);
              if (found.length > 0)
                expect.fail(`${name} of ${JSON.stringify([a, b, c, d, options])}: ${found.join('; ')}`);
            }
          }
        }
      }
    }
  });
});

test('what is not finite is left out and counted', () => {
  const holes = [1, null, 2, Number.NaN, 4, undefined, 3];
  const whole = [1, 2, 4, 3];
  const { dropped, ...rest } = stats.welchTest(holes, [5, 6, Number.POSITIVE_INFINITY, 9]);
  expect(dropped).toEqual({ not_finite: 4, unpaired: 0 });
  const { dropped: none, ...same } = stats.welchTest(whole, [5, 6, 9]);
  expect(rest).toEqual(same);
  expect(none).toEqual({ not_finite: 0, unpaired: 0 });
  const paired = stats.pairedTest([1, null, 3, Number.NaN, 5], [2, 4, null, null, 9]);
  expect(paired.dropped).toEqual({ not_finite: 4, unpaired: 2 });
  expect(paired.n_pairs).toBe(2);
});

describe('options and shapes that make no sense are refused', () => {
  const refused = (run: () => unknown) =>
    expect(run).toThrow(expect.objectContaining({ code: 'invalid_argument', hint: expect.any(String) }));
  const a = [1, 2, 3];
  const b = [2, 4, 5];

  test.each(Object.keys(ofValues).filter((name) => !/nova|kruskal|equivalence|nonInf|kolmogorov/i.test(name)))(
    '%s',
    (name) => {
      const run = ofValues[name]!;
      for (const options of [
        { level: 0 },
        { level: 1 },
        { level: 95 },
        { level: Number.NaN },
        { level: 0.5, alternative: 'greater' },
        { alternative: 'up' },
      ]) {
        refused(() => run(a, b, options as Shared));
      }
    },
  );

  test('lists', () => {
    refused(() => stats.welchTest('1, 2' as never, b));
    refused(() => stats.welchTest(a, undefined as never));
    refused(() => stats.welchTest(a, { length: 2 } as never));
    refused(() => stats.pairedTest(a, [1, 2]));
    refused(() => stats.anova([a]));
    refused(() => stats.anova('ab' as never));
    refused(() => stats.kruskalWallisTest([]));
    refused(() => stats.oneSampleTest(a, { nullValue: Number.NaN }));
  });

  test('clusters', () => {
    refused(() => stats.clusteredTest(a, ['x', null, 'y']));
    refused(() => stats.clusteredTest(a, ['x', '', 'y']));
    refused(() => stats.clusteredTest(a, [1, Number.NaN, 2]));
    refused(() => stats.clusteredTest(a, ['x', 'y']));
    refused(() => stats.clusteredTest(a, ['x', 'y', 'z'], { variance: 'CR3' as never }));
    refused(() => stats.clusteredTest(a, ['x', 'y', 'z'], { df: 'many' as never }));
  });

  test('counts, rates and tables', () => {
    refused(() => stats.twoProportionsTest({ successes: 3, n: 2 }, { successes: 1, n: 2 }));
    refused(() => stats.riskRatio({ successes: -1, n: 2 }, { successes: 1, n: 2 }));
    refused(() => stats.oddsRatio(null as never, { successes: 1, n: 2 }));
    refused(() => stats.fisherTest([[1, 2]] as never));
    refused(() =>
      stats.fisherTest([
        [1, 2, 3],
        [1, 2, 3],
      ]),
    );
    refused(() =>
      stats.fisherTest([
        [1.5, 2],
        [1, 2],
      ]),
    );
    refused(() => stats.chiSquareIndependenceTest([[1, 2], [1]]));
    refused(() =>
      stats.chiSquareIndependenceTest(
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
        { correction: true },
      ),
    );
    refused(() =>
      stats.chiSquareIndependenceTest([
        [1, -2],
        [1, 2],
      ]),
    );
    refused(() => stats.chiSquareFitTest([1]));
    refused(() => stats.chiSquareFitTest([1, 2], [1, 0]));
    refused(() => stats.chiSquareFitTest([1, 2], [1, 2, 3]));
    refused(() => stats.mcnemarTest({ both: 1, first_only: 2.5, second_only: 1, neither: 0 }));
    refused(() => stats.mcnemarTest({ both: 1, first_only: 2, second_only: 1, neither: 0 }, { correction: true }));
    refused(() => stats.clopperPearsonInterval(3, 2));
    refused(() => stats.jeffreysInterval(1, 2, 1));
  });

  test('margins', () => {
    const result = stats.welchTest(a, b);
    for (const margin of [0, -1, Number.NaN, { low: 1, high: -1 }, { low: 0, high: 0 }, null, 'wide']) {
      refused(() => stats.equivalenceTest(result, { margin: margin as never }));
    }
    const rate = { successes: 5, n: 10 };
    refused(() => stats.rateEquivalenceTest(rate, rate, { margin: 1 }));
    refused(() => stats.nonInferiorityTest(result, { margin: 1, better: 'more' as never }));
    refused(() => stats.nonInferiorityTest(result, { margin: -1, better: 'lower' }));
    refused(() => stats.nonInferiorityTest(result, { margin: { low: -1, high: 1 } as never, better: 'lower' }));
    refused(() => stats.equivalenceTest(result, { margin: 1, level: 0.4 }));
  });

  test('p-values', () => {
    refused(() => stats.adjustPValues([0.1, 1.1]));
    refused(() => stats.adjustPValues([Number.NaN]));
    refused(() => stats.adjustPValues(0.1 as never));
    refused(() => stats.adjustPValues([0.1], 'best' as never));
  });

  test('exact: what would take minutes', () => {
    const many = new Float64Array(10_001).map((_, i) => i);
    refused(() => stats.kolmogorovSmirnovTest(many, many, { exact: true }));
  });
});
