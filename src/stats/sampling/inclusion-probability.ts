import { CrucibleError, show } from '../../core/errors.ts';
import { hash32 } from '../../core/random.ts';
import { requireFinite, requireFraction, requirePositive } from '../special/checks.ts';

/** No item has a smaller chance than this by default: it bounds the weight of one item. */
export const LEAST_CHANCE = 0.01;

/**
 * The number in [0, 1) that is a key's own for ever (permanent random numbers: Brewer, Early and Joyce, Australian Journal of
 * Statistics 14, 1972). Who keeps what has `permanentRandom(key) < probability` decides alike in every process, keeps what has one key together
 * where probabilities are equal, and keeps more of it, never others, where they are higher.
 */
export function permanentRandom(key: string): number {
  return hash32(key) / 2 ** 32;
}

/**
 * Gives each stratum a probability of its own: all failures and a tenth of the successes. A stratum that has none, and an item
 * without a stratum, gets `otherwise`, by default 1. Throws `invalid_argument` for a probability that is not above 0 and at most 1.
 */
export function stratifiedProbability(
  probabilities: Readonly<Record<string, number>>,
  otherwise = 1,
): (stratum: string | null) => number {
  const known = new Map(Object.entries(probabilities));
  for (const [stratum, probability] of known) requireChance(`The probability of ${show(stratum)}`, probability);
  requireChance('otherwise', otherwise);
  return (stratum) => (stratum === null ? otherwise : (known.get(stratum) ?? otherwise));
}

export interface ImportanceOptions {
  /** From this importance on every item is kept. */
  readonly certainFrom: number;
  /** The least probability of an item that has an importance. Default 0.01. */
  readonly floor?: number;
  /** The probability of one that has none: null or NaN. Default 1. */
  readonly otherwise?: number;
}

/**
 * Gives an item a probability in proportion to its importance, within `floor` and 1. Variances are least when the importance is in
 * proportion to the value that is to be estimated. Throws `invalid_argument` unless `certainFrom` is positive and the probabilities are
 * above 0 and at most 1.
 */
export function importanceProbability({
  certainFrom,
  floor = LEAST_CHANCE,
  otherwise = 1,
}: ImportanceOptions): (importance: number | null) => number {
  requirePositive('certainFrom', certainFrom);
  requireChance('floor', floor);
  requireChance('otherwise', otherwise);
  return (importance) =>
    importance === null || Number.isNaN(importance)
      ? otherwise
      : Math.min(Math.max(importance / certainFrom, floor), 1);
}

export interface AdaptiveOptions {
  /** How many items to keep in each period. */
  readonly target: number;
  /** Length of a period, in the unit of the times that are given. */
  readonly period: number;
  /** The least probability. Default 0.01. */
  readonly floor?: number;
  /** Weight of the earlier forecast in that of the next period, between 0 and 1. Default 0.5. */
  readonly memory?: number;
}

/**
 * Gives items the probability with which about as many are kept in each period however many come. It follows from what came in the periods
 * before, never from the items it is for, so that the weights stay right; the first period keeps all. A time that lies before the
 * present period counts for it. What it returns counts an item at each call. Throws `invalid_argument` for options out of range.
 */
export function adaptiveProbability({
  target,
  period,
  floor = LEAST_CHANCE,
  memory = 0.5,
}: AdaptiveOptions): (time: number) => number {
  requirePositive('target', target);
  requirePositive('period', period);
  requireChance('floor', floor);
  requireFraction('memory', memory);
  let current: number | undefined;
  let arrived = 0;
  let forecast: number | undefined;
  let probability = 1;
  return (time) => {
    requireFinite('time', time);
    const now = Math.floor(time / period);
    if (current === undefined) current = now;
    if (now > current) {
      forecast = forecast === undefined ? arrived : memory * forecast + (1 - memory) * arrived;
      // Periods in which nothing came.
      forecast *= memory ** (now - current - 1);
      probability = Math.min(Math.max(target / forecast, floor), 1);
      current = now;
      arrived = 0;
    }
    arrived++;
    return probability;
  };
}

/** Throws `invalid_argument` unless the value is a probability that an item can have. */
export function requireChance(name: string, value: unknown): void {
  if (typeof value === 'number' && value > 0 && value <= 1) return;
  throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
    hint: 'Give a probability above 0 and at most 1: what is never kept cannot be estimated.',
  });
}
