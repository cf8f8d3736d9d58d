import { logRemainder } from './remainders.ts';

/**
 * n log(m / n) + n − m ≤ 0, for n > 0 and m ≥ 0: how far n is from m on the scale of the log likelihood (Loader's saddle-point
 * term). `excess` is n − m, which the caller knows to more digits than the subtraction would give.
 */
export function deviance(n: number, excess: number, m: number): number {
  const share = excess / n;
  return Math.abs(share) < 0.65 ? n * logRemainder(-share) : n * Math.log(m / n) + excess;
}
