import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betaCdf, betaPdf, betaQuantile, betaQuantileUpper, betaSf } from '../../../src/stats/distributions/beta.ts';
import { binomialCdf, binomialPmf, binomialSf } from '../../../src/stats/distributions/binomial.ts';
import { chiSquareQuantileUpper, chiSquareSf } from '../../../src/stats/distributions/chi-square.ts';
import { fCdf, fPdf, fQuantile, fQuantileUpper, fSf } from '../../../src/stats/distributions/f.ts';
import { gammaCdf, gammaPdf, gammaQuantileUpper, gammaSf } from '../../../src/stats/distributions/gamma.ts';
import {
  hypergeometricCdf,
  hypergeometricPmf,
  hypergeometricSf,
} from '../../../src/stats/distributions/hypergeometric.ts';
import {
  noncentralTCdf,
  noncentralTPdf,
  noncentralTQuantileUpper,
  noncentralTSf,
} from '../../../src/stats/distributions/noncentral-t.ts';
import { normalCdf, normalQuantileUpper, normalSf } from '../../../src/stats/distributions/normal.ts';
import {
  studentTCdf,
  studentTPdf,
  studentTQuantile,
  studentTQuantileUpper,
  studentTSf,
} from '../../../src/stats/distributions/student-t.ts';
import { magnitude } from './families.ts';
import { relativeError } from './points.ts';

const runs = { numRuns: 200 };
const shape = fc.oneof(magnitude(0.05, 1e6), fc.integer({ min: 1, max: 100 }));
/** Fractions whose complement is exact. */
const fraction = fc.integer({ min: 1, max: 2 ** 20 - 1 }).map((k) => k / 2 ** 20);

function expectSame(value: number, wanted: number, tolerance: number = 1e-12): void {
  if (Math.max(value, wanted) < 1e-300) return;
  expect(relativeError(value, wanted)).toBeLessThanOrEqual(tolerance);
}

describe('beta', () => {
  test('I_x(a, b) and I_{1−x}(b, a) are complements', () => {
    fc.assert(
      fc.property(fraction, shape, shape, (x, a, b) => {
        expectSame(betaCdf(x, a, b), betaSf(1 - x, b, a));
        expect(Math.abs(betaCdf(x, a, b) + betaCdf(1 - x, b, a) - 1)).toBeLessThanOrEqual(2 ** -51);
      }),
      runs,
    );
  });

  test('with a shape of 1 it is a power', () => {
    fc.assert(
      fc.property(fraction, magnitude(1e-8, 1e6), (x, a) => {
        const log = a * Math.log(x);
        expectSame(betaCdf(x, a, 1), Math.exp(log));
        expectSame(betaSf(x, a, 1), -Math.expm1(log));
      }),
      runs,
    );
  });

  test('I_x(a, b) = x I_x(a − 1, b) + (1 − x) I_x(a, b − 1)', () => {
    fc.assert(
      fc.property(fraction, magnitude(1.01, 1e5), magnitude(1.01, 1e5), (x, a, b) => {
        const [left, right] = [x * betaCdf(x, a - 1, b), (1 - x) * betaCdf(x, a, b - 1)];
        expectSame(left + right, betaCdf(x, a, b));
      }),
      runs,
    );
  });

  test('shapes near 0 put half of the mass beside each end, and both tails keep their digits', () => {
    // For a, b → 0 the lower tail at x is b / (a + b) (1 + a log(x / (1 − x)) + …).
    expectSame(betaCdf(0.25, 1e-10, 1e-10), 0.5 - (1e-10 / 2) * Math.log(3), 1e-15);
    expectSame(betaSf(1e-5, 1e-10, 2), 1e-10 * (Math.log(1e5) - 1 + 1e-5), 1e-9);
    expectSame(betaCdf(1 - 2 ** -20, 2, 1e-10), 1e-10 * (20 * Math.LN2 - 1 + 2 ** -20), 1e-9);
  });

  test('quantiles mirror', () => {
    fc.assert(
      fc.property(fraction, shape, shape, (p, a, b) => {
        const [x, y] = [betaQuantile(p, a, b), betaQuantileUpper(p, b, a)];
        fc.pre(x > 1e-300);
        expect(Math.abs(x + y - 1)).toBeLessThanOrEqual(4e-15 + 1e-10 * Math.min(x, y));
      }),
      runs,
    );
  });
});

describe('gamma and chi-square', () => {
  test('shape 1 is exponential, one degree of freedom a squared normal', () => {
    fc.assert(
      fc.property(magnitude(1e-10, 700), (x) => {
        expectSame(gammaSf(x, 1), Math.exp(-x));
        expectSame(gammaCdf(x, 1), -Math.expm1(-x));
        expectSame(chiSquareSf(2 * x, 2), Math.exp(-x));
        const z = Math.round(Math.sqrt(x) * 2 ** 20) / 2 ** 20;
        if (z > 0) expectSame(chiSquareSf(z * z, 1), 2 * normalSf(z));
      }),
      runs,
    );
  });

  test('Q(a + 1, x) = Q(a, x) + x · density of a + 1 over x', () => {
    fc.assert(
      fc.property(magnitude(0.05, 1e5), magnitude(0.01, 100), (a, factor) => {
        const x = a * factor;
        expectSame(gammaSf(x, a) + gammaPdf(x, a + 1), gammaSf(x, a + 1));
      }),
      runs,
    );
  });

  test('the scale stretches it', () => {
    fc.assert(
      fc.property(
        shape,
        magnitude(0.5, 2),
        magnitude(1e-3, 1e3),
        fc.integer({ min: -9, max: 9 }),
        (a, factor, scale, k) => {
          const x = a * factor;
          expect(gammaCdf(x * 2 ** k, a, 2 ** k)).toBe(gammaCdf(x, a));
          expectSame(gammaQuantileUpper(0.01, a, scale), scale * gammaQuantileUpper(0.01, a), 1e-15);
        },
      ),
      runs,
    );
  });

  test('a shape near 0 puts all but a little at 0, and the little keeps its digits', () => {
    // Q(a, x) → a · E₁(x); E₁(½) and E₁(3) from tables.
    expectSame(gammaSf(0.5, 1e-12), 1e-12 * 0.5597735947761608, 1e-11);
    expectSame(gammaSf(3, 1e-12), 1e-12 * 0.013048381094197037, 1e-11);
  });

  test('critical values of tables', () => {
    expect(chiSquareQuantileUpper(0.05, 1)).toBeCloseTo(3.841458820694124, 13);
    expect(chiSquareQuantileUpper(0.001, 10)).toBeCloseTo(29.58829844507442, 12);
    expect(normalQuantileUpper(0.025)).toBeCloseTo(1.959963984540054, 14);
    expect(studentTQuantileUpper(0.025, 10)).toBeCloseTo(2.228138851986274, 13);
    expect(fQuantileUpper(0.05, 3, 20)).toBeCloseTo(3.0983912121407795, 13);
  });
});

describe('t and F', () => {
  test('one degree of freedom is Cauchy, two have a square root', () => {
    fc.assert(
      fc.property(magnitude(1e-8, 1e100), (t) => {
        expectSame(studentTSf(t, 1), Math.atan2(1, t) / Math.PI);
        const root = Math.sqrt(2 + t * t);
        expectSame(studentTSf(t, 2), 1 / root / (root + t));
      }),
      runs,
    );
    expectSame(studentTSf(1e300, 1), 1e-300 / Math.PI);
    expectSame(studentTQuantileUpper(1e-300, 1), 1e300 / Math.PI);
    expectSame(studentTSf(1e200, 0.5), studentTSf(1e150, 0.5) * 1e-25);
  });

  test('t mirrors at 0', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e3, max: 1e3, noNaN: true }), shape, (t, df) => {
        expect(studentTCdf(t, df)).toBe(studentTSf(-t, df));
        expect(studentTPdf(t, df)).toBe(studentTPdf(-t, df));
        const p = studentTCdf(t, df);
        expect(studentTQuantile(p, df)).toBe(0 - studentTQuantileUpper(p, df));
      }),
      runs,
    );
    expect([studentTCdf(0, 3), studentTQuantile(0.5, 3)]).toEqual([0.5, 0]);
  });

  test('t² is F with one degree of freedom', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), shape, (k, df) => {
        const t = k / 2 ** 15;
        expectSame(fSf(t * t, 1, df), 2 * studentTSf(t, df));
      }),
      runs,
    );
  });

  test('1 / F has its degrees of freedom exchanged', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60, max: 60 }), shape, shape, (power, a, b) => {
        expectSame(fCdf(2 ** power, a, b), fSf(2 ** -power, b, a));
        expectSame(fQuantile(0.01, a, b), 1 / fQuantileUpper(0.01, b, a), 1e-11);
      }),
      runs,
    );
    expectSame(fCdf(1e-300, 3, 5), fSf(1e300, 5, 3));
    expectSame(fSf(1e305, 1e10, 0.01), fSf(1e285, 1e10, 0.01) * 10 ** -0.1);
  });

  test('many degrees of freedom are normal and chi-square', () => {
    for (const z of [0.3, 1.96, 8, 30]) expectSame(studentTSf(z, 1e15), normalSf(z), 1e-9);
    for (const z of [-5, -0.1, 0, 0.3]) expectSame(studentTCdf(z, 1e15), normalCdf(z), 1e-9);
    for (const x of [0.2, 1, 7]) expectSame(fSf(x, 4, 1e15), chiSquareSf(4 * x, 4), 1e-9);
  });

  test('densities that are infinite, finite and nothing at 0', () => {
    expect([fPdf(0, 1, 5), fPdf(0, 2, 5), fPdf(0, 3, 5)]).toEqual([Number.POSITIVE_INFINITY, 1, 0]);
    expect([gammaPdf(0, 0.5), gammaPdf(0, 1, 4), gammaPdf(0, 2)]).toEqual([Number.POSITIVE_INFINITY, 0.25, 0]);
    expect([betaPdf(0, 0.5, 3), betaPdf(1, 3, 1), betaPdf(1, 3, 2)]).toEqual([Number.POSITIVE_INFINITY, 3, 0]);
    // B(3/2, 5/2) = π / 16.
    expectSame(fPdf(1e-300, 3, 5), (0.6 ** 1.5 * 1e-150 * 16) / Math.PI);
    expectSame(gammaPdf(1e-200, 2.5), 1e-300 / (0.75 * Math.sqrt(Math.PI)));
    expectSame(betaPdf(1e-200, 2.5, 1), 2.5e-300);
  });
});

describe('binomial', () => {
  test('successes and failures change places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fraction, fraction, (n, p, part) => {
        const k = Math.floor(part * n);
        expectSame(binomialPmf(k, n, p), binomialPmf(n - k, n, 1 - p));
        expectSame(binomialCdf(k, n, p), binomialSf(n - k - 1, n, 1 - p));
      }),
      runs,
    );
  });

  test('small cases are counted', () => {
    expect(binomialPmf(2, 4, 0.5)).toBeCloseTo(6 / 16, 15);
    expect(binomialCdf(1, 3, 0.25)).toBeCloseTo(54 / 64, 15);
    expect([binomialPmf(0, 0, 0.3), binomialCdf(0, 0, 0.3), binomialSf(0, 0, 0.3)]).toEqual([1, 1, 0]);
    expect([binomialPmf(3, 3, 1), binomialCdf(2, 3, 1), binomialSf(0, 3, 0)]).toEqual([1, 0, 0]);
  });
});

describe('hypergeometric', () => {
  /** Whole numbers only. */
  function chosen(n: number, k: number): bigint {
    let ways = 1n;
    for (let i = 0; i < k; i++) ways = (ways * BigInt(n - i)) / BigInt(i + 1);
    return ways;
  }

  test('is the share of the ways to draw, counted in whole numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fraction, fraction, fraction, (population, x, y, z) => {
        const [successes, draws] = [Math.round(x * population), Math.round(y * population)];
        const k = Math.round(z * Math.min(successes, draws));
        fc.pre(draws - k <= population - successes);
        const ways = chosen(successes, k) * chosen(population - successes, draws - k);
        const digits = 10n ** 40n;
        const exact = Number((ways * digits) / chosen(population, draws)) / 1e40;
        if (exact > 1e-20) expectSame(hypergeometricPmf(k, population, successes, draws), exact);
      }),
      runs,
    );
  });

  test('what is drawn and what succeeds change places, as do successes and failures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fraction, fraction, fraction, (population, x, y, z) => {
        const [successes, draws] = [Math.round(x * population), Math.round(y * population)];
        const k = Math.round(z * Math.min(successes, draws));
        const tail = hypergeometricSf(k, population, successes, draws);
        expectSame(tail, hypergeometricSf(k, population, draws, successes));
        expectSame(tail, hypergeometricCdf(draws - k - 1, population, population - successes, draws));
      }),
      runs,
    );
  });

  test('draws from a large population are almost independent', () => {
    expectSame(hypergeometricPmf(3, 1e15, 3e14, 10), binomialPmf(3, 10, 0.3), 1e-12);
    expectSame(hypergeometricSf(3, 1e15, 3e14, 10), binomialSf(3, 10, 0.3), 1e-12);
  });
});

describe('noncentral t', () => {
  test('is t when the noncentrality is 0', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), magnitude(1, 1e8), (t, df) => {
        expectSame(noncentralTSf(t, df, 0), studentTSf(t, df));
        expectSame(noncentralTPdf(t, df, 0), studentTPdf(t, df));
      }),
      { numRuns: 50 },
    );
  });

  test('mirrors with its noncentrality, and is below 0 as often as a normal number is', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), magnitude(1, 1e8), (ncp, df) => {
        expect(noncentralTSf(1.5, df, ncp)).toBe(noncentralTCdf(-1.5, df, -ncp));
        expectSame(noncentralTCdf(0, df, ncp), normalCdf(-ncp), 1e-13);
      }),
      { numRuns: 50 },
    );
  });

  test('its density is a difference of its distribution functions, however narrow', () => {
    // f_df(t) = df / t · (F_{df + 2}(t √(1 + 2 / df)) − F_df(t)).
    for (const [t, df, ncp] of [
      [2.2, 5, 1],
      [1100, 2, 1000],
      [-30, 50, -31.5],
      [1e4, 20, 9000],
    ] as const) {
      const wider = noncentralTCdf(t * Math.sqrt(1 + 2 / df), df + 2, ncp);
      expectSame(noncentralTPdf(t, df, ncp), (df / t) * (wider - noncentralTCdf(t, df, ncp)), 1e-10);
    }
  });

  test('is the power of a t-test', () => {
    // R 4.2.2: power.t.test(n = 20, delta = 1); the paired test is solved for n at power 0.9 to six digits.
    const power = 0.86895280169249778;
    const critical = studentTQuantileUpper(0.025, 38);
    expect(noncentralTSf(critical, 38, Math.sqrt(10))).toBeCloseTo(power, 11);
    expect(noncentralTQuantileUpper(power, 38, Math.sqrt(10))).toBeCloseTo(critical, 10);
    const n = 43.995524705743279;
    expect(noncentralTSf(studentTQuantileUpper(0.025, n - 1), n - 1, 0.5 * Math.sqrt(n))).toBeCloseTo(0.9, 6);
  });
});
