import { betaCdf, betaQuantile, betaQuantileUpper, betaSf, betaTailAtOdds } from '../distributions/beta.ts';
import { logLowerTail, logUpperTail } from '../special/tail.ts';
import { integralBetween, integralOfLogConcave } from './integral.ts';

/** The shapes of a beta distribution. */
export type Shapes = readonly [number, number];

/** P(Y > X) for independent beta variables, accurate however small it is. */
export function probabilityAbove(x: Shapes, y: Shapes): number {
  const log = (v: number): number => {
    const odds = Math.exp(v);
    return betaTailAtOdds(odds, ...y).logDensity + logLowerTail(betaTailAtOdds(odds, ...x));
  };
  return Math.min(integralOfLogConcave(log, ...peaks(x, y)), 1);
}

/** E max(X − Y, 0): what is lost on average by taking Y. The integral of P(Y ≤ r)·P(X > r) over the rates r. */
export function expectedShortfall(x: Shapes, y: Shapes): number {
  const log = (v: number): number => {
    const odds = Math.exp(v);
    const measure = -Math.abs(v) - 2 * Math.log1p(Math.exp(-Math.abs(v)));
    return logLowerTail(betaTailAtOdds(odds, ...y)) + logUpperTail(betaTailAtOdds(odds, ...x)) + measure;
  };
  return integralOfLogConcave(log, ...peaks(x, y));
}

/** The d with P(Y − X > d) = q, to some ten digits after the point. */
export function differenceQuantileUpper(q: number, x: Shapes, y: Shapes): number {
  let [low, high] = [-1, 1];
  let [above, below] = [1 - q, -q];
  let last = 0;
  // The Illinois method: false position that halves the side that stays.
  for (let tries = 0; tries < 100 && high - low > 1e-12; tries++) {
    const d = tries % 5 === 4 ? (low + high) / 2 : low + ((high - low) * above) / (above - below);
    const miss = probabilityBeyond(d, x, y) - q;
    if (miss === 0) return d;
    if (miss > 0) {
      [low, above] = [d, miss];
      if (last > 0) below /= 2;
    } else {
      [high, below] = [d, miss];
      if (last < 0) above /= 2;
    }
    last = Math.sign(miss);
    if (Math.abs(miss) < 1e-13) return d;
  }
  return (low + high) / 2;
}

const ENOUGH = 1e-17;

/** P(Y − X > d): the integral over the log odds of X, where it has any probability. */
function probabilityBeyond(d: number, x: Shapes, y: Shapes): number {
  const certain = d < 0 ? betaCdf(-d, ...x) : 0;
  const from = Math.max(betaQuantile(ENOUGH, ...x), -d);
  const to = Math.min(betaQuantileUpper(ENOUGH, ...x), 1 - d);
  if (!(from < to)) return certain;
  const beyond = (v: number): number => {
    const odds = Math.exp(v);
    return Math.exp(betaTailAtOdds(odds, ...x).logDensity) * betaSf(odds / (1 + odds) + d, ...y);
  };
  return certain + integralBetween(beyond, logOdds(from), logOdds(to));
}

/** Log odds between which an integrand of both has its peak. */
function peaks([a, b]: Shapes, [c, d]: Shapes): readonly [number, number] {
  const places = [Math.log(a / b), Math.log(c / d), 0];
  return [Math.min(...places) - 2, Math.max(...places) + 2];
}

function logOdds(rate: number): number {
  return Math.min(Math.max(Math.log(rate / (1 - rate)), -700), 700);
}
