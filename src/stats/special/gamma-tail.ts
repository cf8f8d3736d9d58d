import { continuedFraction } from './continued-fraction.ts';
import { decayIntegral } from './decay-integral.ts';
import { deviance } from './deviance.ts';
import { logGammaRatio } from './log-gamma.ts';
import { expRemainder } from './remainders.ts';
import { stirlingError } from './stirling.ts';
import type { Tail } from './tail.ts';

const LOG_2PI = 1.8378770664093453;
// From here on the integral is faster than the fractions, which need about √a terms.
const LARGE_SHAPE = 5000;
const ENOUGH = 2 ** -54;

/**
 * The regularised incomplete gamma functions at 0 < x < ∞ for shape a > 0: P(a, x) or Q(a, x), in parts. No checks. `slope` is
 * a − x, for callers that know it better than the subtraction.
 */
export function gammaTail(a: number, x: number, slope: number = a - x): Tail {
  const logDensity = deviance(a, slope, x) - stirlingError(a) + 0.5 * (Math.log(a) - LOG_2PI);
  if (a < 0.3 && x < 1) {
    const logPower = a * Math.log(x) - logGammaRatio(1, a);
    if (logPower > -0.7) {
      return { upper: true, logDensity, ratio: upperOfSmallShape(a, x, logPower) / Math.exp(logDensity), slope };
    }
  }
  const upper = slope < 0 && x >= 1;
  const ratio = a > LARGE_SHAPE ? integral(x, slope) : upper ? upperFraction(a, -slope) : lowerFraction(a, x, slope);
  return { upper, logDensity, ratio, slope };
}

/** Q(a, x) = 1 − x^a / Γ(a + 1) · (1 + a Σ (−x)^k / (k! (a + k))), with the 1 taken off before it can hide the rest. */
function upperOfSmallShape(a: number, x: number, logPower: number): number {
  let power = 1;
  let total = 0;
  for (let k = 1; Math.abs(power) > ENOUGH * Math.abs(total); k++) {
    power *= -x / k;
    total += power / (a + k);
  }
  return -Math.expm1(logPower) - Math.exp(logPower) * a * total;
}

/** DLMF 8.9.2. `beyond` is x − a. */
function upperFraction(a: number, beyond: number): number {
  const over = (k: number) => k * (a - k);
  const under = (k: number) => beyond + 1 + 2 * k;
  return 1 / continuedFraction(beyond + 1, over, under);
}

/** The limit for many trials of the fraction of DiDonato and Morris for the incomplete beta function. */
function lowerFraction(a: number, x: number, slope: number): number {
  const over = (k: number) => {
    const share = x / (a + 2 * k - 1);
    return (a + k - 1) * k * share * share;
  };
  const under = (k: number) => {
    const at = a + 2 * k;
    return k + (k * x) / (at - 1) + ((a + k) / (at + 1)) * (slope + 1 + 2 * k);
  };
  return 1 / continuedFraction((a / (a + 1)) * (slope + 1), over, under);
}

/** The integral over log x, from where it is outward. */
function integral(x: number, slope: number): number {
  return slope < 0
    ? decayIntegral((v) => x * expRemainder(v) - slope * v, -slope, x)
    : decayIntegral((v) => x * expRemainder(-v) + slope * v, slope, x);
}
