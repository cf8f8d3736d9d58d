import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalQuantileUpper } from '../../../src/stats/distributions/normal.ts';
import type { Design } from '../../../src/stats/planning/design.ts';
import { minimumDetectableEffect, power, sampleSize } from '../../../src/stats/planning/plan.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });
const means: Design = { kind: 'means', sd: 1 };
const paired: Design = { kind: 'paired_means', sd: 1 };

describe('R 4.2.2', () => {
  test('power.t.test', () => {
    // uniroot stops near the root: its n has nine digits.
    expect(sampleSize(means, 0.5).n_exact).toBeCloseTo(63.765763714273874, 6);
    expect(power(means, 20, 1).power).toBeCloseTo(0.86895280169249778, 11);
    expect(sampleSize(paired, 0.5, { power: 0.9 }).n_exact).toBeCloseTo(43.995524705743279, 3);
  });

  test('power.prop.test', () => {
    expect(sampleSize({ kind: 'proportions', baseline: 0.5 }, 0.25, { power: 0.9 }).n_exact).toBeCloseTo(76.7069301, 4);
    expect(sampleSize({ kind: 'proportions', baseline: 0.9 }, 0.05).n_exact).toBeCloseTo(434.43202277020839, 6);
  });
});

describe('the smallest effect on both sides', () => {
  // R 4.2.2: uniroot(function(x) power.prop.test(n = 300, p1 = .9, p2 = x)$power - .8, …, tol = 1e-14).
  test.each([
    [300, 0.9, 0.0585314745634693, -0.0791115422104328],
    [120, 0.2, 0.161753082537432, -0.124111633772267],
  ])('of %d samples with the rate %d', (n, baseline, rise, fall) => {
    const plan = minimumDetectableEffect({ kind: 'proportions', baseline }, n);
    expect(plan.effect).toBeCloseTo(rise, 10);
    expect(plan.opposite_effect).toBeCloseTo(fall, 10);
    expect(plan.power).toBeCloseTo(0.8, 10);
  });

  test('may be a fall alone where a rate is near 1', () => {
    // No rise: power.prop.test(n = 100, p1 = .97, p2 = .99999)$power is 0.414.
    const plan = minimumDetectableEffect({ kind: 'proportions', baseline: 0.97 }, 100);
    expect(plan.effect).toBeNull();
    expect(plan.opposite_effect).toBeCloseTo(-0.109779272805251, 10);
    expect(plan.power).toBeNull();
    expect(plan.assumptions.at(-1)).toMatch(/No effect upwards/);
    const mirrored = minimumDetectableEffect({ kind: 'proportions', baseline: 0.03 }, 100);
    expect(mirrored.effect).toBeCloseTo(0.109779272805251, 10);
    expect(mirrored.opposite_effect).toBeNull();
    expect(mirrored.assumptions.at(-1)).toMatch(/No effect downwards/);
  });

  test('is the same of means, and is not told where the question has one side or names its effect', () => {
    const plan = minimumDetectableEffect(means, 50);
    expect(plan.opposite_effect).toBeCloseTo(-plan.effect!, 12);
    for (const alternative of ['greater', 'less'] as const) {
      expect(minimumDetectableEffect(means, 50, { alternative }).opposite_effect).toBeNull();
    }
    expect(power(means, 50, 1).opposite_effect).toBeNull();
    expect(sampleSize(means, 1).opposite_effect).toBeNull();
  });
});

test('statsmodels 0.15.0, one-sided', () => {
  const greater = { alternative: 'greater' as const };
  expect(sampleSize(means, 0.3, { ...greater, power: 0.9 }).n_exact).toBeCloseTo(190.98793180621956, 6);
  expect(sampleSize(paired, 0.3, { ...greater, alpha: 0.01, power: 0.95 }).n_exact).toBeCloseTo(177.94800159764935, 6);
  expect(minimumDetectableEffect(means, 50, greater).effect).toBeCloseTo(0.5007641052602384, 8);
});

test("Miller's formula for K repeats (arXiv 2411.00640), but for the two samples that t costs over z", () => {
  const z = normalQuantileUpper(0.025) + normalQuantileUpper(0.2);
  fc.assert(
    fc.property(
      fc.tuple(fc.double({ min: 0, max: 1 }), fc.double({ min: 0.1, max: 1 }), fc.double({ min: 0.1, max: 1 })),
      fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
      fc.double({ min: 0.02, max: 0.1 }),
      ([between, a, b], [ka, kb], effect) => {
        fc.pre([between, a, b, effect].every(Number.isFinite));
        const variance = between ** 2 + a ** 2 / ka + b ** 2 / kb;
        const miller = (z ** 2 * variance) / effect ** 2;
        fc.pre(miller > 20);
        const plan = sampleSize({ kind: 'paired_means', sd: { between, within: [a, b], repeats: [ka, kb] } }, effect);
        expect(plan.n_exact! - miller).toBeGreaterThan(1.8);
        expect(plan.n_exact! - miller).toBeLessThan(2.3);
      },
    ),
  );
});

test("Connor's formula for pairs of proportions", () => {
  const [discordant, effect] = [0.2, 0.08];
  const wanted =
    ((normalQuantileUpper(0.025) * Math.sqrt(discordant) +
      normalQuantileUpper(0.2) * Math.sqrt(discordant - effect ** 2)) /
      effect) **
    2;
  expect(sampleSize({ kind: 'paired_proportions', discordant }, effect).n_exact).toBeCloseTo(wanted, 8);
});

describe('clusters', () => {
  test('multiply the variance by 1 + (m − 1)·ICC', () => {
    const cluster = { icc: 0.05, size: 21 };
    const plan = sampleSize({ kind: 'proportions', baseline: 0.5, cluster }, 0.1);
    expect(plan.design_effect).toBeCloseTo(2, 14);
    expect(plan.n_exact! / sampleSize({ kind: 'proportions', baseline: 0.5 }, 0.1).n_exact!).toBeCloseTo(2, 10);
    expect(plan.n![0]! % 21).toBe(0);
    expect(plan.n_clusters).toEqual([plan.n![0]! / 21, plan.n![0]! / 21]);
  });

  test('of one sample are no clusters', () => {
    const cluster = { icc: 0.5, size: 1 };
    expect(sampleSize({ ...means, cluster }, 0.4).n_exact).toBe(sampleSize(means, 0.4).n_exact);
  });

  test('whose members are all alike count as one sample each', () => {
    const cluster = { icc: 1, size: 8 };
    const plan = sampleSize({ ...paired, cluster }, 0.4);
    expect(plan.n_exact! / 8).toBeCloseTo(sampleSize(paired, 0.4).n_exact!, 8);
  });

  test('of unequal size count for more', () => {
    const plan = power({ ...paired, cluster: { icc: 0.1, size: 10, sizeVariation: 0.5 } }, 500, 0.2);
    expect(plan.design_effect).toBeCloseTo(1 + (12.5 - 1) * 0.1, 14);
  });
});

const designs = fc.oneof(
  fc.constant<Design>(means),
  fc.constant<Design>({ kind: 'means', sd: [1, 3], ratio: 2 }),
  fc.constant<Design>({ kind: 'means', sd: 1, cluster: { icc: 0.1, size: 5 } }),
  fc.constant<Design>(paired),
  fc.constant<Design>({ kind: 'proportions', baseline: 0.3, ratio: 0.5 }),
  fc.constant<Design>({ kind: 'paired_proportions', discordant: 0.4 }),
);
const effects = fc.integer({ min: 5, max: 39 }).map((k) => k / 100);
const alternatives = fc.constantFrom('two-sided' as const, 'greater' as const);

test('the three questions are one: each undoes the others', () => {
  fc.assert(
    fc.property(
      designs,
      effects,
      alternatives,
      fc.constantFrom(0.5, 0.8, 0.99),
      (design, effect, alternative, wanted) => {
        const plan = sampleSize(design, effect, { power: wanted, alternative });
        expect(plan.power).toBeGreaterThanOrEqual(wanted - 1e-9);
        const [n] = plan.n!;
        expect(power(design, n!, effect, { alternative }).power).toBeCloseTo(plan.power!, 10);
        const back = minimumDetectableEffect(design, n!, { power: plan.power!, alternative });
        expect(back.effect).toBeCloseTo(effect, 6);
        const fewer = n! - (design.cluster?.size ?? 1);
        if (fewer > 40) expect(power(design, fewer, effect, { alternative }).power).toBeLessThan(wanted);
      },
    ),
    { numRuns: 40 },
  );
});

test('the other direction is the same plan', () => {
  expect(sampleSize(means, -0.5).n).toEqual(sampleSize(means, 0.5).n);
  expect(sampleSize(means, -0.5, { alternative: 'less' }).n).toEqual(
    sampleSize(means, 0.5, { alternative: 'greater' }).n,
  );
  expect(minimumDetectableEffect(means, 50, { alternative: 'less' }).effect).toBeCloseTo(-0.5007641052602384, 8);
});

test('a ratio gives the second group its share', () => {
  const plan = sampleSize({ kind: 'means', sd: 1, ratio: 3 }, 0.5);
  expect(plan.n![1]).toBe(Math.ceil(plan.n_exact! * 3) + (plan.n![0]! * 3 - Math.ceil(plan.n_exact! * 3)));
});

test('extreme scales answer at once', () => {
  expect(power(means, 1e6, 1e6).power).toBe(1);
  expect(minimumDetectableEffect({ kind: 'means', sd: 1e-100 }, 50).effect! * 1e100).toBeCloseTo(
    minimumDetectableEffect(means, 50).effect!,
    10,
  );
  expect(sampleSize({ kind: 'means', sd: 1e-9 }, 1).n).toEqual([2, 2]);
});

test('what cannot be planned is null, with the reason', () => {
  const endless = sampleSize(means, 1e-9);
  expect([endless.n, endless.power]).toEqual([null, null]);
  expect(endless.assumptions.at(-1)).toMatch(/10\^15/);
  const hopeless = minimumDetectableEffect({ kind: 'proportions', baseline: 0.9 }, 10);
  expect([hopeless.effect, hopeless.power]).toEqual([null, null]);
  expect(hopeless.assumptions.at(-1)).toMatch(/No effect/);
});

test.each<[string, () => unknown]>([
  ['an effect of 0', () => sampleSize(means, 0)],
  ['NaN', () => sampleSize(means, Number.NaN)],
  ['a rate above 1', () => sampleSize({ kind: 'proportions', baseline: 0.9 }, 0.2)],
  ['more than the discordant pairs', () => power({ kind: 'paired_proportions', discordant: 0.1 }, 100, 0.2)],
  ['an effect against the alternative', () => power(means, 10, -1, { alternative: 'greater' })],
  ['one sample in a group', () => power(means, 1, 1)],
  ['one cluster in a group', () => power({ ...means, cluster: { icc: 0.1, size: 10 } }, 19, 1)],
  ['a power of alpha', () => sampleSize(means, 1, { power: 0.05 })],
  ['a power of 1', () => sampleSize(means, 1, { power: 1 })],
  ['an alpha of 0', () => power(means, 10, 1, { alpha: 0 })],
  ['a spread of 0', () => power({ kind: 'means', sd: 0 }, 10, 1)],
  [
    'repeats of no spread',
    () => power({ kind: 'paired_means', sd: { between: 0, within: [0, 0], repeats: [1, 1] } }, 9, 1),
  ],
  ['no repeats', () => power({ kind: 'paired_means', sd: { between: 1, within: [1, 1], repeats: [0, 1] } }, 9, 1)],
  ['an ICC above 1', () => power({ ...means, cluster: { icc: 1.1, size: 2 } }, 10, 1)],
  ['clusters of half a sample', () => power({ ...means, cluster: { icc: 0.1, size: 0.5 } }, 10, 1)],
  ['a rate of 1', () => power({ kind: 'proportions', baseline: 1 }, 10, -0.1)],
  ['another design', () => power({ kind: 'medians' } as unknown as Design, 10, 1)],
])('refused: %s', (_, call) => {
  expect(call).toThrow(bad);
});
