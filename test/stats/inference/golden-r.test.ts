import { expect, test } from 'vitest';
import { clopperPearsonInterval } from '../../../src/stats/clopper-pearson.ts';
import { normalQuantileUpper } from '../../../src/stats/distributions/normal.ts';
import { cliffDelta } from '../../../src/stats/effect-size/cliff-delta.ts';
import { cohenD, hedgesFactor, hedgesG } from '../../../src/stats/effect-size/cohen-d.ts';
import { type Adjustment, adjustPValues } from '../../../src/stats/inference/adjust-p-values.ts';
import { welchAnova } from '../../../src/stats/inference/anova.ts';
import { chiSquareFitTest } from '../../../src/stats/inference/chi-square-tests.ts';
import { fisherTest } from '../../../src/stats/inference/fisher-exact.ts';
import { kolmogorovSmirnovTest } from '../../../src/stats/inference/kolmogorov-smirnov.ts';
import { kruskalWallisTest } from '../../../src/stats/inference/kruskal-wallis.ts';
import { mannWhitneyTest } from '../../../src/stats/inference/mann-whitney.ts';
import { mcnemarTest } from '../../../src/stats/inference/mcnemar.ts';
import { pairedTest } from '../../../src/stats/inference/one-sample-t.ts';
import { signedRankTest } from '../../../src/stats/inference/signed-rank.ts';
import { twoProportionsTest } from '../../../src/stats/inference/two-proportions.ts';
import { studentTest, welchTest } from '../../../src/stats/inference/two-sample-t.ts';
import { jeffreysInterval } from '../../../src/stats/jeffreys.ts';
import { wilsonInterval } from '../../../src/stats/wilson.ts';
import { expectNear } from './near.ts';

// The numbers are what R 4.2.2 printed, to 17 digits. The values of x and y were not kept with them: these have the means, variances,
// ranks and ties that R's answers imply, and the order statistics of R's quantiles.
const x = [9.8, 10.4, 11.9, 12.1, 12.5, 13.2, 13.3, 14.3, 15.5, 18.7];
const y = [12.9, 13, 14.7, 14.8, 15.3, 15.5, 15.6, 16.6, 17.4, 17.8, 20.1, 20.7];
// Hollander and Wolfe (1973), from the examples of R's wilcox.test.
const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const early = [1.15, 0.88, 0.9, 0.74, 1.21];

test('Welch and Student', () => {
  const welch = welchTest(x, y);
  expectNear(
    [welch.statistic, welch.df as number, welch.p_value, welch.ci!.low, welch.ci!.high, welch.standard_error],
    [
      2.8057195684610754, 18.947492428831737, 0.011302507505110006, 0.76924212942212367, 5.2907578705778748,
      1.0799368668415927,
    ],
  );
  const student = studentTest(x, y);
  expectNear(
    [student.statistic, student.df as number, student.p_value, student.ci!.low, student.ci!.high],
    [2.8175676195304482, 20, 0.010635400121177991, 0.7867639543398478, 5.2732360456601519],
  );
});

test('paired t and the signed ranks', () => {
  const paired = pairedTest(after, before);
  expectNear(
    [paired.statistic, paired.df as number, paired.p_value, paired.ci!.low, paired.ci!.high],
    [3.0353754156485913, 8, 0.016176627434908095, 0.10377871227216852, 0.75999906550560925],
  );
  const ranks = signedRankTest(after, before, { alternative: 'greater' });
  expectNear([ranks.statistic, ranks.p_value], [40, 0.01953125]);
});

test('the rank sum, exact and with ties', () => {
  const exact = mannWhitneyTest(early, atTerm, { alternative: 'greater' });
  expectNear(
    [exact.statistic, exact.p_value, exact.estimate, exact.ci!.low],
    [35, 0.1272061272061272, 0.30500000000000005, -0.07999999999999996],
  );
  const ties = mannWhitneyTest(x, y);
  expectNear([ties.statistic, ties.p_value], [98.5, 0.012198359306459624]);
  expectNear([mannWhitneyTest(x, y, { correction: false }).p_value], [0.011106442170352332]);
});

test('Fisher', () => {
  const tea = fisherTest([
    [3, 1],
    [1, 3],
  ]);
  expectNear([tea.p_value], [0.48571428571428582]);
  // R's own search stops at 1.2e-4 on the scale of the odds ratio or its inverse.
  expect(Math.abs(1 / tea.estimate! - 1 / 6.4083088670057879)).toBeLessThan(1.3e-4);
  expect(Math.abs(tea.ci!.low! - 0.21173291530550292)).toBeLessThan(1.3e-4);
  expect(Math.abs(1 / tea.ci!.high! - 1 / 621.9337505454173)).toBeLessThan(1.3e-4);
  const other = fisherTest([
    [8, 2],
    [1, 5],
  ]);
  expectNear([other.p_value], [0.03496503496503494]);
});

test('chi-square of two shares', () => {
  const many = chiSquareFitTest([44000, 45000]);
  expectNear([many.statistic, many.p_value], [11.235955056179776, 0.00080227811776787273]);
  const few = chiSquareFitTest([600, 400]);
  expectNear([few.statistic, few.p_value], [40, 2.5396285894708649e-10]);
});

test('McNemar', () => {
  const outcomes = { both: 794, first_only: 150, second_only: 86, neither: 570 };
  const plain = mcnemarTest(outcomes, { exact: false });
  expectNear([plain.statistic, plain.p_value], [17.35593220338983, 3.0992934410452182e-5]);
  const corrected = mcnemarTest(outcomes, { exact: false, correction: true });
  expectNear([corrected.statistic, corrected.p_value], [16.817796610169491, 4.1145622813459436e-5]);
  expectNear([mcnemarTest(outcomes).p_value], [3.71593613957143e-5]);
});

test('two rates', () => {
  const result = twoProportionsTest({ successes: 985, n: 1000 }, { successes: 970, n: 1000 });
  expectNear([result.statistic! ** 2, result.p_value], [5.1150895140665043, 0.023718642632191297]);
  // R's interval is Wald's, which follows from the estimate and its standard error.
  const reach = normalQuantileUpper(0.025) * result.standard_error!;
  expectNear([result.estimate! - reach, result.estimate! + reach], [-0.027982449913554652, -0.0020175500864453751]);
  expectNear([result.effect_size!.value], [-0.10260050375766873]);
});

test('intervals of one rate', () => {
  const ends = (ci: { low: number; high: number } | null) => [ci!.low, ci!.high];
  expectNear(ends(wilsonInterval(7, 50)), [0.069508334270162925, 0.26186193710585542]);
  expectNear(ends(clopperPearsonInterval(7, 50)), [0.058191700340372111, 0.26739600249700846]);
  expectNear(ends(jeffreysInterval(7, 50)), [0.064871701150518504, 0.25532502815639169]);
  expectNear(ends(wilsonInterval(50, 50)), [0.92865240086664136, 1]);
  expectNear(ends(clopperPearsonInterval(50, 50)), [0.92887826353580238, 1]);
});

const pValues = [
  0.0001, 0.004, 0.019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
];
const adjusted: [Adjustment, number[]][] = [
  [
    'bh',
    [
      0.0015, 0.029999999999999999, 0.060299999999999999, 0.047500000000000001, 0.060299999999999999,
      0.063857142857142862, 0.063857142857142862, 0.064500000000000002, 0.076500000000000012, 0.48599999999999999,
      0.58118181818181813, 0.71487499999999993, 0.75323076923076926, 0.81321428571428567, 1,
    ],
  ],
  ['holm', [0.0015, 0.056, 0.228, 0.1235, 0.228, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1]],
  ['hommel', [0.0015, 0.056, 0.152, 0.095, 0.1608, 0.1946, 0.2086, 0.2408, 0.3213, 1, 1, 1, 1, 1, 1]],
  ['hochberg', [0.0015, 0.056, 0.2211, 0.1235, 0.2211, 0.2682, 0.2682, 0.2752, 0.3213, 1, 1, 1, 1, 1, 1]],
  [
    'by',
    [
      0.0049773434898434899, 0.099546869796869802, 0.20008920829170829, 0.15761587717837719, 0.20008920829170829,
      0.21189262285333715, 0.21189262285333715, 0.21402577006327006, 0.25384451798201801, 1, 1, 1, 1, 1, 1,
    ],
  ],
];

test.each(adjusted)('%s', (method, wanted) => {
  expectNear(adjustPValues(pValues, method), wanted);
});

test('Kolmogorov–Smirnov, Kruskal–Wallis and Welch’s analysis of variance', () => {
  const distance = kolmogorovSmirnovTest(x, y);
  expectNear([distance.statistic, distance.p_value], [0.63333333333333341, 0.014613869103025201]);
  const ranks = kruskalWallisTest([x, y, before]);
  expectNear([ranks.statistic, ranks.p_value], [21.854154063319207, 1.79651456201947e-5]);
  const welch = welchAnova([x, y, before]);
  expectNear(
    [welch.statistic, ...(welch.df as number[]), welch.p_value],
    [244.19432650722331, 2, 15.344232749193827, 2.3287035931190803e-12],
  );
});

test('effect sizes', () => {
  expectNear(
    [cohenD(x, y).estimate, hedgesFactor(20), hedgesG(x, y).estimate, cliffDelta(x, y).estimate],
    [1.2064103792994825, 0.96194453374074762, 1.1604998698152391, 0.64166666666666672],
  );
});
