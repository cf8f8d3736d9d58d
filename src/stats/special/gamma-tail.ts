import { decayIntegral } from './decay-integral.ts';
import { deviance } from './deviance.ts';
import { logGammaRatio } from './log-gamma.ts';
import { expRemainder } from './remainders.ts';
import { stirlingError } from './stirling.ts';
import type { Tail } from './tail.ts';

const LOG_2PI = 1.8378770664093453;
const LARGE_SHAPE = 30;
const ENOUGH = 2 ** -54;

/**
 * The regularised incomplete gamma functions at 0 < x < ∞ for shape a > 0: P(a, x) or Q(a, x), in parts. No checks. `slope` is
 * a − x, for callers that know it better than the subtraction. Small shapes by series and continued fraction (DLMF 8.7.1, 8.11.4,
 * 8.9.2), large ones by the integral over log x.
 */
export function gammaTail(a: number, x: number, slope: number = a - x): Tail {
  const logDensity = deviance(a, slope, x) - stirlingError(a) + 0.5 * (Math.log(a) - LOG_2PI);
  if (a < 0.3 && x < 1) {
    const logPower = a * Math.log(x) - logGammaRatio(1, a);
    if (logPower > -0.7) {
      return { upper: true, logDensity, ratio: upperOfSmallShape(a, x, logPower) / Math.exp(logDensity), slope };
    }
  }
  if (slope >= 0 || x < 1) {
    const large = a > LARGE_SHAPE;
    const ratio = large ? decayIntegral((v) => slope * v + x * expRemainder(-v), slope, x) : lowerSeries(a, x);
    return { upper: false, logDensity, ratio, slope };
  }
  const large = a > LARGE_SHAPE;
  const ratio = large ? decayIntegral((v) => x * expRemainder(v) - slope * v, -slope, x) : upperFraction(a, x);
  return { upper: true, logDensity, ratio, slope };
}

function lowerSeries(a: number, x: number): number {
  let term = 1;
  let total = 1;
  for (let k = 1; term > total * ENOUGH; k++) {
    term *= x / (a + k);
    total += term;
  }
  return total / a;
}

/** Q(a, x) = 1 − x^a / Γ(a + 1) · (1 + a Σ (−x)^k / (k! (a + k))), with the 1 taken off before it can hide the rest. */
function upperOfSmallShape(a: number, x: number, logPower: number): number {
  let power = 1;
  let total = 0;
  for (let k = 1; k < 100 && Math.abs(power) > ENOUGH * Math.abs(total); k++) {
    power *= -x / k;
    total += power / (a + k);
  }
  return -Math.expm1(logPower) - Math.exp(logPower) * a * total;
}

/** By the modified method of Lentz (Thompson and Barnett 1986). */
function upperFraction(a: number, x: number): number {
  let below = x + 1 - a;
  let c = below;
  let d = 0;
  let value = c;
  for (let k = 1; k < 10_000; k++) {
    const above = -k * (k - a);
    below += 2;
    d = 1 / (below + above * d || TINY);
    c = below + above / c || TINY;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < ENOUGH * 4) break;
  }
  return 1 / value;
}

const TINY = 1e-300;
