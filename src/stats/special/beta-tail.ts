import { continuedFraction } from './continued-fraction.ts';
import { decayIntegral } from './decay-integral.ts';
import { deviance } from './deviance.ts';
import { logGammaRatio } from './log-gamma.ts';
import { expRemainder, logRemainder } from './remainders.ts';
import { stirlingError } from './stirling.ts';
import type { Tail } from './tail.ts';

const LOG_2PI = 1.8378770664093453;
// From here on the integral is faster than the fraction, which needs about √a terms.
const LARGE_SHAPE = 20_000;
const ENOUGH = 2 ** -54;

/**
 * The regularised incomplete beta function I_x(a, b) or its complement, in parts, for positive shapes. No checks. The caller
 * gives x and y = 1 − x, both in (0, 1), and `slope` = a·y − b·x, each to full relative accuracy: with large shapes the result hangs
 * on digits that a subtraction in here could not recover.
 */
export function betaTail(a: number, b: number, x: number, y: number, slope: number): Tail {
  const n = a + b;
  const logDensity =
    deviance(a, slope, n * x) +
    deviance(b, -slope, n * y) +
    (stirlingError(n) - stirlingError(a) - stirlingError(b)) +
    0.5 * (Math.log(Math.min(a, b)) + Math.log(Math.max(a, b) / n) - LOG_2PI);
  const mirrored = slope < 0;
  const { near, ratio } = mirrored ? nearTail(b, a, y, x, -slope, logDensity) : nearTail(a, b, x, y, slope, logDensity);
  return { upper: near === mirrored, logDensity, ratio, slope };
}

/** I_x(a, b) over the density, where x is at most the mean or little more; `near` false: its complement instead. */
function nearTail(
  a: number,
  b: number,
  x: number,
  y: number,
  slope: number,
  logDensity: number,
): { near: boolean; ratio: number } {
  if (b < 0.3 && y * Math.max(1, a) <= 0.7) {
    return { near: true, ratio: complementOfSmallShape(b, a, y) / Math.exp(logDensity) };
  }
  if (a < 0.3 && x * Math.max(1, b) <= 0.7 && logPower(a, b, x) > -0.7) {
    return { near: false, ratio: complementOfSmallShape(a, b, x) / Math.exp(logDensity) };
  }
  const large = Math.min(a, b) > LARGE_SHAPE;
  return { near: true, ratio: large ? integral(a, b, x, y, slope) : fraction(a, b, x, y, slope) };
}

/** log of x^a / (a B(a, b)), the leading term of I_x(a, b) for small x. */
function logPower(a: number, b: number, x: number): number {
  return a * Math.log(x) + logGammaRatio(b, a) - logGammaRatio(1, a);
}

/** 1 − I_x(a, b) for a small a: the power series of I_x, with the 1 taken off before it can hide the rest. */
function complementOfSmallShape(a: number, b: number, x: number): number {
  const power = logPower(a, b, x);
  let term = 1;
  let total = 0;
  for (let k = 1; k < 1000; k++) {
    term *= ((k - b) / k) * x;
    total += term / (a + k);
    if (Math.abs(term) <= ENOUGH * Math.abs(total)) break;
  }
  return -Math.expm1(power) - Math.exp(power) * a * total;
}

/** The continued fraction of DiDonato and Morris (TOMS 708, 1992). */
function fraction(a: number, b: number, x: number, y: number, slope: number): number {
  const over = (k: number) => {
    const at = a + 2 * k - 1;
    return ((a + k - 1) / at) * ((a + b + k - 1) / at) * (k * (b - k) * x * x);
  };
  const under = (k: number) => {
    const at = a + 2 * k;
    return k + (k * (b - k) * x) / (at - 1) + ((a + k) / (at + 1)) * (slope + 1 + k * (1 + y));
  };
  return 1 / continuedFraction((a / (a + 1)) * (slope + 1), over, under);
}

/** The integral over the log odds, from where they are down; by way of the smaller of x and y, which has the digits. */
function integral(a: number, b: number, x: number, y: number, slope: number): number {
  const n = a + b;
  const phi =
    x < y
      ? (v: number) => slope * v + n * (x * expRemainder(-v) + logRemainder(x * Math.expm1(-v)))
      : (v: number) => slope * v + n * (y * expRemainder(v) + logRemainder(y * Math.expm1(v)));
  return decayIntegral(phi, slope, n * x * y);
}
