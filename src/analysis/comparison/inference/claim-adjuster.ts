import { type Adjustment, adjustPValues } from '../../../stats/inference/adjust-p-values.ts';

/**
 * Adjusts p-values of several claims about each of several metrics together: that there is a difference, and that it lies within a margin. Takes
 * the p-values of each metric, of whose null hypotheses one at most is true, null for what was not tested; the answer adjusts one of
 * a metric.
 *
 * A family of true null hypotheses thus has one claim of each metric, so closed testing (Marcus, Peritz and Gabriel 1976; for Holm's method the
 * logical constraints of Shaffer 1986) holds a claim against the worst one of every other metric. Holm's, Hochberg's, Hommel's and Bonferroni's
 *method so bound the probability of any false claim, about differences and margins alike: the first and the last always, the others where
 * metrics are independent or positively dependent. One metric alone is not corrected.
 */
export function claimAdjuster(
  metrics: readonly (readonly (number | null)[])[],
  method: Adjustment,
): (metric: number, p: number | null) => number | null {
  const worst = metrics.map((claims) => {
    const tested = claims.filter((p) => p !== null);
    return tested.length === 0 ? null : Math.max(...tested);
  });
  return (metric, p) => (p === null ? null : adjustPValues(worst.with(metric, p), method)[metric]!);
}
