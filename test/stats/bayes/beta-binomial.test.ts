import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betaBinomial } from '../../../src/stats/bayes/beta-binomial.ts';
import { logBeta } from '../../../src/stats/special/log-gamma.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });
const flat = { prior: { alpha: 1, beta: 1 } };
const before = { successes: 970, n: 1000 };
const after = { successes: 985, n: 1000 };

describe('mpmath, 25 digits: the finite sum of whole shapes, and quadrature', () => {
  const result = betaBinomial(before, after, flat);

  test('P(B > A) of Beta(971, 31) and Beta(986, 16)', () => {
    expect(result.probability_second_greater).toBeCloseTo(0.987887054084521, 13);
    expect(result.probability_first_greater).toBeCloseTo(1 - 0.987887054084521, 13);
    expect(result.posteriors).toMatchObject([
      { alpha: 971, beta: 31 },
      { alpha: 986, beta: 16 },
    ]);
  });

  test('a probability keeps its digits however small it is', () => {
    const far = betaBinomial({ successes: 600, n: 1000 }, { successes: 300, n: 1000 }, flat);
    expect(far.probability_second_greater / 2.40884029261784e-42).toBeCloseTo(1, 11);
  });

  test('expected loss', () => {
    expect(result.expected_loss[1] / 2.8576431162227e-5).toBeCloseTo(1, 11);
    expect(result.expected_loss[0] / 0.014998636311402).toBeCloseTo(1, 11);
  });

  test('the credible interval of the difference', () => {
    expect(result.ci!.low).toBeCloseTo(0.00196191030726, 10);
    expect(result.ci!.high).toBeCloseTo(0.0285136342292, 10);
  });
});

test('NumPy 2.4.6, 8 million draws: shapes that are not whole and densities without bound', () => {
  const result = betaBinomial({ successes: 0, n: 0 }, { successes: 3, n: 4 });
  expect(result.probability_second_greater).toBeCloseTo(0.64452, 2.8);
  expect(result.expected_loss[0]).toBeCloseTo(0.28466, 2.8);
  expect(result.ci!.low).toBeCloseTo(-0.53542, 2.8);
  expect(result.ci!.high).toBeCloseTo(0.88119, 2.8);
  expect(result.method).toBe('beta-binomial model with the prior Beta(0.5, 0.5)');
});

// mpmath 1.4.1, 25 digits: quadrature over the log odds from -60 to 60, and in closed form beyond.
test.each([
  [0.01, [0, 5], [0, 50], 0.4882482382985372],
  [0.01, [1, 3], [0, 0], 0.5048537636838384],
  [0.02, [3, 3], [0, 3], 7.940622230053371e-6],
  [0.05, [0, 3], [3, 3], 0.999950700996704],
  [0.05, [3, 3], [0, 3], 4.929900329574557e-5],
] as const)('a prior of %d keeps its digits: %j against %j', (shape, [a, m], [b, n], wanted) => {
  const prior = { alpha: shape, beta: shape };
  const found = betaBinomial({ successes: a, n: m }, { successes: b, n }, { prior });
  expect(found.probability_second_greater / wanted).toBeCloseTo(1, 11);
  expect(found.probability_first_greater).toBeCloseTo(1 - wanted, 12);
});

// mpmath: P(Y − X > d) at these ends is 0.025000000000000023 and its complement 0.025000000000000004.
test('so does the interval of a prior of 0.01', () => {
  const { ci } = betaBinomial({ successes: 0, n: 5 }, { successes: 0, n: 50 }, { prior: { alpha: 0.01, beta: 0.01 } });
  expect(ci!.low).toBeCloseTo(-0.01023847671528811, 11);
  expect(ci!.high).toBeCloseTo(0.000853627503194178, 11);
});

test('equal groups are equal for any prior: one half, and an interval with 0 in its middle', () => {
  for (const shape of [0.01, 0.02, 0.05, 0.3]) {
    for (const group of [
      { successes: 0, n: 0 },
      { successes: 3, n: 3 },
      { successes: 0, n: 1000 },
    ]) {
      const found = betaBinomial(group, group, { prior: { alpha: shape, beta: shape } });
      expect(found.probability_second_greater).toBeCloseTo(0.5, 12);
      expect(found.probability_first_greater).toBeCloseTo(0.5, 12);
      expect(found.ci!.low! / found.ci!.high!).toBeCloseTo(-1, 9);
    }
  }
});

const counts = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([n, share]) => ({ n, successes: Math.round(n * share) }));

test('the finite sum of Evan Miller, for whole shapes', () => {
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      const [aA, bA] = [a.successes + 1, a.n - a.successes + 1];
      const [aB, bB] = [b.successes + 1, b.n - b.successes + 1];
      let wanted = 0;
      for (let i = 0; i < aB; i++) {
        wanted += Math.exp(logBeta(aA + i, bA + bB) - Math.log(bB + i) - logBeta(1 + i, bB) - logBeta(aA, bA));
      }
      expect(betaBinomial(a, b, flat).probability_second_greater / wanted).toBeCloseTo(1, 10);
    }),
    { numRuns: 15 },
  );
});

test('either is the greater, the losses differ by the estimate, and exchanging the groups exchanges all', () => {
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      const there = betaBinomial(a, b);
      const back = betaBinomial(b, a);
      expect(there.probability_first_greater + there.probability_second_greater).toBeCloseTo(1, 12);
      expect(there.expected_loss[0] - there.expected_loss[1]).toBeCloseTo(there.estimate!, 12);
      expect(back.probability_first_greater).toBeCloseTo(there.probability_second_greater, 12);
      expect(back.ci!.low).toBeCloseTo(-there.ci!.high!, 7);
      expect(there.ci!.low!).toBeLessThan(there.ci!.high!);
    }),
    { numRuns: 15 },
  );
});

test('many trials do not blunt it', () => {
  const result = betaBinomial({ successes: 99_000, n: 100_000 }, { successes: 99_100, n: 100_000 }, flat);
  // By the normal approximation 0.98940.
  expect(result.probability_second_greater).toBeCloseTo(0.9894, 3);
});

test('what are not counts, priors and levels is refused', () => {
  expect(() => betaBinomial({ successes: 2, n: 1 }, after)).toThrow(bad);
  expect(() => betaBinomial({ successes: Number.NaN, n: 1 }, after)).toThrow(bad);
  expect(() => betaBinomial(before, after, { prior: { alpha: 0, beta: 1 } })).toThrow(bad);
  expect(() => betaBinomial(before, after, { prior: { alpha: 0.001, beta: 1 } })).toThrow(bad);
  expect(() => betaBinomial(before, after, { level: 1 })).toThrow(bad);
});
