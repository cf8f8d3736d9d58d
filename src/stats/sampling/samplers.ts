import { CrucibleError, show } from '../../core/errors.ts';
import type { RandomStream } from '../random.ts';
import { requireFinite, requireFraction, requirePositive } from '../special/checks.ts';

/** Whether an item is kept, and the probability it had, without which no estimate from the sample is right. */
export interface SamplingDecision {
  readonly kept: boolean;
  readonly inclusion_probability: number;
}

/** No item has a smaller chance than this by default: it bounds the weight of one item. */
const FLOOR = 0.01;

/** Keeps each item with the same probability. Throws `invalid_argument` unless that is above 0 and at most 1. */
export function uniformSampler(probability: number, stream: RandomStream): { decide(): SamplingDecision } {
  requireChance('probability', probability);
  return { decide: () => toss(probability, stream) };
}

/**
 * Keeps the items of each stratum with a probability of its own: all failures and a tenth of the successes. A stratum that has
 * none gets `otherwise`, by default 1. Throws `invalid_argument` for a probability that is not above 0 and at most 1.
 */
export function stratifiedSampler(
  probabilities: Readonly<Record<string, number>>,
  stream: RandomStream,
  otherwise = 1,
): { decide(stratum: string): SamplingDecision } {
  const known = new Map(Object.entries(probabilities));
  for (const [stratum, probability] of known) requireChance(`The probability of ${show(stratum)}`, probability);
  requireChance('otherwise', otherwise);
  return { decide: (stratum) => toss(known.get(stratum) ?? otherwise, stream) };
}

/**
 * Keeps an item with a probability in proportion to its importance, `rate` for an importance of 1, within `floor` (default 0.01)
 * and 1. Variances are least when the importance is in proportion to the value that is to be estimated. An importance that is not a
 * finite positive number gets the floor. Throws `invalid_argument` for a rate that is not positive and a floor out of range.
 */
export function importanceSampler(
  rate: number,
  stream: RandomStream,
  floor: number = FLOOR,
): { decide(importance: number): SamplingDecision } {
  requirePositive('rate', rate);
  requireChance('floor', floor);
  return {
    decide: (importance) => {
      const wanted = rate * importance;
      return toss(Number.isFinite(wanted) ? Math.min(Math.max(wanted, floor), 1) : floor, stream);
    },
  };
}

export interface AdaptiveOptions {
  /** How many items to keep in each period. */
  readonly target: number;
  /** Length of a period, in the unit of the times that are given. */
  readonly period: number;
  /** The least probability. Default 0.01. */
  readonly floor?: number;
  /** Weight of the last period in the forecast of the next, between 0 and 1. Default 0.5. */
  readonly memory?: number;
}

/**
 * Keeps about as many items in each period however many come. The probability of a period follows from what came in those before it,
 * never from the items it is for, so that the weights stay right; the first period keeps all. A time that lies before the present
 * period counts for it. Throws `invalid_argument` for options out of range.
 */
export function adaptiveSampler(
  { target, period, floor = FLOOR, memory = 0.5 }: AdaptiveOptions,
  stream: RandomStream,
): { decide(time: number): SamplingDecision } {
  requirePositive('target', target);
  requirePositive('period', period);
  requireChance('floor', floor);
  requireFraction('memory', memory);
  let current: number | undefined;
  let arrived = 0;
  let forecast: number | undefined;
  let probability = 1;
  return {
    decide: (time) => {
      requireFinite('time', time);
      const now = Math.floor(time / period);
      if (current === undefined) current = now;
      if (now > current) {
        forecast = forecast === undefined ? arrived : forecast + memory * (arrived - forecast);
        // Periods in which nothing came.
        forecast *= (1 - memory) ** (now - current - 1);
        probability = Math.min(Math.max(target / forecast, floor), 1);
        current = now;
        arrived = 0;
      }
      arrived++;
      return toss(probability, stream);
    },
  };
}

function toss(probability: number, stream: RandomStream): SamplingDecision {
  // Always one draw, so that a decision does not change those after it.
  return { kept: stream.uniform() < probability, inclusion_probability: probability };
}

function requireChance(name: string, value: number): void {
  if (value > 0 && value <= 1) return;
  throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
    hint: 'Give a probability above 0 and at most 1: what is never kept cannot be estimated.',
  });
}
