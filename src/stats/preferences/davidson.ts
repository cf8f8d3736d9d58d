import { cholesky, solveCholesky } from './cholesky.ts';
import type { PairCounts } from './preference-counts.ts';

export interface DavidsonFit {
  /** Logs, summing to 0. */
  readonly strengths: Float64Array;
  /** Of the log strengths as they are here, summing to 0. */
  readonly covariance: readonly Float64Array[];
  /** ν, 0 without ties. */
  readonly tie: number;
  readonly logLikelihood: number;
}

export interface OutcomeProbabilities {
  readonly win: number;
  readonly loss: number;
  readonly tie: number;
}

/** What may come of a comparison with an item weaker by `distance` on the log scale: π_i : π_j : ν √(π_i π_j). */
export function probabilities(distance: number, tie: number): OutcomeProbabilities {
  const [up, down] = [Math.exp(distance / 2), Math.exp(-distance / 2)];
  const all = up + down + tie;
  return { win: up / all, loss: down / all, tie: tie / all };
}

const ROUNDS = 100;

/** The maximum of the likelihood, which must have one; `null` where rounding hides it. */
export function fitDavidson(items: number, pairs: readonly PairCounts[]): DavidsonFit | null {
  const tied = pairs.some((pair) => pair.ties > 0);
  // Log strengths, then log ν.
  let at = new Float64Array(items + (tied ? 1 : 0));
  let best = evaluate(items, pairs, at, tied);
  for (let round = 0; round < ROUNDS; round++) {
    const lower = cholesky(best.information);
    if (lower === null) return null;
    const step = solveCholesky(lower, best.gradient);
    const size = step.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
    let scale = Math.min(1, 4 / size);
    let next = at.map((value, i) => value + scale * step[i]!);
    let found = evaluate(items, pairs, next, tied);
    // The likelihood is concave: a step that is short enough gains, unless only rounding is left.
    while (!(found.logLikelihood >= best.logLikelihood) && size * scale > 1e-9) {
      scale /= 2;
      next = at.map((value, i) => value + scale * step[i]!);
      found = evaluate(items, pairs, next, tied);
    }
    at = next;
    best = found;
    if (size < 1e-9) return fitted(items, at, best, tied);
  }
  return null;
}

interface Evaluation {
  readonly logLikelihood: number;
  readonly gradient: Float64Array;
  /** Minus the second derivatives, with the direction in which all strengths grow alike held fast. */
  readonly information: readonly Float64Array[];
}

function evaluate(items: number, pairs: readonly PairCounts[], at: Float64Array, tied: boolean): Evaluation {
  const gradient = new Float64Array(at.length);
  const information = Array.from({ length: at.length }, () => new Float64Array(at.length));
  const add = (row: number, column: number, value: number): void => {
    information[row]![column]! += value;
  };
  const tie = tied ? Math.exp(at[items]!) : 0;
  let logLikelihood = 0;
  let weight = 0;
  for (const { i, j, wins, losses, ties } of pairs) {
    const p = probabilities(at[i]! - at[j]!, tie);
    const n = wins + losses + ties;
    weight += n;
    if (wins > 0) logLikelihood += wins * Math.log(p.win);
    if (losses > 0) logLikelihood += losses * Math.log(p.loss);
    if (ties > 0) logLikelihood += ties * Math.log(p.tie);
    // By the distance an outcome counts ½, −½ or 0; by log ν a tie counts 1.
    const slope = (wins - losses - n * (p.win - p.loss)) / 2;
    gradient[i]! += slope;
    gradient[j]! -= slope;
    const bend = (n * (p.win + p.loss - (p.win - p.loss) ** 2)) / 4;
    add(i, i, bend);
    add(j, j, bend);
    add(i, j, -bend);
    add(j, i, -bend);
    if (!tied) continue;
    gradient[items]! += ties - n * p.tie;
    add(items, items, n * p.tie * (1 - p.tie));
    const cross = (-n * p.tie * (p.win - p.loss)) / 2;
    for (const [item, sign] of [
      [i, 1],
      [j, -1],
    ] as const) {
      add(item, items, sign * cross);
      add(items, item, sign * cross);
    }
  }
  const fast = weight / items ** 2;
  for (let i = 0; i < items; i++) for (let j = 0; j < items; j++) add(i, j, fast);
  return { logLikelihood, gradient, information };
}

function fitted(
  items: number,
  at: Float64Array,
  { logLikelihood, information }: Evaluation,
  tied: boolean,
): DavidsonFit | null {
  const lower = cholesky(information);
  if (lower === null) return null;
  // Contrasts of an item with the mean of all, whose variances do not depend on what was held fast.
  const contrasts = Array.from({ length: items }, (_, i) =>
    Float64Array.from({ length: at.length }, (_, k) => (k >= items ? 0 : (k === i ? 1 : 0) - 1 / items)),
  );
  const covariance = contrasts.map((contrast) => {
    const solved = solveCholesky(lower, contrast);
    return Float64Array.from(contrasts, (other) => other.reduce((total, part, k) => total + part * solved[k]!, 0));
  });
  const mean = at.subarray(0, items).reduce((total, value) => total + value, 0) / items;
  return {
    strengths: at.slice(0, items).map((value) => value - mean),
    covariance,
    tie: tied ? Math.exp(at[items]!) : 0,
    logLikelihood,
  };
}
