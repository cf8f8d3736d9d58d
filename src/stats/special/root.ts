/**
 * The x between `low` and `high` where `f` changes sign, by Chandrupatla's method (Advances in Engineering Software 28, 1997): inverse
 * quadratic interpolation where that is safe, else halving, to the last digits. `f` may be infinite; its values at the ends must
 * not have the same sign.
 */
export function rootBetween(f: (x: number) => number, low: number, high: number): number {
  let x1 = high;
  let f1 = f(high);
  if (f1 === 0) return high;
  let x2 = low;
  let f2 = f(low);
  if (f2 === 0) return low;
  let part = 0.5;
  for (let tries = 0; tries < 200; tries++) {
    const x = x1 + part * (x2 - x1);
    const value = f(x);
    if (value === 0) return x;
    const opposite = value > 0 !== f1 > 0;
    const [x3, f3] = opposite ? [x2, f2] : [x1, f1];
    if (opposite) [x2, f2] = [x1, f1];
    x1 = x;
    f1 = value;
    const best = Math.abs(f1) < Math.abs(f2) ? x1 : x2;
    const least = (2 * Number.EPSILON * Math.abs(best) + Number.MIN_VALUE) / Math.abs(x2 - x1);
    if (least > 0.5) return best;
    const xi = (x1 - x2) / (x3 - x2);
    const phi = (f1 - f2) / (f3 - f2);
    const smooth = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    part = smooth
      ? (f1 / (f2 - f1)) * (f3 / (f2 - f3)) + ((x3 - x1) / (x2 - x1)) * (f1 / (f3 - f1)) * (f2 / (f3 - f2))
      : 0.5;
    part = Number.isNaN(part) ? 0.5 : Math.min(Math.max(part, least), 1 - least);
  }
  return x1;
}
