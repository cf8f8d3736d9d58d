import { logLowerTail, logUpperTail, ratioOf, type Tail } from '../special/tail.ts';
import { normalQuantile } from './normal.ts';

const LEAST = 1e-307;
const MOST = 1e307;

const SLACK = 64 * Number.EPSILON;

/**
 * The x > 0 with the probability `lower` below and `upper` = 1 − `lower` above it, by Halley's method on the log of the smaller
 * one. `evaluate` gives the tail at x; `power` is 1 when its variable is log x, ½ when it is log x². The log of a tail is a
 * concave function of that variable, so that the method converges from wherever it starts.
 *
 * Each estimate is the last one times a factor: no digits are lost however small x is.
 */
export function solveTail(
  evaluate: (x: number) => Tail,
  lower: number,
  upper: number,
  start: number,
  power: number = 1,
): number {
  const above = upper < lower;
  const target = Math.log(above ? upper : lower);
  let x = Math.min(Math.max(start, LEAST), MOST);
  for (let tries = 0; tries < 100; tries++) {
    const tail = evaluate(x);
    const miss = (above ? logUpperTail(tail) : logLowerTail(tail)) - target;
    const ratio = ratioOf(tail, above);
    // Not negative, for a concave function, but for rounding.
    const bend = Math.max(1 + (above ? tail.slope : -tail.slope) * ratio, 0);
    const step = (ratio * miss) / Math.max(1 + 0.5 * miss * bend, 0.5);
    const next = x * Math.exp(power * (above ? step : -step));
    if (Math.abs(miss) < 3e-6) return next;
    if (next >= LEAST && next <= MOST) x = next;
    else {
      // Out here tails are powers of x, for which one step is exact; but only the last one is from out here.
      const edge = next < LEAST ? LEAST : MOST;
      if (x === edge) return next;
      x = edge;
    }
  }
  return x;
}

/** A distribution of whole numbers from `least` to `most`, and where its normal approximation has the z-th deviate. */
export interface Counts {
  readonly cdf: (k: number) => number;
  readonly sf: (k: number) => number;
  readonly least: number;
  readonly most: number;
  readonly normal: (z: number) => number;
}

/**
 * The smallest k with P(X ≤ k) at least the given lower tail, or P(X > k) at most the given upper one. What differs by rounding
 * only counts as equal: it may be a tail of this distribution that is given back.
 */
export function solveCount(tail: number, isUpper: boolean, { cdf, sf, least, most, normal }: Counts): number {
  const lower = isUpper ? 1 - tail : tail;
  const upper = isUpper ? tail : 1 - tail;
  if (lower === 0) return least;
  if (upper === 0) return most;
  // The smaller tail has more digits, unless it had to be made from the other one.
  const above = upper < lower;
  const lost = above === isUpper ? 0 : 2 ** -53;
  if (above)
    return firstReached((k) => sf(k) <= upper * (1 + SLACK) + lost, least, most, normal(-normalQuantile(upper)));
  return firstReached((k) => cdf(k) >= lower * (1 - SLACK) - lost, least, most, normal(normalQuantile(lower)));
}

/** The smallest whole number with `reached`, which stays true from there on; `most` when it never is. */
function firstReached(reached: (k: number) => boolean, least: number, most: number, start: number): number {
  let notYet = least - 1;
  let already = most;
  // A start of −0.3 would be −0.
  let at = Math.round(start) + 0;
  // In growing strides until the answer is enclosed, then by halves.
  for (let stride = 1; already - notYet > 1; stride *= 2) {
    if (!(at > notYet && at < already)) at = notYet + Math.floor((already - notYet) / 2);
    if (reached(at)) {
      already = at;
      at -= stride;
    } else {
      notYet = at;
      at += stride;
    }
  }
  return already;
}
