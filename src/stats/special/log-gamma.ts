import { requirePositive } from './checks.ts';
import { logRemainder } from './remainders.ts';
import { SERIES_FROM, stirlingError, stirlingErrorChange } from './stirling.ts';

const HALF_LOG_2PI = 0.9189385332046728;

/** log Γ(x) for x > 0, to full relative accuracy, also beside its zeros 1 and 2. Throws `invalid_argument` otherwise. */
export function logGamma(x: number): number {
  requirePositive('x', x);
  if (x < 0.5) return logGammaRatio(1, x) - Math.log(x);
  if (x < 1.5) return logGammaRatio(1, x - 1);
  if (x < 3) return logGammaRatio(2, x - 2);
  return (x - 0.5) * (Math.log(x) - 1) + (stirlingError(x) + HALF_LOG_2PI - 0.5);
}

/** log B(a, b) = log(Γ(a) Γ(b) / Γ(a + b)) for positive a and b. Throws `invalid_argument` otherwise. */
export function logBeta(a: number, b: number): number {
  requirePositive('a', a);
  requirePositive('b', b);
  const [small, large] = a < b ? [a, b] : [b, a];
  return logGamma(small) - logGammaRatio(large, small);
}

/** log(Γ(a + h) / Γ(a)) for a > 0 and a + h > 0, to full relative accuracy however small h is. No checks. */
export function logGammaRatio(a: number, h: number): number {
  let steps = 0;
  let at = a;
  for (; at < SERIES_FROM || at + h < SERIES_FROM; at++) steps += Math.log1p(h / at);
  const ratio = h / at;
  const stirling = h * Math.log(at) + at * logRemainder(ratio) + (h - 0.5) * Math.log1p(ratio);
  return stirling + stirlingErrorChange(at, h) - steps;
}
