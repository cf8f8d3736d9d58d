const TINY = 1e-300;
const ENOUGH = 2 ** -52;
const MOST_TERMS = 100_000;

/**
 * first + over(1) / (under(1) + over(2) / (under(2) + …)) to the last digit, by the method of Lentz as modified by Thompson and
 * Barnett (1986). `first` is not 0.
 */
export function continuedFraction(first: number, over: (k: number) => number, under: (k: number) => number): number {
  let value = first;
  let c = first;
  let d = 0;
  for (let k = 1; k < MOST_TERMS; k++) {
    const numerator = over(k);
    const denominator = under(k);
    d = 1 / (denominator + numerator * d || TINY);
    c = denominator + numerator / c || TINY;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < ENOUGH) break;
  }
  return value;
}
