import { finitePairs, finiteValues, type Sample } from '../finite.ts';
import { answer } from '../inference/answer.ts';
import type { Alternative, TestResult } from '../inference/test-result.ts';
import { randomStream } from '../random.ts';
import { requireAtLeast, requireFinite } from '../special/checks.ts';
import { type Arrangements, choices, everyChoice, everySide, randomChoices, randomSides } from './arrangements.ts';
import type { Label } from './label-numbers.ts';
import { nameOf, ofOne, ofTwo, type Statistic, type TwoSampleStatistic } from './statistic.ts';
import { type Units, unitsOf } from './units.ts';

export interface PermutationOptions {
  /** Default `two-sided`: twice the smaller of the one-sided p-values. */
  readonly alternative?: Alternative;
  /** How many random arrangements, when there are more than this; otherwise all of them are taken. Default 9999, at least 99. */
  readonly resamples?: number;
  /** Equal seeds give equal results. Default 1. */
  readonly seed?: number;
}

/** A `TestResult` whose `seed` is `null` when all arrangements were counted. */
export interface PermutationResult extends TestResult {
  /** Whether all arrangements were counted, so that no random number was drawn. */
  readonly exact: boolean;
}

/**
 * The permutation test of two independent samples with any statistic, by default the difference of the means, second minus
 * first: how often a random exchange of values between the samples gives as much. With `clusters`, whole clusters are exchanged.
 * All arrangements are counted when there are few; else p = (b + 1) / (m + 1), which is never 0 (Phipson and Smyth 2010).
 *
 * The null hypothesis is that the two distributions are equal, not only their means. Values that are not finite numbers are left
 * out and counted. An arrangement for which the statistic is undefined counts as extreme. Throws `invalid_argument` for
 * options out of range and rows without a cluster.
 */
export function permutationTest(
  first: Sample,
  second: Sample,
  statistic: TwoSampleStatistic = 'mean',
  options: PermutationOptions & { readonly clusters?: readonly [ArrayLike<Label>, ArrayLike<Label>] } = {},
): PermutationResult {
  const { clusters } = options;
  const samples = [first, second].map((values, i) => {
    const { values: kept, rows, dropped } = finiteValues(values);
    return { kept, dropped, units: unitsOf(rows, values.length, clusters ? { clusters: clusters[i]! } : {}) };
  });
  const [from, to] = samples as [(typeof samples)[0], (typeof samples)[0]];
  const pooled = Float64Array.from([...from.kept, ...to.kept]);
  const units = [...unitList(from.units, 0), ...unitList(to.units, from.kept.length)];
  const of = ofTwo(statistic);
  const rooms = [new Float64Array(pooled.length), new Float64Array(pooled.length)];
  const lengths = [0, 0];
  const evaluate = (sides: Uint8Array): number | null => {
    lengths.fill(0);
    for (let i = 0; i < units.length; i++) {
      const side = sides[i]!;
      for (const row of units[i]!) rooms[side]![lengths[side]!++] = pooled[row]!;
    }
    return of(rooms.map((room, side) => room.subarray(0, lengths[side])));
  };
  const [inFirst, inSecond] = [from.units.count, to.units.count];
  return counted(
    {
      method: `permutation test of the ${typeof statistic === 'string' ? `difference in ${statistic}s` : nameOf(statistic)}`,
      n: [from.kept.length, to.kept.length],
      n_clusters: clusters ? units.length : null,
      dropped: { not_finite: from.dropped + to.dropped, unpaired: 0 },
      assumptions: [
        `The ${clusters ? 'clusters' : 'values'} are exchangeable between the samples under the null hypothesis.`,
      ],
    },
    {
      evaluate,
      observed: Uint8Array.from(units, (_, i) => (i < inFirst ? 0 : 1)),
      ways: choices(units.length, inSecond),
      every: () => everyChoice(units.length, inSecond),
      some: (times, stream) => randomChoices(units.length, inSecond, times, stream),
      enough: inFirst > 0 && inSecond > 0,
    },
    options,
  );
}

/**
 * The permutation test of pairs with any statistic of the differences, second minus first, by default their mean: how often random
 * signs give as much. With `clusters`, the differences of a cluster change sign together. A pair with a value that is not a
 * finite number is left out and counted. Otherwise as `permutationTest`; the null hypothesis is that the differences
 * are symmetric about 0.
 */
export function permutationTestPaired(
  first: Sample,
  second: Sample,
  statistic: Statistic = 'mean',
  options: PermutationOptions & { readonly clusters?: ArrayLike<Label> } = {},
): PermutationResult {
  const { clusters } = options;
  const { columns, rows, dropped } = finitePairs(first, second);
  const differences = columns[1].map((value, i) => value - columns[0][i]!);
  const units = unitList(unitsOf(rows, first.length, clusters ? { clusters } : {}), 0);
  const of = ofOne(statistic);
  const signed = new Float64Array(differences.length);
  const evaluate = (sides: Uint8Array): number | null => {
    for (let i = 0; i < units.length; i++) {
      for (const row of units[i]!) signed[row] = sides[i] === 1 ? -differences[row]! : differences[row]!;
    }
    return of([signed]);
  };
  const { length } = differences;
  return counted(
    {
      method: `sign-flip permutation test of the ${nameOf(statistic)} of paired differences`,
      n: [length, length],
      n_pairs: length,
      n_clusters: clusters ? units.length : null,
      dropped,
      assumptions: [
        `The differences${clusters ? ' of each cluster' : ''} are symmetric about 0 under the null hypothesis.`,
      ],
    },
    {
      evaluate,
      observed: new Uint8Array(units.length),
      ways: 2 ** units.length,
      every: () => everySide(units.length),
      some: (times, stream) => randomSides(units.length, times, stream),
      enough: length > 0,
    },
    options,
  );
}

interface Experiment {
  readonly evaluate: (sides: Uint8Array) => number | null;
  readonly observed: Uint8Array;
  /** How many arrangements there are. */
  readonly ways: number;
  readonly every: () => Arrangements;
  readonly some: (times: number, stream: ReturnType<typeof randomStream>) => Arrangements;
  readonly enough: boolean;
}

function counted(
  known: Pick<TestResult, 'method' | 'n' | 'dropped' | 'assumptions' | 'n_clusters'> & Partial<TestResult>,
  { evaluate, observed, ways, every, some, enough }: Experiment,
  { alternative = 'two-sided', resamples = 9999, seed = 1 }: PermutationOptions,
): PermutationResult {
  requireAtLeast('resamples', resamples, 99);
  requireFinite('seed', seed);
  const exact = ways <= resamples;
  const facts = {
    ...known,
    alternative,
    null_value: 0,
    seed: exact ? null : seed,
    resamples: exact ? ways : resamples,
  };
  const none = (reason: string): PermutationResult => ({
    ...answer({ ...facts, assumptions: [...known.assumptions, `No test: ${reason}.`] }),
    exact,
  });
  if (!enough) return none('there are no values in a sample');
  const estimate = evaluate(observed);
  if (estimate === null) return none('the statistic is undefined for these data');

  const shuffled = new Float64Array(exact ? ways : resamples);
  let defined = 0;
  for (const sides of exact ? every() : some(resamples, randomStream(seed).split('permutation'))) {
    const value = evaluate(sides);
    if (value !== null) shuffled[defined++] = value;
  }
  const undefinedOnes = shuffled.length - defined;
  const { atLeast, atMost } = asExtreme(shuffled.subarray(0, defined), estimate);
  const share = (count: number): number =>
    exact ? (count + undefinedOnes) / ways : (count + undefinedOnes + 1) / (resamples + 1);
  const [greater, less] = [share(atLeast), share(atMost)];
  const p =
    alternative === 'greater' ? greater : alternative === 'less' ? less : Math.min(2 * Math.min(greater, less), 1);
  const assumptions =
    undefinedOnes === 0
      ? known.assumptions
      : [...known.assumptions, `The statistic is undefined for ${undefinedOnes} arrangements, which count as extreme.`];
  return { ...answer({ ...facts, estimate, statistic: estimate, p_value: p, assumptions }), exact };
}

const ROUNDING = 1e-12;

/** How many reach the estimate from each side; what differs from it by rounding only is equal to it. */
function asExtreme(values: Float64Array, estimate: number): { atLeast: number; atMost: number } {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const slack = ROUNDING * Math.max(largest, Math.abs(estimate));
  let atLeast = 0;
  let atMost = 0;
  for (const value of values) {
    if (value >= estimate - slack) atLeast++;
    if (value <= estimate + slack) atMost++;
  }
  return { atLeast, atMost };
}

function unitList({ strata }: Units, offset: number): Int32Array[] {
  return strata.flat().map((unit) => unit.map((row) => row + offset));
}
