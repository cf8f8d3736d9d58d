import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oddsRatio, riskRatio } from '../../../src/stats/effect-size/rates.ts';
import { clusteredTest } from '../../../src/stats/inference/clustered-t.ts';
import {
  equivalenceTest,
  nonInferiorityTest,
  rateEquivalenceTest,
  rateNonInferiorityTest,
} from '../../../src/stats/inference/equivalence.ts';
import { pairedTest } from '../../../src/stats/inference/one-sample-t.ts';
import { rateDifferenceScore } from '../../../src/stats/inference/rate-difference-score.ts';
import { welchTest } from '../../../src/stats/inference/two-sample-t.ts';
import { expectNear } from './near.ts';

const a = [12.1, 11.4, 13.2, 12.8, 11.9, 12.5, 12.2];
const b = [12.4, 11.6, 13, 13.1, 12.3, 12.4, 12];
const rate = fc
  .integer({ min: 2, max: 400 })
  .chain((n) => fc.record({ successes: fc.integer({ min: 0, max: n }), n: fc.constant(n) }));

test('each of the two tests is a one-sided t-test against its end of the margin', () => {
  const result = equivalenceTest(welchTest(a, b), { margin: { low: -0.6, high: 0.8 } });
  const low = welchTest(a, b, { nullValue: -0.6, alternative: 'greater' });
  const high = welchTest(a, b, { nullValue: 0.8, alternative: 'less' });
  expectNear([result.p_low, result.p_high], [low.p_value!, high.p_value!]);
  expect(result.p_value).toBe(Math.max(result.p_low!, result.p_high!));
  expect(result.alternative).toBe('two-sided');
});

test('p is below 1 − level when, and only when, the interval lies within the margin', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: 0.01, max: 2, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      (estimate, error, df) => {
        const margin = { low: -1, high: 1.25 };
        const { ci, p_value, within_margin } = equivalenceTest({ estimate, standard_error: error, df }, { margin });
        const inside = ci!.low! > margin.low && ci!.high! < margin.high;
        // At the very edge rounding decides.
        fc.pre(Math.abs(p_value! - 0.05) > 1e-9);
        expect(within_margin).toBe(inside);
        expect(ci!.level).toBe(0.9);
      },
    ),
  );
});

test('pairs and clusters bring their own errors and degrees of freedom', () => {
  const paired = pairedTest(a, b);
  const result = equivalenceTest(paired, { margin: 0.5 });
  expect(result).toMatchObject({ estimate: paired.estimate, standard_error: paired.standard_error, df: 6, n_pairs: 7 });
  const clustered = clusteredTest(
    a.map((x, i) => b[i]! - x),
    [1, 1, 2, 2, 3, 4, 4],
  );
  expect(equivalenceTest(clustered, { margin: 0.5 })).toMatchObject({ n_clusters: 4, df: clustered.df });
  expect(equivalenceTest(clustered, { margin: 0.5 }).assumptions).toEqual(clustered.assumptions);
});

test('an estimate from elsewhere without degrees of freedom is normal', () => {
  // R 4.2: pnorm(-2.5), pnorm(-7.5)
  const { p_low, p_high } = equivalenceTest({ estimate: 0.5, standard_error: 0.2, df: null }, { margin: 1 });
  expectNear([p_high, p_low], [0.006209665325776132, 3.190891672910892e-14]);
});

test('what cannot be tested is null with a reason', () => {
  const nothing = equivalenceTest(welchTest([1], [2, 3]), { margin: 1 });
  expect(nothing).toMatchObject({ p_value: null, within_margin: null, p_low: null, p_high: null, ci: null });
  expect(nothing.assumptions.length).toBeGreaterThan(1);
  expect(equivalenceTest({ estimate: 0, standard_error: 0, df: 4 }, { margin: 1 }).within_margin).toBeNull();
  expect(equivalenceTest({ estimate: 0, standard_error: 1, df: [1, 4] }, { margin: 1 }).within_margin).toBeNull();
});

test('non-inferiority looks at one end, the one that is worse', () => {
  const result = welchTest(a, b);
  const higher = nonInferiorityTest(result, { margin: 0.6, better: 'higher' });
  const lower = nonInferiorityTest(result, { margin: 0.6, better: 'lower' });
  expect(higher).toMatchObject({
    alternative: 'greater',
    margin: { low: -0.6, high: null },
    p_high: null,
    ci: { high: null, level: 0.95 },
  });
  expect(lower).toMatchObject({
    alternative: 'less',
    margin: { low: null, high: 0.6 },
    p_low: null,
    ci: { low: null },
  });
  expectNear([higher.p_value], [welchTest(a, b, { nullValue: -0.6, alternative: 'greater' }).p_value!]);
  expect(higher.within_margin).toBe(higher.ci!.low! > -0.6);
});

test('the score interval of two rates ends where the score test is at its level', () => {
  fc.assert(
    fc.property(rate, rate, (first, second) => {
      const { ci } = rateEquivalenceTest(first, second, { margin: 0.2 });
      for (const [end, z] of [
        [ci!.low!, 1.6448536269514722],
        [ci!.high!, -1.6448536269514722],
      ] as const) {
        if (Math.abs(end) > 1 - 1e-9) continue;
        expect(rateDifferenceScore(first, second, end)).toBeCloseTo(z, 6);
      }
    }),
  );
});

test('without a difference the score test is the one that pools the rates', () => {
  fc.assert(
    fc.property(rate, rate, (first, second) => {
      const pooled = (first.successes + second.successes) / (first.n + second.n);
      fc.pre(pooled > 0 && pooled < 1);
      const error = Math.sqrt(pooled * (1 - pooled) * (1 / first.n + 1 / second.n));
      const difference = second.successes / second.n - first.successes / first.n;
      expect(rateDifferenceScore(first, second, 0)).toBeCloseTo(difference / error, 8);
    }),
  );
});

test('rates: p is below 1 − level when the interval lies within the margin, and groups may change places', () => {
  fc.assert(
    fc.property(rate, rate, (first, second) => {
      const forth = rateEquivalenceTest(first, second, { margin: 0.15 });
      const back = rateEquivalenceTest(second, first, { margin: 0.15 });
      expectNear([back.p_low, back.p_high], [forth.p_high!, forth.p_low!], 1e-6);
      fc.pre(Math.abs(forth.p_value! - 0.05) > 1e-7);
      expect(forth.within_margin).toBe(forth.ci!.low! > -0.15 && forth.ci!.high! < 0.15);
      const { p_value } = rateNonInferiorityTest(first, second, { margin: 0.15, better: 'higher' });
      expect(p_value).toBe(forth.p_low);
    }),
  );
});

test('a ratio, whose error is that of its logarithm, is refused; its logarithm is not', () => {
  const refused = expect.objectContaining({ code: 'invalid_argument', hint: expect.stringContaining('logarithm') });
  const [a, b] = [
    { successes: 50, n: 100 },
    { successes: 52, n: 100 },
  ];
  for (const result of [riskRatio(a, b), oddsRatio(a, b)]) {
    expect(() => equivalenceTest(result, { margin: 0.2 })).toThrow(refused);
    expect(() => nonInferiorityTest(result, { margin: 0.2, better: 'higher' })).toThrow(refused);
    const { estimate, standard_error } = result;
    const found = equivalenceTest({ estimate: Math.log(estimate!), standard_error, df: null }, { margin: 1 });
    expect(found.within_margin).toBe(true);
  }
});
