import { binomialPmf } from 'crucible-telemetry/stats';

// So unlikely outcomes are left out: all of them together are below any digit that is shown.
const NEGLIGIBLE = 1e-13;

/** The probability of each number of successes. */
export function binomial(n, rate) {
  return Float64Array.from({ length: n + 1 }, (_, k) => binomialPmf(k, n, rate));
}

/** How often `intervalOf(successes)` holds the rate. */
export function rateCoverage(n, rate, intervalOf) {
  let covered = 0;
  for (const [successes, probability] of binomial(n, rate).entries()) {
    if (probability < NEGLIGIBLE) continue;
    const { low, high } = intervalOf(successes);
    if (low <= rate && rate <= high) covered += probability;
  }
  return covered;
}

/** How often `intervalOf(first, second)`, of two independent counts of successes, holds the difference of their rates. */
export function differenceCoverage([n, rate], [otherN, otherRate], intervalOf) {
  const truth = otherRate - rate;
  const [first, second] = [binomial(n, rate), binomial(otherN, otherRate)];
  let covered = 0;
  for (const [a, probability] of first.entries()) {
    for (const [b, otherProbability] of second.entries()) {
      if (probability * otherProbability < NEGLIGIBLE) continue;
      const { low, high } = intervalOf(a, b);
      if (low <= truth && truth <= high) covered += probability * otherProbability;
    }
  }
  return covered;
}

/** The same of pairs, which both succeed, the first alone, the second alone, or neither with the given probabilities. */
export function pairedCoverage(n, [both, firstOnly, secondOnly, neither], intervalOf) {
  const truth = secondOnly - firstOnly;
  let covered = 0;
  for (const [same, probability] of binomial(n, both + neither).entries()) {
    if (probability < NEGLIGIBLE) continue;
    const [succeeded, won] = [
      binomial(same, both / (both + neither)),
      binomial(n - same, secondOnly / (firstOnly + secondOnly)),
    ];
    for (const [i, ofSame] of succeeded.entries()) {
      for (const [j, ofOther] of won.entries()) {
        const all = probability * ofSame * ofOther;
        if (all < NEGLIGIBLE) continue;
        const { low, high } = intervalOf({ both: i, first_only: n - same - j, second_only: j, neither: same - i });
        if (low <= truth && truth <= high) covered += all;
      }
    }
  }
  return covered;
}
