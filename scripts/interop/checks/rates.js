import {
  adjustPValues,
  chiSquareFitTest,
  chiSquareIndependenceTest,
  clopperPearsonInterval,
  fisherTest,
  jeffreysInterval,
  mcnemarTest,
  rateEquivalenceTest,
  twoProportionsTest,
  wilsonInterval,
} from '../../../dist/stats/index.js';
import { alternative, numbers, R_ALTERNATIVE } from './inputs.js';

const rate = (random, most = 400) => {
  const n = 3 + random.below(most);
  return [1 + random.below(n - 1), n];
};
const asRate = ([successes, n]) => ({ successes, n });
const table = (random, rows, columns, most) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => 1 + random.below(most)));
const R_TABLE = 'x <- do.call(rbind, table)';

const interval = (name, ours, statsmodels, extra = {}) => ({
  name,
  input: (random) => {
    const n = 1 + random.below(10 ** (1 + random.below(4)));
    return { successes: random.below(n + 1), n, level: [0.8, 0.95, 0.999][random.below(3)] };
  },
  ours: ({ successes, n, level }) => numbers({ ci: ours(successes, n, level) }, 'low', 'high'),
  python: `out = proportion.proportion_confint(successes, n, 1 - level, '${statsmodels}')`,
  ...extra,
});

export const rateChecks = [
  interval('wilsonInterval', wilsonInterval, 'wilson'),
  interval('clopperPearsonInterval', clopperPearsonInterval, 'beta', {
    r: 'out <- binom.test(successes, n, conf.level = level)$conf.int',
  }),
  interval('jeffreysInterval', jeffreysInterval, 'jeffreys', {
    input: (random) => {
      const n = 3 + random.below(10 ** (1 + random.below(4)));
      return { successes: 1 + random.below(n - 1), n, level: 0.95 };
    },
  }),
  {
    name: 'twoProportionsTest',
    input: (random) => ({ first: rate(random), second: rate(random) }),
    ours: ({ first, second }) =>
      numbers(twoProportionsTest(asRate(first), asRate(second)), 'estimate', 'statistic', 'p_value', 'low', 'high'),
    python: `z, p = proportion.proportions_ztest([second[0], first[0]], [second[1], first[1]])
low, high = proportion.confint_proportions_2indep(second[0], second[1], first[0], first[1], method='newcomb', compare='diff')
out = [second[0] / second[1] - first[0] / first[1], z, p, low, high]`,
  },
  {
    name: 'twoProportionsTest, p',
    input: (random) => ({ first: rate(random), second: rate(random), alternative: alternative(random) }),
    ours: ({ first, second, ...options }) =>
      numbers(twoProportionsTest(asRate(first), asRate(second), options), 'p_value'),
    r: `${R_ALTERNATIVE}
out <- prop.test(c(second[1], first[1]), c(second[2], first[2]), alternative = alt, correct = FALSE)$p.value`,
  },
  {
    name: 'chiSquareFitTest',
    input: (random) => ({
      observed: Array.from({ length: 2 + random.below(6) }, () => random.below(500)),
      weights: Array.from({ length: 8 }, () => 0.2 + random.uniform()),
    }),
    ours: ({ observed, weights }) =>
      numbers(chiSquareFitTest(observed, weights.slice(0, observed.length)), 'statistic', 'p_value'),
    python: `w = weights[: len(observed)]
t = stats.chisquare(observed, w / w.sum() * observed.sum()); out = [t.statistic, t.pvalue]`,
    r: `w <- weights[seq_along(observed)]; t <- chisq.test(observed, p = w / sum(w)); out <- c(t$statistic, t$p.value)`,
  },
  {
    name: 'chiSquareIndependenceTest',
    bound: 1e-9,
    input: (random) => ({ table: table(random, 2 + random.below(3), 2 + random.below(3), 200) }),
    ours: (input) => numbers(chiSquareIndependenceTest(input.table), 'statistic', 'df', 'p_value'),
    python: 't = stats.chi2_contingency(table, correction=False); out = [t.statistic, t.dof, t.pvalue]',
    r: `${R_TABLE}; t <- chisq.test(x, correct = FALSE); out <- c(t$statistic, t$parameter, t$p.value)`,
  },
  {
    name: 'chiSquareIndependenceTest, Yates',
    bound: 1e-9,
    input: (random) => ({ table: table(random, 2, 2, 200) }),
    ours: (input) => numbers(chiSquareIndependenceTest(input.table, { correction: true }), 'statistic', 'p_value'),
    python: 't = stats.chi2_contingency(table); out = [t.statistic, t.pvalue]',
    r: `${R_TABLE}; t <- chisq.test(x); out <- c(t$statistic, t$p.value)`,
  },
  {
    name: 'fisherTest, p',
    input: (random) => ({ table: table(random, 2, 2, 10 ** (1 + random.below(3))), alternative: alternative(random) }),
    ours: ({ table: counts, ...options }) => numbers(fisherTest(counts, options), 'p_value'),
    python: 'out = [stats.fisher_exact(table, alternative).pvalue]',
    r: `${R_ALTERNATIVE}; ${R_TABLE}; out <- fisher.test(x, alternative = alt)$p.value`,
  },
  {
    name: 'fisherTest, odds ratio',
    // R stops its search after a few digits.
    bound: 1e-10,
    boundR: 1e-1,
    input: (random) => ({ table: table(random, 2, 2, 40) }),
    ours: (input) => numbers(fisherTest(input.table), 'estimate', 'low', 'high'),
    python: `t = stats.contingency.odds_ratio(table); ci = t.confidence_interval(0.95)
out = [t.statistic, ci.low, ci.high]`,
    r: `${R_TABLE}; t <- fisher.test(x); out <- c(t$estimate, t$conf.int)`,
  },
  {
    name: 'mcnemarTest',
    input: (random) => ({
      both: random.below(200),
      first_only: 1 + random.below(60),
      second_only: random.below(60),
      neither: random.below(200),
    }),
    ours: (input) => ({
      ...numbers(mcnemarTest(input), 'p_value', 'low', 'high'),
      chi: mcnemarTest(input, { exact: false }).p_value,
      corrected: mcnemarTest(input, { exact: false, correction: true }).p_value,
    }),
    python: `t = [[both, first_only], [second_only, neither]]
test = contingency_tables.mcnemar
a, b, c, d = both, second_only, first_only, neither
n = a + b + c + d
p1, p2 = (a + b) / n, (a + c) / n
(l1, u1), (l2, u2) = [proportion.proportion_confint(x, n, 0.05, 'wilson') for x in (a + b, a + c)]
top = a * d - b * c
top = top if top < 0 else max(top - n / 2, 0)
phi = top / np.sqrt(1.0 * (a + b) * (c + d) * (a + c) * (b + d)) if (a + b) * (c + d) * (a + c) * (b + d) > 0 else 0
low = np.sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
high = np.sqrt((u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2)
out = [test(t).pvalue, p1 - p2 - low, p1 - p2 + high, test(t, False, False).pvalue, test(t, False, first_only != second_only).pvalue]`,
  },
  {
    name: 'mcnemarTest, chi-square',
    input: (random) => ({
      both: random.below(200),
      first_only: 1 + random.below(60),
      second_only: random.below(60),
      neither: random.below(200),
    }),
    ours: (input) => ({
      p: mcnemarTest(input, { exact: false }).p_value,
      corrected: mcnemarTest(input, { exact: false, correction: true }).p_value,
    }),
    r: `x <- matrix(c(both, first_only, second_only, neither), 2)
out <- c(mcnemar.test(x, correct = FALSE)$p.value, mcnemar.test(x)$p.value)`,
  },
  {
    name: 'rateEquivalenceTest',
    bound: 1e-9,
    input: (random) => ({ first: rate(random), second: rate(random), margin: 0.05 + random.uniform() / 4 }),
    ours: ({ first, second, margin }) => {
      const result = rateEquivalenceTest(asRate(first), asRate(second), { margin });
      return numbers(result, 'p_low', 'p_high', 'low', 'high');
    },
    python: `a = (second[0], second[1], first[0], first[1])
def score(value):
    x2, n2, x1, n1 = a
    slope = lambda p: x1 / p - (n1 - x1) / (1 - p) + x2 / (p + value) - (n2 - x2) / (1 - p - value)
    least, most = max(0, -value), min(1, 1 - value)
    p = optimize.brentq(slope, least + (most - least) * 1e-12, most - (most - least) * 1e-12, xtol=1e-16)
    q = p + value
    return (x2 / n2 - x1 / n1 - value) / np.sqrt(p * (1 - p) / n1 + q * (1 - q) / n2)
d = a[0] / a[1] - a[2] / a[3]
width = 5 * np.sqrt(0.25 / a[1] + 0.25 / a[3])
z = stats.norm.isf(0.05)
low = optimize.brentq(lambda value: score(value) - z, max(d - width, -0.9999), d, xtol=1e-14)
high = optimize.brentq(lambda value: score(value) + z, d, min(d + width, 0.9999), xtol=1e-14)
out = [stats.norm.sf(score(-margin)), stats.norm.cdf(score(margin)), low, high]`,
  },
  {
    name: 'adjustPValues',
    bound: 1e-13,
    input: (random) => ({
      p: Array.from({ length: 2 + random.below(40) }, () => random.uniform() ** (1 + random.below(4))),
      method: random.below(6),
    }),
    ours: ({ p, method }) => ({
      ...adjustPValues(p, ['bonferroni', 'holm', 'hochberg', 'hommel', 'bh', 'by'][method]),
    }),
    python: `names = ['bonferroni', 'holm', 'simes-hochberg', 'hommel', 'fdr_bh', 'fdr_by']
out = multitest.multipletests(p, method=names[method])[1]`,
    r: `out <- p.adjust(p, c('bonferroni', 'holm', 'hochberg', 'hommel', 'BH', 'BY')[method + 1])`,
  },
];
