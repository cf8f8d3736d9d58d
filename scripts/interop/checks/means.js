import {
  anova,
  clusteredDifferenceTest,
  clusteredTest,
  equivalenceTest,
  oneSampleTest,
  pairedTest,
  studentTest,
  welchAnova,
  welchTest,
} from '../../../dist/stats/index.js';
import { alternative, groups, numbers, pairs, R_ALTERNATIVE, sample, twoSamples } from './inputs.js';

const T = ['standard_error', 'statistic', 'df', 'p_value', 'low', 'high'];
const R_T = 'out <- c(t$stderr, t$statistic, t$parameter, t$p.value, t$conf.int)';
const options = (random) => ({
  alternative: alternative(random),
  level: [0.9, 0.95, 0.99][random.below(3)],
  nullValue: random.below(2) * 0.25,
});

/** The sandwich in matrices, as Bell and McCaffrey (2002) and Pustejovsky and Tipton (2018) write it. */
const SANDWICH = `
bread = np.linalg.inv(X.T @ X)
M = np.eye(len(y)) - X @ bread @ X.T
e = M @ y
ids = sorted(set(g.tolist()))
G, V = [], 0.0
for c in ids:
    at = np.flatnonzero(g == c)
    A = np.eye(len(at))
    if variance == 'CR2':
        w, Q = np.linalg.eigh(M[np.ix_(at, at)])
        A = Q @ np.diag(1 / np.sqrt(w)) @ Q.T
    weights = A @ X[at] @ bread @ contrast
    V += (weights @ e[at]) ** 2
    G.append(M[:, at] @ weights)
if variance == 'CR1':
    V *= len(ids) / (len(ids) - 1)
B = np.array(G) @ np.array(G).T
dof = np.trace(B) ** 2 / np.sum(B * B) if df == 'satterthwaite' else len(ids) - 1
estimate = contrast @ bread @ X.T @ y
t = estimate / np.sqrt(V)
reach = stats.t.isf(0.025, dof) * np.sqrt(V)
out = [estimate, np.sqrt(V), dof, 2 * stats.t.sf(abs(t), dof), estimate - reach, estimate + reach]
`;
const CLUSTERED = ['estimate', 'standard_error', 'df', 'p_value', 'low', 'high'];
const kinds = (random) => ({
  variance: ['CR1', 'CR2'][random.below(2)],
  df: ['satterthwaite', 'clusters'][random.below(2)],
});
const clustersOf = (random, values, prefix) => values.map((_, i) => prefix + Math.min(random.below(9), i));

export const meanChecks = [
  {
    name: 'oneSampleTest',
    input: (random) => ({ values: sample(random, 2 + random.below(60)), ...options(random) }),
    ours: ({ values, ...rest }) => numbers(oneSampleTest(values, rest), ...T),
    python: `t = stats.ttest_1samp(values, nullValue, alternative=alternative)
ci = t.confidence_interval(level)
out = [stats.sem(values), t.statistic, t.df, t.pvalue, ci.low, ci.high]`,
    r: `${R_ALTERNATIVE}
t <- t.test(values, mu = nullValue, alternative = alt, conf.level = level); ${R_T}`,
  },
  {
    name: 'pairedTest',
    input: (random) => ({ ...pairs(random, 3, 60), ...options(random) }),
    ours: ({ first, second, ...rest }) => numbers(pairedTest(first, second, rest), ...T),
    python: `t = stats.ttest_1samp(second - first, nullValue, alternative=alternative)
ci = t.confidence_interval(level)
out = [stats.sem(second - first), t.statistic, t.df, t.pvalue, ci.low, ci.high]`,
    r: `${R_ALTERNATIVE}
t <- t.test(second, first, paired = TRUE, mu = nullValue, alternative = alt, conf.level = level); ${R_T}`,
  },
  {
    name: 'welchTest',
    input: (random) => ({ ...twoSamples(random, 2, 60), ...options(random), nullValue: 0 }),
    ours: ({ first, second, ...rest }) => numbers(welchTest(first, second, rest), ...T),
    python: `t = stats.ttest_ind(second, first, equal_var=False, alternative=alternative)
ci = t.confidence_interval(level)
out = [np.sqrt(np.var(first, ddof=1) / len(first) + np.var(second, ddof=1) / len(second)), t.statistic, t.df, t.pvalue, ci.low, ci.high]`,
    r: `${R_ALTERNATIVE}
t <- t.test(second, first, mu = nullValue, alternative = alt, conf.level = level); ${R_T}`,
  },
  {
    name: 'studentTest',
    input: (random) => ({ ...twoSamples(random, 2, 60), ...options(random) }),
    ours: ({ first, second, ...rest }) => numbers(studentTest(first, second, rest), ...T),
    r: `${R_ALTERNATIVE}
t <- t.test(second, first, var.equal = TRUE, mu = nullValue, alternative = alt, conf.level = level); ${R_T}`,
  },
  {
    name: 'clusteredTest',
    bound: 1e-9,
    input: (random) => {
      const values = sample(random, 12 + random.below(60));
      return { values, clusters: clustersOf(random, values, ''), ...kinds(random) };
    },
    ours: ({ values, clusters, ...rest }) => numbers(clusteredTest(values, clusters, rest), ...CLUSTERED),
    python: `y, X, contrast, g = values, np.ones((len(values), 1)), np.ones(1), clusters${SANDWICH}`,
  },
  {
    name: 'clusteredDifferenceTest',
    bound: 1e-9,
    input: (random) => {
      const { first, second } = twoSamples(random, 12, 50);
      // Half of the cases share their clusters between the groups.
      const prefix = random.below(2) === 0 ? 'a' : 'b';
      return {
        first,
        second,
        first_clusters: clustersOf(random, first, 'a'),
        second_clusters: clustersOf(random, second, prefix),
        ...kinds(random),
      };
    },
    ours: ({ first, second, first_clusters, second_clusters, ...rest }) =>
      numbers(clusteredDifferenceTest(first, first_clusters, second, second_clusters, rest), ...CLUSTERED),
    python: `y, g = np.concatenate([first, second]), np.concatenate([first_clusters, second_clusters])
treated = np.repeat([0.0, 1.0], [len(first), len(second)])
X, contrast = np.column_stack([np.ones(len(y)), treated]), np.array([0.0, 1.0])${SANDWICH}`,
  },
  {
    name: 'anova',
    bound: 1e-9,
    input: (random) => ({ groups: groups(random, 2 + random.below(5), 2, 30) }),
    ours: (input) => numbers(anova(input.groups), 'statistic', 'p_value'),
    python: 't = stats.f_oneway(*groups); out = [t.statistic, t.pvalue]',
    r: `t <- oneway.test(x ~ g, data.frame(x = unlist(groups), g = factor(rep(seq_along(groups), lengths(groups)))), var.equal = TRUE)
out <- c(t$statistic, t$p.value)`,
  },
  {
    name: 'welchAnova',
    bound: 1e-9,
    input: (random) => ({ groups: groups(random, 2 + random.below(5), 2, 30) }),
    ours: (input) => {
      const { statistic, df, p_value } = welchAnova(input.groups);
      return { statistic, df1: df[0], df2: df[1], p_value };
    },
    r: `t <- oneway.test(x ~ g, data.frame(x = unlist(groups), g = factor(rep(seq_along(groups), lengths(groups)))))
out <- c(t$statistic, t$parameter, t$p.value)`,
  },
  {
    name: 'equivalenceTest',
    input: (random) => ({ ...twoSamples(random, 3, 60), margin: 0.2 + random.uniform() }),
    ours: ({ first, second, margin }) => {
      const { p_value, p_low, p_high, ci } = equivalenceTest(welchTest(first, second), { margin });
      return { p_value, p_low, p_high, low: ci.low, high: ci.high };
    },
    python: `p, low, high = weightstats.ttost_ind(second, first, -margin, margin, usevar='unequal')
ci = stats.ttest_ind(second, first, equal_var=False).confidence_interval(0.9)
out = [p, low[1], high[1], ci.low, ci.high]`,
  },
];
