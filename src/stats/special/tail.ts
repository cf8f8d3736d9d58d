/**
 * One tail of a distribution of positive values, in parts that keep their digits where the tail itself underflows. The
 * variable is the logarithm v of the value (of the odds x / (1 − x) for a fraction x): in v the densities are log-concave.
 */
export interface Tail {
  /** Which tail this is: the smaller one, unless neither is small. The other is its complement. */
  readonly upper: boolean;
  /** The log of the density in v. */
  readonly logDensity: number;
  /** The tail divided by the density (Mills' ratio). */
  readonly ratio: number;
  /** The derivative of `logDensity` by v. */
  readonly slope: number;
}

/** P(X ≤ x). */
export function lowerTail(tail: Tail): number {
  return tail.upper ? 1 - mass(tail) : mass(tail);
}

/** P(X > x). */
export function upperTail(tail: Tail): number {
  return tail.upper ? mass(tail) : 1 - mass(tail);
}

/** log P(X ≤ x), finite where the probability underflows. */
export function logLowerTail(tail: Tail): number {
  return tail.upper ? Math.log1p(-mass(tail)) : logMass(tail);
}

/** log P(X > x), finite where the probability underflows. */
export function logUpperTail(tail: Tail): number {
  return tail.upper ? logMass(tail) : Math.log1p(-mass(tail));
}

/** Mills' ratio of the upper or the lower tail, whichever of them `tail` is. */
export function ratioOf(tail: Tail, upper: boolean): number {
  if (tail.upper === upper) return tail.ratio;
  const known = mass(tail);
  return (tail.ratio * (1 - known)) / known;
}

/** The upper or lower tail exp(`logExcess`) times as far out as `tail`, from where it falls by the power `exponent`. */
export function fartherOut(tail: Tail, upper: boolean, exponent: number, logExcess: number): Tail {
  return {
    upper,
    logDensity: tail.logDensity - exponent * logExcess,
    ratio: ratioOf(tail, upper),
    slope: upper ? -exponent : exponent,
  };
}

function mass(tail: Tail): number {
  const { logDensity, ratio } = tail;
  // A large ratio may bring back what the exponential of the density alone would lose.
  return Math.min(logDensity > -700 ? Math.exp(logDensity) * ratio : Math.exp(logMass(tail)), 1);
}

function logMass({ logDensity, ratio }: Tail): number {
  return Math.min(logDensity + Math.log(ratio), 0);
}
