/** One arm of a comparison: the values of each cluster that is in it. */
export interface Arm {
  /** +1 for the arm that is compared, −1 for the baseline. */
  readonly sign: 1 | -1;
  readonly n: number;
  /** How many values of the arm are in each cluster. */
  readonly sizes: Float64Array;
  /** The sum of the residuals of each cluster. */
  readonly residuals: Float64Array;
}

export interface ClusterVariance {
  readonly variance: number;
  readonly df: number;
}

/**
 * The variance of a mean, or of the difference of two means, over clusters that may be in both arms, and its degrees of freedom.
 *
 * CR1 multiplies the sandwich of Liang and Zeger (1986) by C / (C − 1). CR2 is the bias-reduced one of Bell and McCaffrey (2002); for
 * means its adjustment matrix has a closed form, as residuals enter by their cluster's sum only: the sum is divided by the root
 * of 1 − h, where h is the share of the arm that is in the cluster. Satterthwaite's degrees of freedom are theirs as well,
 * with independent values of equal variance as the working model (Pustejovsky and Tipton 2018).
 */
export function clusterVariance(
  arms: readonly Arm[],
  clusters: number,
  kind: 'CR1' | 'CR2',
  dfKind: 'clusters' | 'satterthwaite',
): ClusterVariance {
  const factor = (h: number) => (kind === 'CR2' ? 1 / Math.sqrt(1 - h) : 1);
  let variance = 0;
  let trace = 0;
  let squares = 0;
  // Sums over the clusters of the products of the arms' shares in the off-diagonal terms.
  const products = arms.map(() => new Float64Array(arms.length));
  const shares = new Float64Array(arms.length);
  for (let c = 0; c < clusters; c++) {
    let score = 0;
    let diagonal = 0;
    let repeated = 0;
    for (let i = 0; i < arms.length; i++) {
      const { sign, n, sizes, residuals } = arms[i]!;
      const h = sizes[c]! / n;
      const f = factor(h);
      score += (sign * f * residuals[c]!) / n;
      diagonal += (f * f * h * (1 - h)) / n;
      repeated += (h * f) ** 2 / n;
      shares[i] = (h * f) / Math.sqrt(n);
    }
    variance += score * score;
    trace += diagonal;
    squares += diagonal * diagonal - repeated * repeated;
    for (let i = 0; i < arms.length; i++) {
      for (let j = 0; j < arms.length; j++) products[i]![j]! += shares[i]! * shares[j]!;
    }
  }
  for (const row of products) for (const product of row) squares += product * product;
  return {
    variance: kind === 'CR1' ? (variance * clusters) / (clusters - 1) : variance,
    df: dfKind === 'clusters' ? clusters - 1 : (trace * trace) / squares,
  };
}
