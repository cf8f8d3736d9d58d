/** From here on Stirling's series gives all digits. */
export const SERIES_FROM = 10;

/** B₂ₖ / (2k(2k − 1)), from k = 1. */
const COEFFICIENTS = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

/** δ(n / 2) for whole n: what whole numbers of degrees of freedom need. */
const HALVES: Float64Array = Float64Array.from({ length: 2 * SERIES_FROM }, (_, n) => raised(n / 2));

/**
 * The error of Stirling's formula, δ(z) = log Γ(z) − (z − ½) log z + z − ½ log 2π, for z > 0, to about 1e-16 absolute. With
 * it, densities are made of small terms where differences of log Γ would lose the digits that large arguments have
 * (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
 */
export function stirlingError(z: number): number {
  if (z >= SERIES_FROM) return series(z);
  const twice = 2 * z;
  return Number.isInteger(twice) ? HALVES[twice]! : raised(z);
}

/** δ(z + h) − δ(z) for z and z + h of at least `SERIES_FROM`, to full relative accuracy however small h is. */
export function stirlingErrorChange(z: number, h: number): number {
  const growth = Math.log1p(h / z);
  let power = 1 / z;
  let change = 0;
  for (let k = 0; k < COEFFICIENTS.length; k++) {
    change += COEFFICIENTS[k]! * power * Math.expm1(-(2 * k + 1) * growth);
    power /= z * z;
  }
  return change;
}

function series(z: number): number {
  const inverse = 1 / z;
  const square = inverse * inverse;
  let value = 0;
  for (let k = COEFFICIENTS.length - 1; k >= 0; k--) value = value * square + COEFFICIENTS[k]!;
  return value * inverse;
}

/** Step by step up to where the series holds. */
function raised(z: number): number {
  let steps = 0;
  let at = z;
  for (; at < SERIES_FROM; at++) steps += step(at);
  return steps + series(at);
}

/** δ(z) − δ(z + 1) = (z + ½) log(1 + 1/z) − 1, which is r²/3 + r⁴/5 + … for r = 1 / (2z + 1). */
function step(z: number): number {
  if (z < 1) return (z + 0.5) * (Math.log1p(z) - Math.log(z)) - 1;
  const square = 1 / ((2 * z + 1) * (2 * z + 1));
  let term = square;
  let total = square / 3;
  for (let odd = 5; term > 1e-17; odd += 2) {
    term *= square;
    total += term / odd;
  }
  return total;
}
