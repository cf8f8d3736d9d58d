import fc from 'fast-check';
import * as beta from '../../../src/stats/distributions/beta.ts';
import * as binomial from '../../../src/stats/distributions/binomial.ts';
import * as chi from '../../../src/stats/distributions/chi-square.ts';
import * as f from '../../../src/stats/distributions/f.ts';
import * as gamma from '../../../src/stats/distributions/gamma.ts';
import * as hypergeometric from '../../../src/stats/distributions/hypergeometric.ts';
import * as noncentral from '../../../src/stats/distributions/noncentral-t.ts';
import * as normal from '../../../src/stats/distributions/normal.ts';
import * as t from '../../../src/stats/distributions/student-t.ts';

export interface Family {
  readonly name: string;
  /** The parameters that follow the value. */
  readonly parameters: fc.Arbitrary<number[]>;
  readonly cdf: (x: number, ...parameters: number[]) => number;
  readonly sf: (x: number, ...parameters: number[]) => number;
  readonly quantile: (p: number, ...parameters: number[]) => number;
  readonly quantileUpper: (q: number, ...parameters: number[]) => number;
  /** Bad parameters, one list each. */
  readonly refused: readonly number[][];
}

export interface ContinuousFamily extends Family {
  readonly pdf: (x: number, ...parameters: number[]) => number;
  readonly logCdf?: (x: number, ...parameters: number[]) => number;
  readonly logSf?: (x: number, ...parameters: number[]) => number;
  readonly ends: readonly [number, number];
}

export interface DiscreteFamily extends Family {
  readonly pmf: (k: number, ...parameters: number[]) => number;
  readonly range: (...parameters: number[]) => readonly [number, number];
}

/** Evenly over the powers of ten. */
export function magnitude(low: number, high: number): fc.Arbitrary<number> {
  return fc.double({ min: Math.log(low), max: Math.log(high), noNaN: true }).map(Math.exp);
}

const { NaN: nan, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity } = Number;
const whole = fc.integer({ min: 1, max: 200 });
const shape = fc.oneof(magnitude(0.1, 1e10), whole);
const notPositive = [0, -1, nan, infinity];

export const continuous: readonly ContinuousFamily[] = [
  {
    name: 'normal',
    parameters: fc.constant([]),
    pdf: normal.normalPdf,
    cdf: normal.normalCdf,
    sf: normal.normalSf,
    logCdf: normal.normalLogCdf,
    logSf: normal.normalLogSf,
    quantile: normal.normalQuantile,
    quantileUpper: normal.normalQuantileUpper,
    ends: [minusInfinity, infinity],
    refused: [],
  },
  {
    name: 'Student t',
    parameters: fc.tuple(shape),
    pdf: t.studentTPdf,
    cdf: t.studentTCdf,
    sf: t.studentTSf,
    logCdf: t.studentTLogCdf,
    logSf: t.studentTLogSf,
    quantile: t.studentTQuantile,
    quantileUpper: t.studentTQuantileUpper,
    ends: [minusInfinity, infinity],
    refused: notPositive.map((df) => [df]),
  },
  {
    name: 'chi-square',
    parameters: fc.tuple(shape),
    pdf: chi.chiSquarePdf,
    cdf: chi.chiSquareCdf,
    sf: chi.chiSquareSf,
    logCdf: chi.chiSquareLogCdf,
    logSf: chi.chiSquareLogSf,
    quantile: chi.chiSquareQuantile,
    quantileUpper: chi.chiSquareQuantileUpper,
    ends: [0, infinity],
    refused: notPositive.map((df) => [df]),
  },
  {
    name: 'F',
    parameters: fc.tuple(shape, shape),
    pdf: f.fPdf,
    cdf: f.fCdf,
    sf: f.fSf,
    logCdf: f.fLogCdf,
    logSf: f.fLogSf,
    quantile: f.fQuantile,
    quantileUpper: f.fQuantileUpper,
    ends: [0, infinity],
    refused: notPositive.flatMap((df) => [
      [df, 1],
      [1, df],
    ]),
  },
  {
    name: 'beta',
    parameters: fc.tuple(shape, shape),
    pdf: beta.betaPdf,
    cdf: beta.betaCdf,
    sf: beta.betaSf,
    logCdf: beta.betaLogCdf,
    logSf: beta.betaLogSf,
    quantile: beta.betaQuantile,
    quantileUpper: beta.betaQuantileUpper,
    ends: [0, 1],
    refused: notPositive.flatMap((bad) => [
      [bad, 1],
      [1, bad],
    ]),
  },
  {
    name: 'gamma',
    parameters: fc.tuple(shape, magnitude(1e-3, 1e3)),
    pdf: gamma.gammaPdf,
    cdf: gamma.gammaCdf,
    sf: gamma.gammaSf,
    logCdf: gamma.gammaLogCdf,
    logSf: gamma.gammaLogSf,
    quantile: gamma.gammaQuantile,
    quantileUpper: gamma.gammaQuantileUpper,
    ends: [0, infinity],
    refused: notPositive.flatMap((bad) => [
      [bad, 1],
      [1, bad],
    ]),
  },
  {
    name: 'noncentral t',
    parameters: fc.tuple(magnitude(1, 1e6), fc.double({ min: -10, max: 10, noNaN: true })),
    pdf: noncentral.noncentralTPdf,
    cdf: noncentral.noncentralTCdf,
    sf: noncentral.noncentralTSf,
    quantile: noncentral.noncentralTQuantile,
    quantileUpper: noncentral.noncentralTQuantileUpper,
    ends: [minusInfinity, infinity],
    refused: [...notPositive.map((df) => [df, 1]), [5, nan], [5, infinity]],
  },
];

const upTo = (most: number) => fc.integer({ min: 0, max: most });
const rate = fc.oneof(
  fc.integer({ min: 0, max: 1000 }).map((k) => k / 1000),
  fc.constantFrom(0, 1, 1e-300, 1 - 2 ** -53),
);

export const discrete: readonly DiscreteFamily[] = [
  {
    name: 'binomial',
    parameters: fc.tuple(upTo(300), rate),
    pmf: binomial.binomialPmf,
    cdf: binomial.binomialCdf,
    sf: binomial.binomialSf,
    quantile: binomial.binomialQuantile,
    quantileUpper: binomial.binomialQuantileUpper,
    range: (n) => [0, n!],
    refused: [...[-1, 1.5, nan, 2 ** 53].map((n) => [n, 0.5]), ...[-0.1, 1.1, nan].map((p) => [3, p])],
  },
  {
    name: 'hypergeometric',
    parameters: upTo(400).chain((population) => fc.tuple(fc.constant(population), upTo(population), upTo(population))),
    pmf: hypergeometric.hypergeometricPmf,
    cdf: hypergeometric.hypergeometricCdf,
    sf: hypergeometric.hypergeometricSf,
    quantile: hypergeometric.hypergeometricQuantile,
    quantileUpper: hypergeometric.hypergeometricQuantileUpper,
    range: (population, successes, draws) => [
      Math.max(0, successes! + draws! - population!),
      Math.min(successes!, draws!),
    ],
    refused: [
      [-1, 0, 0],
      [10, 11, 3],
      [10, 3, 11],
      [10, 3.5, 2],
      [nan, 3, 2],
    ],
  },
];
