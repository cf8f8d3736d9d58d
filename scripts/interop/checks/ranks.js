import {
  kolmogorovSmirnovTest,
  kruskalWallisTest,
  mannWhitneyTest,
  signedRankTest,
} from '../../../dist/stats/index.js';
import { alternative, groups, numbers, pairs, R_ALTERNATIVE, twoSamples } from './inputs.js';

const ours = (test) => (names) => (input) => {
  const { first, second, ...options } = input;
  return numbers(test(first, second, options), ...names);
};
const mannWhitney = ours(mannWhitneyTest);
const signedRank = ours(signedRankTest);
const kolmogorovSmirnov = ours(kolmogorovSmirnovTest);

export const rankChecks = [
  {
    name: 'mannWhitneyTest, exact',
    input: (random) => ({ ...twoSamples(random, 4, 49), alternative: alternative(random) }),
    ours: mannWhitney(['statistic', 'p_value', 'estimate', 'low', 'high']),
    r: `${R_ALTERNATIVE}
t <- wilcox.test(second, first, alternative = alt, exact = TRUE, conf.int = TRUE)
out <- c(t$statistic, t$p.value, t$estimate, t$conf.int)`,
  },
  {
    name: 'mannWhitneyTest, exact, p',
    input: (random) => ({ ...twoSamples(random, 1, 49), alternative: alternative(random) }),
    ours: mannWhitney(['statistic', 'p_value']),
    python:
      "t = stats.mannwhitneyu(second, first, alternative=alternative, method='exact'); out = [t.statistic, t.pvalue]",
  },
  {
    name: 'mannWhitneyTest, approximate',
    bound: 1e-9,
    input: (random) => ({
      ...twoSamples(random, 5, 80, { digits: 1 }),
      alternative: alternative(random),
      exact: false,
      correction: random.below(2) === 0,
    }),
    ours: mannWhitney(['statistic', 'p_value']),
    python: `t = stats.mannwhitneyu(second, first, alternative=alternative, use_continuity=correction, method='asymptotic')
out = [t.statistic, t.pvalue]`,
    r: `${R_ALTERNATIVE}
t <- wilcox.test(second, first, alternative = alt, exact = FALSE, correct = correction)
out <- c(t$statistic, t$p.value)`,
  },
  {
    name: 'signedRankTest, exact',
    input: (random) => ({ ...pairs(random, 6, 49), alternative: alternative(random) }),
    ours: signedRank(['statistic', 'p_value', 'estimate', 'low', 'high']),
    r: `${R_ALTERNATIVE}
t <- wilcox.test(second, first, paired = TRUE, alternative = alt, exact = TRUE, conf.int = TRUE)
out <- c(t$statistic, t$p.value, t$estimate, t$conf.int)`,
  },
  {
    name: 'signedRankTest, approximate',
    bound: 1e-9,
    // Eighths, whose differences are exact: there are ties and zeros.
    input: (random) => {
      const first = Array.from({ length: 8 + random.below(70) }, () => random.below(40) / 8);
      return {
        first,
        second: first.map((x) => x + (random.below(17) - 6) / 8),
        alternative: alternative(random),
        correction: random.below(2) === 0,
        exact: false,
      };
    },
    ours: signedRank(['p_value']),
    python: `d = second - first
out = [stats.wilcoxon(d[d != 0], alternative=alternative, correction=correction, method='asymptotic').pvalue]`,
    r: `${R_ALTERNATIVE}
out <- wilcox.test(second - first, alternative = alt, exact = FALSE, correct = correction)$p.value`,
  },
  {
    name: 'kruskalWallisTest',
    input: (random) => ({
      groups: groups(random, 2 + random.below(5), 2, 40, { digits: random.below(2) === 0 ? 1 : 8 }),
    }),
    ours: (input) => numbers(kruskalWallisTest(input.groups), 'statistic', 'p_value'),
    python: 't = stats.kruskal(*groups); out = [t.statistic, t.pvalue]',
    r: 't <- kruskal.test(groups); out <- c(t$statistic, t$p.value)',
  },
  {
    name: 'kolmogorovSmirnovTest, exact',
    // R takes its p-values from 1, which leaves those of well separated groups few digits.
    boundR: 1e-2,
    input: (random) => ({ ...twoSamples(random, 2, 60), alternative: alternative(random), exact: true }),
    ours: kolmogorovSmirnov(['statistic', 'p_value']),
    // SciPy's one-sided alternatives are about distribution functions, as R's are: the first above the second is the second larger.
    python: "t = stats.ks_2samp(first, second, alternative=alternative, method='exact'); out = [t.statistic, t.pvalue]",
    r: `${R_ALTERNATIVE}
t <- ks.test(first, second, alternative = alt, exact = TRUE); out <- c(t$statistic, t$p.value)`,
  },
  {
    name: 'kolmogorovSmirnovTest, exact, ties',
    // Not `less`, for which R 4.2.2 counts the orders of `greater`, which differ under ties: full enumeration agrees with ours.
    boundR: 1e-2,
    input: (random) => ({
      ...twoSamples(random, 2, 50, { digits: 1 }),
      alternative: ['two-sided', 'greater'][random.below(2)],
      exact: true,
    }),
    ours: kolmogorovSmirnov(['statistic', 'p_value']),
    r: `${R_ALTERNATIVE}
t <- ks.test(first, second, alternative = alt, exact = TRUE); out <- c(t$statistic, t$p.value)`,
  },
  {
    name: 'kolmogorovSmirnovTest, asymptotic',
    input: (random) => ({ ...twoSamples(random, 20, 120), exact: false }),
    ours: kolmogorovSmirnov(['statistic', 'p_value']),
    python: `m, n = len(first), len(second)
d = stats.ks_2samp(first, second).statistic
out = [d, stats.kstwobign.sf(d * np.sqrt(m * n / (m + n)))]`,
  },
];
