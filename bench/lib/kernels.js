import {
  betaCdf,
  betaQuantile,
  chiSquareSf,
  fSf,
  Moments,
  normalCdf,
  normalQuantile,
  quantiles,
  studentTCdf,
  studentTQuantile,
  welchTest,
} from 'crucible-telemetry/stats';
import { statisticsLibraries } from '../peers/installed.js';

export const OURS = 'crucible-telemetry';
const STDLIB = '@stdlib';
const JSTAT = 'jStat';
const SIMPLE = 'simple-statistics';
const PROBABILITIES = [0.5, 0.9, 0.95, 0.99];

const libraries = statisticsLibraries();
/** Why there are no peers; undefined where there are. */
export const noPeers = libraries.reason;

const stdlib = (name) => libraries.load(`@stdlib/stats-${name}`);
const peers = libraries.load && {
  jStat: libraries.load('jstat').jStat,
  simple: libraries.load('simple-statistics'),
  normal: { cdf: stdlib('base-dists-normal-cdf'), quantile: stdlib('base-dists-normal-quantile') },
  t: { cdf: stdlib('base-dists-t-cdf'), quantile: stdlib('base-dists-t-quantile') },
  beta: { cdf: stdlib('base-dists-beta-cdf'), quantile: stdlib('base-dists-beta-quantile') },
  chiSquare: stdlib('base-dists-chisquare-cdf'),
  f: stdlib('base-dists-f-cdf'),
  mean: stdlib('base-mean'),
  variance: stdlib('base-variance'),
  welch: stdlib('ttest2'),
};

/**
 * Functions of distributions: the table of test/fixtures/stats-reference.json that they are held to, arguments as they occur in tests of
 * experiments, and what each library has for it. Where one lacks an upper tail, 1 − cdf stands for it.
 */
export const distributions = [
  {
    what: 'normal cdf',
    table: 'normal_cdf',
    draw: (random) => [8 * random() - 4],
    ours: normalCdf,
    of: ({ normal, jStat, simple }) => ({
      [STDLIB]: (z) => normal.cdf(z, 0, 1),
      [JSTAT]: (z) => jStat.normal.cdf(z, 0, 1),
      [SIMPLE]: simple.cumulativeStdNormalProbability,
    }),
  },
  {
    what: 'normal quantile',
    table: 'normal_quantile',
    draw: (random) => [random()],
    ours: normalQuantile,
    of: ({ normal, jStat, simple }) => ({
      [STDLIB]: (p) => normal.quantile(p, 0, 1),
      [JSTAT]: (p) => jStat.normal.inv(p, 0, 1),
      [SIMPLE]: simple.probit,
    }),
  },
  {
    what: 'Student t cdf',
    table: 'student_t_cdf',
    draw: (random) => [8 * random() - 4, 3 + 200 * random()],
    ours: studentTCdf,
    of: ({ t, jStat }) => ({ [STDLIB]: t.cdf, [JSTAT]: jStat.studentt.cdf }),
  },
  {
    what: 'Student t quantile',
    table: 'student_t_quantile',
    draw: (random) => [random(), 3 + 200 * random()],
    ours: studentTQuantile,
    of: ({ t, jStat }) => ({ [STDLIB]: t.quantile, [JSTAT]: jStat.studentt.inv }),
  },
  {
    what: 'beta cdf',
    table: 'beta_cdf',
    draw: (random) => [random(), 0.5 + 100 * random(), 0.5 + 100 * random()],
    ours: betaCdf,
    of: ({ beta, jStat }) => ({ [STDLIB]: beta.cdf, [JSTAT]: jStat.beta.cdf }),
  },
  {
    what: 'beta quantile',
    table: 'beta_quantile',
    draw: (random) => [random(), 0.5 + 100 * random(), 0.5 + 100 * random()],
    ours: betaQuantile,
    of: ({ beta, jStat }) => ({ [STDLIB]: beta.quantile, [JSTAT]: jStat.beta.inv }),
  },
  {
    what: 'chi-square upper tail',
    table: 'chi_square_sf',
    instead: '1 − cdf',
    draw: (random) => [60 * random(), 1 + 30 * random()],
    ours: chiSquareSf,
    of: ({ chiSquare, jStat }) => ({
      [STDLIB]: (x, df) => 1 - chiSquare(x, df),
      [JSTAT]: (x, df) => 1 - jStat.chisquare.cdf(x, df),
    }),
  },
  {
    what: 'F upper tail',
    table: 'f_sf',
    instead: '1 − cdf',
    draw: (random) => [4 * random(), 1 + 10 * random(), 5 + 200 * random()],
    ours: fSf,
    of: ({ f, jStat }) => ({
      [STDLIB]: (x, a, b) => 1 - f(x, a, b),
      [JSTAT]: (x, a, b) => 1 - jStat.centralF.cdf(x, a, b),
    }),
  },
].map(({ of, ours, ...known }) => ({ ...known, functions: { [OURS]: ours, ...(peers && of(peers)) } }));

/** Functions of many numbers; jStat takes plain arrays only. */
export const ofSamples = [
  {
    what: 'mean and variance of 1M numbers',
    count: 1,
    n: 1_000_000,
    ours: (values) => {
      const moments = new Moments();
      for (let i = 0; i < values.length; i++) moments.add(values[i]);
      return [moments.mean, moments.variance];
    },
    of: ({ mean, variance, jStat, simple }) => ({
      [STDLIB]: (values) => [mean(values.length, values, 1), variance(values.length, 1, values, 1)],
      [JSTAT]: (_, plain) => [jStat.mean(plain), jStat.variance(plain, true)],
      [SIMPLE]: (values) => [simple.mean(values), simple.sampleVariance(values)],
    }),
  },
  {
    what: 'exact p50, p90, p95, p99 of 1M numbers',
    rounds: 3,
    count: 1,
    n: 1_000_000,
    ours: (values) => quantiles(values, PROBABILITIES),
    of: ({ jStat, simple }) => ({
      [JSTAT]: (_, plain) => jStat.quantiles(plain, PROBABILITIES),
      [SIMPLE]: (_, plain) => simple.quantile(plain, PROBABILITIES),
    }),
  },
  {
    what: "Welch's t-test of 100 and 100",
    count: 100,
    n: 200,
    ours: (values) => welchTest(values.subarray(0, 100), values.subarray(100)),
    of: ({ welch }) => ({ [STDLIB]: (values) => welch(values.subarray(0, 100), values.subarray(100)) }),
  },
].map(({ of, ours, ...known }) => ({ ...known, functions: { [OURS]: ours, ...(peers && of(peers)) } }));
