import { requireCount, requireNumber, requireProbability } from '../special/checks.ts';
import { deviance } from '../special/deviance.ts';
import { productDifference } from '../special/exact.ts';
import { stirlingError } from '../special/stirling.ts';
import { solveCount } from './solve.ts';

/**
 * P(X = k) for the number of successes X among `draws` taken without replacement from a `population` that holds `successes` of
 * them. 0 where k is not a possible number. Like all functions of this family, throws `invalid_argument` for NaN and unless all
 * three are whole numbers from 0 on, `successes` and `draws` at most the `population`.
 */
export function hypergeometricPmf(k: number, population: number, successes: number, draws: number): number {
  const { least, most } = check(k, population, successes, draws);
  return Number.isInteger(k) && k >= least && k <= most ? mass(k, population, successes, draws) : 0;
}

/** P(X ≤ k). Time grows with the standard deviation of X. */
export function hypergeometricCdf(k: number, population: number, successes: number, draws: number): number {
  const { least, most } = check(k, population, successes, draws);
  const whole = Math.floor(k);
  if (whole < least) return 0;
  if (whole >= most) return 1;
  return whole * population < draws * successes
    ? sumDown(whole, population, successes, draws)
    : 1 - sumUp(whole + 1, population, successes, draws);
}

/** P(X > k), accurate however small it is. At least k: `hypergeometricSf(k - 1, …)`. Time grows with the standard deviation. */
export function hypergeometricSf(k: number, population: number, successes: number, draws: number): number {
  const { least, most } = check(k, population, successes, draws);
  const whole = Math.floor(k);
  if (whole < least) return 1;
  if (whole >= most) return 0;
  return whole * population < draws * successes
    ? 1 - sumDown(whole, population, successes, draws)
    : sumUp(whole + 1, population, successes, draws);
}

/** The smallest k with P(X ≤ k) ≥ probability, where a difference in the last two digits counts as equal. */
export function hypergeometricQuantile(
  probability: number,
  population: number,
  successes: number,
  draws: number,
): number {
  requireProbability('probability', probability);
  return quantile(probability, false, population, successes, draws);
}

/** The smallest k with P(X > k) ≤ q, where a difference in the last two digits counts as equal. */
export function hypergeometricQuantileUpper(q: number, population: number, successes: number, draws: number): number {
  requireProbability('q', q);
  return quantile(q, true, population, successes, draws);
}

function quantile(tail: number, isUpper: boolean, population: number, successes: number, draws: number): number {
  const { least, most } = check(0, population, successes, draws);
  const share = successes / population;
  const variance = draws * share * (1 - share) * ((population - draws) / (population - 1));
  return solveCount(tail, isUpper, {
    cdf: (k) => hypergeometricCdf(k, population, successes, draws),
    sf: (k) => hypergeometricSf(k, population, successes, draws),
    least,
    most,
    normal: (z) => draws * share + z * Math.sqrt(variance),
  });
}

/**
 * The probability of a 2 × 2 table with these margins, as Loader's saddle point has it for the binomial: every cell lies as far
 * from its expectation as any other.
 */
function mass(k: number, population: number, successes: number, draws: number): number {
  const failures = population - successes;
  const left = population - draws;
  if (successes === 0 || failures === 0 || draws === 0 || left === 0) return 1;
  const others = failures - draws + k;
  const excess = productDifference(k, others, successes - k, draws - k) / population;
  const share = draws / population;
  const rest = left / population;
  return Math.exp(
    margin(successes) +
      margin(failures) +
      margin(draws) +
      margin(left) -
      margin(population) +
      cell(k, excess, successes * share) +
      cell(successes - k, -excess, successes * rest) +
      cell(draws - k, -excess, failures * share) +
      cell(others, excess, failures * rest),
  );
}

/** log n! − n log n + n. */
function margin(n: number): number {
  return stirlingError(n) + 0.5 * Math.log(2 * Math.PI * n);
}

function cell(n: number, excess: number, expected: number): number {
  return n === 0 ? -expected : deviance(n, excess, expected) - margin(n);
}

/** P(X ≤ k) for k below the mean. */
function sumDown(k: number, population: number, successes: number, draws: number): number {
  const offset = population - successes - draws;
  let term = 1;
  let total = 1;
  for (let i = k; term > total * NEGLIGIBLE; i--) {
    term *= (i / (successes - i + 1)) * ((offset + i) / (draws - i + 1));
    total += term;
  }
  return total * mass(k, population, successes, draws);
}

/** P(X ≥ k) for k above the mean. */
function sumUp(k: number, population: number, successes: number, draws: number): number {
  const offset = population - successes - draws;
  let term = 1;
  let total = 1;
  for (let i = k + 1; term > total * NEGLIGIBLE; i++) {
    term *= ((successes - i + 1) / i) * ((draws - i + 1) / (offset + i));
    total += term;
  }
  return total * mass(k, population, successes, draws);
}

const NEGLIGIBLE = 2 ** -60;

function check(k: number, population: number, successes: number, draws: number): { least: number; most: number } {
  requireNumber('k', k);
  requireCount('population', population);
  requireCount('successes', successes, population);
  requireCount('draws', draws, population);
  return { least: Math.max(0, draws + successes - population), most: Math.min(draws, successes) };
}
