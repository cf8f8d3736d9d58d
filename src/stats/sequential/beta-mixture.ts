import { betaPdf } from '../distributions/beta.ts';

/** What was counted of a yes or no, and the beta prior that it is weighed against. */
export interface Counted {
  readonly yes: number;
  readonly no: number;
  readonly prior: readonly [number, number];
}

/**
 * The log of the beta mixture of likelihoods over the likelihood at p, which starts at 0 and grows beyond log 1/α only with
 * probability α when p is the truth, whenever one looks (Ville 1939; Robbins 1970). It is the prior density over the posterior one, and
 * convex in p.
 */
export function logMixture({ yes, no, prior: [a, b] }: Counted, p: number): number {
  if (yes + no === 0) return 0;
  if (p <= 0) return yes > 0 ? Number.POSITIVE_INFINITY : logMixture({ yes, no, prior: [a, b] }, TINY);
  if (p >= 1) return no > 0 ? Number.POSITIVE_INFINITY : logMixture({ yes, no, prior: [a, b] }, 1 - 2 ** -53);
  return Math.log(betaPdf(p, a, b)) - Math.log(betaPdf(p, a + yes, b + no));
}

const TINY = 1e-300;

/** The place between two ends where a rising function passes 0, to the last bit; an end when it does not. */
export function crossing(f: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  for (;;) {
    const middle = low / 2 + high / 2;
    if (!(middle > low && middle < high)) return high;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
}

/**
 * The ends of where a convex function lies below `bound`, in [from, to]; it does at `inside`. Where it stays below up to an
 * end, that end.
 */
export function below(
  f: (x: number) => number,
  bound: number,
  inside: number,
  from: number,
  to: number,
): readonly [number, number] {
  const low = f(from) < bound ? from : -crossing((x) => f(-x) - bound, -inside, -from);
  const high = f(to) < bound ? to : crossing((x) => f(x) - bound, inside, to);
  return [low, high];
}
