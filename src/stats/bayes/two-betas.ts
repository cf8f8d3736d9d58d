import { betaQuantile, betaQuantileUpper, betaTailAtOdds } from '../distributions/beta.ts';
import { rootBetween } from '../special/root.ts';
import { fartherOut, logLowerTail, logUpperTail, lowerTail, type Tail, upperTail } from '../special/tail.ts';
import { integralBetween, integralOfLogConcave } from './integral.ts';

/** The shapes of a beta distribution. */
export type Shapes = readonly [number, number];

/** Log odds by which a tail is a power but for what no double shows. */
const FAR = 60;

/** The tails by log odds, also where the odds are beyond the range of doubles: there they fall by a power. */
function tailsOf([a, b]: Shapes): (logOdds: number) => Tail {
  const far = FAR + Math.log(Math.max(a, b, 1));
  let [below, above]: (Tail | undefined)[] = [];
  return (v) => {
    if (v < -far) {
      below ??= betaTailAtOdds(Math.exp(-far), a, b);
      return fartherOut(below, false, a, -far - v);
    }
    if (v > far) {
      above ??= betaTailAtOdds(Math.exp(far), a, b);
      return fartherOut(above, true, b, v - far);
    }
    return betaTailAtOdds(Math.exp(v), a, b);
  };
}

/**
 * P(Y > X) for independent beta variables, accurate however small it is: the integral over the one that varies less, beside which the
 * other is smooth.
 */
export function probabilityAbove(x: Shapes, y: Shapes): number {
  const [atX, atY] = [tailsOf(x), tailsOf(y)];
  const log =
    spread(x) < spread(y)
      ? (v: number): number => atX(v).logDensity + logUpperTail(atY(v))
      : (v: number): number => atY(v).logDensity + logLowerTail(atX(v));
  return Math.min(integralOfLogConcave(log, ...peaks(x, y)), 1);
}

/** E max(X − Y, 0): what is lost on average by taking Y. The integral of P(Y ≤ r)·P(X > r) over the rates r. */
export function expectedShortfall(x: Shapes, y: Shapes): number {
  const [atX, atY] = [tailsOf(x), tailsOf(y)];
  const log = (v: number): number => {
    const measure = -Math.abs(v) - 2 * Math.log1p(Math.exp(-Math.abs(v)));
    return logLowerTail(atY(v)) + logUpperTail(atX(v)) + measure;
  };
  return integralOfLogConcave(log, ...peaks(x, y));
}

/** Differences that are nearer to 0, and to 1, than that are taken for it. */
const NEAREST = -30;

/** The d with P(Y − X > d) = q, to some ten digits after the point. */
export function differenceQuantileUpper(q: number, x: Shapes, y: Shapes): number {
  if (probabilityAbove(x, y) < q) return -positiveQuantileUpper(1 - q, y, x);
  return positiveQuantileUpper(q, x, y);
}

// By the log odds of d, in which small shapes have no steep ends.
function positiveQuantileUpper(q: number, x: Shapes, y: Shapes): number {
  const miss = (v: number): number => {
    const missed = q - probabilityBeyond(1 / (1 + Math.exp(-v)), x, y);
    return Math.abs(missed) < 1e-13 ? 0 : missed;
  };
  if (miss(NEAREST) >= 0) return 0;
  if (miss(-NEAREST) <= 0) return 1;
  return 1 / (1 + Math.exp(-rootBetween(miss, NEAREST, -NEAREST)));
}

const ENOUGH = 1e-17;
/** Rates below d by such a factor are nothing beside it. */
const NOTHING = 45;

/**
 * P(Y − X > d) for d > 0: the integral over the log odds of X, where either has any probability left. What is below that range is
 * beyond d with one and the same probability, what is above it never.
 */
function probabilityBeyond(d: number, x: Shapes, y: Shapes): number {
  const atX = tailsOf(x);
  const survival = (v: number): number => {
    const other = 1 / (1 + Math.exp(v));
    const left = other - d;
    return left > 0 ? upperTail(betaTailAtOdds((1 / (1 + Math.exp(-v)) + d) / left, ...y)) : 0;
  };
  const from = Math.max(
    Math.log(d) - NOTHING,
    logOdds(betaQuantile(ENOUGH, ...x)),
    logOdds(betaQuantile(ENOUGH, ...y) - d),
  );
  const to = Math.min(logOdds(betaQuantileUpper(ENOUGH, ...x)), logOdds(betaQuantileUpper(ENOUGH, ...y) - d));
  const certain = lowerTail(atX(from)) * survival(from);
  if (!(from < to)) return certain;
  const places = [from, ...[Math.log(d), 0].filter((v) => v > from && v < to), to];
  const beyond = (v: number): number => Math.exp(atX(v).logDensity) * survival(v);
  let total = certain;
  for (let i = 1; i < places.length; i++) total += integralBetween(beyond, places[i - 1]!, places[i]!);
  return total;
}

/** About the variance of the log odds. */
function spread([a, b]: Shapes): number {
  return 1 / a + 1 / b;
}

/** Log odds between which an integrand of both has its peak. */
function peaks([a, b]: Shapes, [c, d]: Shapes): readonly [number, number] {
  const places = [Math.log(a / b), Math.log(c / d), 0];
  return [Math.min(...places) - 2, Math.max(...places) + 2];
}

function logOdds(rate: number): number {
  return rate <= 0 ? -700 : rate >= 1 ? 700 : Math.log(rate / (1 - rate));
}
