/** The distribution of a statistic that takes the values 0, 1, …, symmetric about their middle. */
export interface RankDistribution {
  /** P(X ≤ k) for k = 0, 1, …. */
  readonly cdf: Float64Array;
}

/**
 * The Mann–Whitney U of two samples of `m` and `n` values without ties, by the recurrence of Mann and Whitney (1947) that only adds, over
 * probabilities: every term is positive, so no digits cancel. Time grows with m² n².
 */
export function mannWhitneyDistribution(m: number, n: number): RankDistribution {
  // Row by row of the first size: before[j][u] is P(U = u) for i − 1 and j values.
  let before: Float64Array[] = Array.from({ length: n + 1 }, () => Float64Array.of(1));
  for (let i = 1; i <= m; i++) {
    const row: Float64Array[] = [Float64Array.of(1)];
    for (let j = 1; j <= n; j++) {
      // The largest of all values is in the first sample, above all j of the second, with probability i / (i + j).
      const mass = new Float64Array(i * j + 1);
      const above = before[j]!;
      const below = row[j - 1]!;
      const share = i / (i + j);
      const rest = j / (i + j);
      for (let u = 0; u < above.length; u++) mass[u + j]! += above[u]! * share;
      for (let u = 0; u < below.length; u++) mass[u]! += below[u]! * rest;
      row.push(mass);
    }
    before = row;
  }
  return cumulated(before[n]!);
}

/** Wilcoxon's signed-rank sum of `n` values without ties and zeros: each rank counts with probability ½. */
export function signedRankDistribution(n: number): RankDistribution {
  let mass = Float64Array.of(1);
  for (let rank = 1; rank <= n; rank++) {
    const next = new Float64Array(mass.length + rank);
    for (let v = 0; v < mass.length; v++) {
      next[v]! += mass[v]! / 2;
      next[v + rank]! += mass[v]! / 2;
    }
    mass = next;
  }
  return cumulated(mass);
}

/** P(X ≤ k), for any k. */
export function lowerProbability({ cdf }: RankDistribution, k: number): number {
  return k < 0 ? 0 : k >= cdf.length - 1 ? 1 : cdf[k]!;
}

/** P(X ≥ k), by symmetry as accurate as the lower tail. */
export function upperProbability(distribution: RankDistribution, k: number): number {
  return lowerProbability(distribution, distribution.cdf.length - 1 - k);
}

/** The smallest k with P(X ≤ k) ≥ p. */
export function rankQuantile({ cdf }: RankDistribution, p: number): number {
  const k = cdf.findIndex((probability) => probability >= p * (1 - 1e-13));
  return k < 0 ? cdf.length - 1 : k;
}

function cumulated(mass: Float64Array): RankDistribution {
  for (let k = 1; k < mass.length; k++) mass[k]! += mass[k - 1]!;
  return { cdf: mass };
}
