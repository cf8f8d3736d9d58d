import { cliffDelta, cohenD, hedgesG, oddsRatio, riskRatio } from '../../../dist/stats/index.js';
import { numbers, twoSamples } from './inputs.js';

const INTERVAL = ['estimate', 'low', 'high'];
const rates = (random) => {
  const [m, n] = [2 + random.below(300), 2 + random.below(300)];
  return { first: [1 + random.below(m - 1), m], second: [1 + random.below(n - 1), n] };
};
const asRate = ([successes, n]) => ({ successes, n });
const TABLE = 'x = contingency_tables.Table2x2([[second[0], second[1] - second[0]], [first[0], first[1] - first[0]]])';

// Both peers lose noncentral t where it is far out.
const normals = (random) => {
  const draw = (n, mean) => Array.from({ length: n }, () => random.normal(mean));
  return { first: draw(3 + random.below(40), 0), second: draw(3 + random.below(40), random.normal()) };
};

const D = `m, n = len(first), len(second)
dof = m + n - 2
pooled = np.sqrt((np.var(first, ddof=1) * (m - 1) + np.var(second, ddof=1) * (n - 1)) / dof)
d = (np.mean(second) - np.mean(first)) / pooled
scale = np.sqrt(1 / m + 1 / n)
spread = np.sqrt(1 + (d / scale) ** 2 / (2 * dof))
solve = lambda q: scale * optimize.brentq(lambda ncp: special.nctdtr(dof, ncp, d / scale) - q, d / scale - 5 * spread, d / scale + 5 * spread, xtol=1e-13)
`;

export const effectSizeChecks = [
  {
    name: 'cohenD',
    bound: 1e-8,
    input: normals,
    ours: ({ first, second }) => numbers(cohenD(first, second), ...INTERVAL),
    python: `${D}out = [d, solve(0.975), solve(0.025)]`,
    r: `m <- length(first); n <- length(second); dof <- m + n - 2; scale <- sqrt(1 / m + 1 / n)
d <- (mean(second) - mean(first)) / sqrt((var(first) * (m - 1) + var(second) * (n - 1)) / dof)
solve <- function(q) scale * uniroot(function(ncp) pt(d / scale, dof, ncp) - q, d / scale + c(-5, 5) * sqrt(1 + (d / scale)^2 / (2 * dof)), tol = 1e-12)$root
out <- c(d, solve(0.975), solve(0.025))`,
  },
  {
    name: 'hedgesG',
    bound: 1e-8,
    input: normals,
    ours: ({ first, second }) => numbers(hedgesG(first, second), ...INTERVAL),
    python: `${D}J = math.exp(math.lgamma(dof / 2) - math.lgamma((dof - 1) / 2)) / math.sqrt(dof / 2)
out = [d * J, solve(0.975) * J, solve(0.025) * J]`,
  },
  {
    name: 'cliffDelta',
    input: (random) => twoSamples(random, 5, 60, { digits: 1 }),
    ours: ({ first, second }) => numbers(cliffDelta(first, second), 'estimate', 'standard_error', 'low', 'high'),
    python: `s = np.sign(np.subtract.outer(second, first))
n, m = s.shape
d = s.mean()
rows, columns = ((s.mean(1) - d) ** 2).sum() / (n - 1), ((s.mean(0) - d) ** 2).sum() / (m - 1)
cells = ((s - d) ** 2).sum() / ((m - 1) * (n - 1))
v = ((m - 1) * rows + (n - 1) * columns + cells) / (m * n)
z = stats.norm.isf(0.025)
reach = z * np.sqrt(v) * np.sqrt((1 - d * d) ** 2 + z * z * v)
low, high = [(d - d ** 3 + side * reach) / (1 - d * d + z * z * v) for side in (-1, 1)]
out = [d, np.sqrt(v), low, high] if v > 0 else [d, 0, None, None]`,
  },
  {
    name: 'riskRatio',
    input: rates,
    ours: ({ first, second }) =>
      numbers(riskRatio(asRate(first), asRate(second)), 'estimate', 'standard_error', 'low', 'high'),
    python: `${TABLE}
out = [x.riskratio, x.log_riskratio_se, *x.riskratio_confint()]`,
  },
  {
    name: 'oddsRatio',
    input: rates,
    ours: ({ first, second }) =>
      numbers(oddsRatio(asRate(first), asRate(second)), 'estimate', 'standard_error', 'low', 'high'),
    python: `${TABLE}
out = [x.oddsratio, x.log_oddsratio_se, *x.oddsratio_confint()]`,
  },
];
