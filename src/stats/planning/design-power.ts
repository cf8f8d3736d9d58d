import { chiSquareQuantileUpper } from '../distributions/chi-square.ts';
import { noncentralTSf } from '../distributions/noncentral-t.ts';
import { normalCdf, normalQuantileUpper } from '../distributions/normal.ts';
import { studentTQuantileUpper } from '../distributions/student-t.ts';
import type { Alternative } from '../inference/test-result.ts';
import { type Design, designEffect, differenceVariance, groupVariances } from './design.ts';

/** The power of a design with `n` samples in its first group. `effect` has the sign that the alternative looks for. */
export function powerAt(design: Design, n: number, effect: number, alpha: number, alternative: Alternative): number {
  const tail = alternative === 'two-sided' ? alpha / 2 : alpha;
  const inflation = designEffect(design.cluster);
  const unit = design.cluster?.size ?? 1;
  switch (design.kind) {
    case 'means': {
      const [first, second] = groupVariances(design.sd);
      const ratio = design.ratio ?? 1;
      const parts = [(first * inflation) / n, (second * inflation) / (ratio * n)] as const;
      const total = parts[0] + parts[1];
      // Welch and Satterthwaite, with clusters for samples.
      const [w1, w2] = [parts[0] / total, parts[1] / total];
      const df = 1 / (w1 ** 2 / (n / unit - 1) + w2 ** 2 / ((ratio * n) / unit - 1));
      return ofT(effect / Math.sqrt(total), df, tail);
    }
    case 'paired_means':
      return ofT(effect / Math.sqrt((differenceVariance(design.sd) * inflation) / n), n / unit - 1, tail);
    case 'proportions': {
      const [p1, p2] = [design.baseline, design.baseline + effect];
      const n1 = n / inflation;
      const n2 = n1 * (design.ratio ?? 1);
      const pooled = (n1 * p1 + n2 * p2) / (n1 + n2);
      const underNull = Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
      const underEffect = Math.sqrt((p1 * (1 - p1)) / n1 + (p2 * (1 - p2)) / n2);
      return normalCdf((Math.abs(effect) - normalQuantileUpper(tail) * underNull) / underEffect);
    }
    case 'paired_proportions': {
      const { discordant } = design;
      const root = Math.sqrt(n / inflation);
      const bound = normalQuantileUpper(tail) * Math.sqrt(discordant);
      return normalCdf((Math.abs(effect) * root - bound) / Math.sqrt(discordant - effect * effect));
    }
  }
}

function ofT(noncentrality: number, df: number, tail: number): number {
  const critical = studentTQuantileUpper(tail, df);
  const size = Math.abs(noncentrality);
  // Beyond this what is missing is below 1e-18, and the integral would take long.
  const sure = critical * Math.sqrt(chiSquareQuantileUpper(1e-20, df) / df) + 10;
  return size > sure ? 1 : noncentralTSf(critical, df, size);
}

/** How many samples the first group must at least have. */
export function leastSize(design: Design): number {
  const ratio = 'ratio' in design ? Math.min(design.ratio ?? 1, 1) : 1;
  return (2 * (design.cluster?.size ?? 1)) / ratio;
}

/** The largest effect that a design can have in the direction `sign`: no rate is beyond 0 or 1. */
export function largestEffect(design: Design, sign: number): number {
  if (design.kind === 'proportions') return sign > 0 ? 1 - design.baseline : design.baseline;
  return design.kind === 'paired_proportions' ? design.discordant : Number.POSITIVE_INFINITY;
}
