import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noncentralTCdf, noncentralTSf } from '../../../src/stats/distributions/noncentral-t.ts';
import { cohenD, hedgesFactor, hedgesG } from '../../../src/stats/effect-size/cohen-d.ts';
import { noncentralityInterval } from '../../../src/stats/effect-size/noncentral-interval.ts';
import { pairedTest } from '../../../src/stats/inference/one-sample-t.ts';
import { studentTest } from '../../../src/stats/inference/two-sample-t.ts';
import { expectNear } from '../inference/near.ts';

const list = fc
  .array(fc.integer({ min: -40, max: 40 }), { minLength: 3, maxLength: 20 })
  .filter((values) => new Set(values).size > 1);

test('d is Student’s t over √(n₁ n₂ / (n₁ + n₂))', () => {
  fc.assert(
    fc.property(list, list, (a, b) => {
      const t = studentTest(a, b).statistic!;
      const d = cohenD(a, b).estimate!;
      expect(d).toBeCloseTo(t / Math.sqrt((a.length * b.length) / (a.length + b.length)), 9);
      expect(hedgesG(a, b).estimate).toBeCloseTo(d * hedgesFactor(a.length + b.length - 2), 12);
    }),
  );
});

test('the unit of measurement does not matter, and groups that change places mirror', () => {
  fc.assert(
    fc.property(list, list, (a, b) => {
      const d = cohenD(a, b);
      const scaled = cohenD(
        a.map((x) => 1024 * x),
        b.map((x) => 1024 * x),
      );
      expect(scaled.estimate).toBe(d.estimate);
      const back = cohenD(b, a);
      expect(back.estimate).toBeCloseTo(-d.estimate!, 12);
      expect(back.ci!.low).toBeCloseTo(-d.ci!.high!, 8);
    }),
  );
});

// mpmath 1.4, 40 digits.
test('the factor is that of the gamma functions', () => {
  expectNear(
    [2, 3, 10, 100, 1e6].map(hedgesFactor),
    [0.5641895835477563, 0.7236012545582676, 0.9227456080530871, 0.9924780549814448, 0.9999992499997813],
    1e-14,
  );
});

test('at the ends of the interval of a noncentrality t is as far out as the level says', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -60, max: 60, noNaN: true }),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(0.05, 0.025, 0.005),
      (t, df, tail) => {
        const { low, high } = noncentralityInterval(t, df, tail);
        expectNear([noncentralTSf(t, df, low), noncentralTCdf(t, df, high)], [tail, tail], 1e-8);
      },
    ),
    { numRuns: 60 },
  );
});

test('the large-t form joins the search', () => {
  for (const df of [3, 20, 500]) {
    const inside = noncentralityInterval(199.99 * Math.sqrt(df), df, 0.025);
    const outside = noncentralityInterval(200.01 * Math.sqrt(df), df, 0.025);
    expectNear([outside.low / inside.low, outside.high / inside.high], [200.01 / 199.99, 200.01 / 199.99], 1e-7);
  }
});

test('of pairs it is the mean difference over its deviation', () => {
  const { effect_size } = pairedTest([1, 2, 3, 4], [2, 4, 4, 8]);
  // Differences 1, 2, 1, 4: mean 2, deviation √2.
  expect(effect_size!.name).toBe('cohen_d');
  expect(effect_size!.value).toBeCloseTo(Math.SQRT2, 12);
});
