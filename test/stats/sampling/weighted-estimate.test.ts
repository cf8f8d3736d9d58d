import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describe as summary } from '../../../src/stats/describe.ts';
import { quantile } from '../../../src/stats/quantile.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { permanentRandom } from '../../../src/stats/sampling/inclusion-probability.ts';
import { Reservoir } from '../../../src/stats/sampling/reservoir.ts';
import { weightedDeviation, weightedMean, weightedTotal } from '../../../src/stats/sampling/weighted-estimate.ts';
import { weightedQuantile, weightedQuantiles } from '../../../src/stats/sampling/weighted-quantile.ts';
import { weightedRate } from '../../../src/stats/sampling/weighted-rate.ts';

const bad = expect.objectContaining({ code: 'invalid_argument' });
const VALUES = [4, 7, 1, 9, 3, 6];
const CHANCES = [0.5, 0.25, 1, 0.1, 0.8, 0.4];

describe('NumPy 2.4.6, by the formulas of the papers', () => {
  test('Horvitz-Thompson total', () => {
    const result = weightedTotal(VALUES, CHANCES);
    expect(result.estimate).toBeCloseTo(145.75, 10);
    expect(result.standard_error).toBeCloseTo(89.70960093546286, 10);
    expect(result.population_size).toBeCloseTo(20.75, 12);
    expect(result.n_effective).toBeCloseTo(3.3425521591460456, 12);
  });

  test('Hájek mean, about the process, by cluster and about the population', () => {
    const process = weightedMean(VALUES, CHANCES);
    expect(process.estimate).toBeCloseTo(7.024096385542169, 12);
    expect(process.standard_error).toBeCloseTo(1.1747449774199217, 12);
    expect(process.df).toBe(5);
    const clustered = weightedMean(VALUES, CHANCES, { clusters: ['a', 'a', 'b', 'b', 'c', 'c'] });
    expect(clustered.standard_error).toBeCloseTo(0.9947191082783033, 12);
    expect(clustered).toMatchObject({ df: 2, n_clusters: 3 });
    expect(weightedMean(VALUES, CHANCES, { about: 'population' }).standard_error).toBeCloseTo(0.9378023084485312, 12);
  });
});

describe('R 4, by the formulas of the papers', () => {
  const ones = [1, 1, 0, 1, 0, 1];

  test('a total of items that one random number kept or left', () => {
    const together = ['a', 'a', 'b', 'b', 'c', 'c'];
    const result = weightedTotal(VALUES, CHANCES, { together });
    expect(result.estimate).toBeCloseTo(145.75, 10);
    expect(result.standard_error).toBeCloseTo(91.07311623086144, 10);
    expect(result.n_clusters).toBeNull();
  });

  test('a total of three items among the five of a sample of fixed size', () => {
    const result = weightedTotal([4, 7, 1], [0.25, 0.25, 0.25], { fixed: { samples: ['r', 'r', 'r'], size: 5 } });
    expect(result.estimate).toBe(48);
    expect(result.standard_error).toBeCloseTo(23.62202362203543, 10);
  });

  test('a rate within Wilson’s interval for the effective number of items', () => {
    const result = weightedRate(ones, CHANCES);
    expect(result.estimate).toBeCloseTo(0.8915662650602409, 12);
    expect(result.standard_error).toBeCloseTo(0.09906640453037141, 12);
    expect(result.ci!.low).toBeCloseTo(0.4823086280354406, 8);
    expect(result.ci!.high).toBeCloseTo(0.9864064901983949, 8);
    const all = weightedRate([1, 1, 1, 1, 1, 1], CHANCES);
    expect(all).toMatchObject({ estimate: 1, standard_error: null });
    expect(all.ci!.low).toBeCloseTo(0.4652765938868889, 8);
    expect(all.ci!.high).toBe(1);
  });

  test('a standard deviation', () => {
    const mean = weightedMean(VALUES, CHANCES).estimate;
    expect(weightedDeviation(VALUES, CHANCES, mean)).toBeCloseTo(2.595506238604508, 12);
    expect(weightedDeviation([3], [0.5], 3)).toBeNull();
  });
});

test('the error of a total is that of its design: random numbers in common, and samples of fixed size', () => {
  const stream = randomStream('designs');
  const population = Array.from({ length: 300 }, (_, i) => ({
    value: stream.lognormal(1, 0.8),
    key: `k${Math.floor(i / 3)}`,
    chance: [0.6, 0.3, 0.1][i % 3]!,
  }));
  const truth = population.reduce((sum, { value }) => sum + value, 0);
  const check = (results: readonly ReturnType<typeof weightedTotal>[]) => {
    const { mean, std_dev } = summary(results.map(({ estimate }) => estimate!));
    expect(Math.abs(mean! - truth)).toBeLessThan((4 * std_dev!) / Math.sqrt(results.length));
    const error = Math.sqrt(summary(results.map(({ standard_error }) => standard_error! ** 2)).mean!);
    // A standard deviation from 600 runs is known to some 3%.
    expect(Math.abs(error / std_dev! - 1)).toBeLessThan(0.12);
  };
  const runs = Array.from({ length: 600 }, (_, run) => run);
  check(
    runs.map((run) => {
      const kept = population.filter(({ key, chance }) => permanentRandom(`${run} ${key}`) < chance);
      const together = kept.map(({ key }) => key);
      return weightedTotal(
        kept.map(({ value }) => value),
        kept.map(({ chance }) => chance),
        { together },
      );
    }),
  );
  check(
    runs.map((run) => {
      const reservoir = new Reservoir<number>(60, stream.split(run));
      for (const { value } of population) reservoir.add(value);
      const fixed = { samples: reservoir.items.map(() => 0), size: 60 };
      return weightedTotal(
        reservoir.items,
        reservoir.items.map(() => 60 / 300),
        { fixed },
      );
    }),
  );
});

const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 40 });

test('with equal probabilities the mean is the mean, its error s / √n and a quantile that of type 7', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(1, 0.5, 0.1), fc.integer({ min: 1, max: 99 }), (xs, chance, percent) => {
      const chances = xs.map(() => chance);
      const { mean, std_dev: deviation } = summary(xs);
      const result = weightedMean(xs, chances);
      expect(result.estimate).toBeCloseTo(mean!, 8);
      if (deviation! > 0) expect(result.standard_error).toBeCloseTo(deviation! / Math.sqrt(xs.length), 8);
      expect(result.n_effective).toBeCloseTo(xs.length, 8);
      expect(weightedQuantile(xs, chances, percent / 100).estimate).toBeCloseTo(quantile(xs, percent / 100)!, 8);
    }),
  );
});

test('a sample of everything knows the population: its error is 0', () => {
  expect(
    weightedTotal(
      VALUES,
      VALUES.map(() => 1),
    ).standard_error,
  ).toBe(0);
  expect(
    weightedMean(
      VALUES,
      VALUES.map(() => 1),
      { about: 'population' },
    ).standard_error,
  ).toBe(0);
});

test('estimates from samples are right on average, with the errors they say', () => {
  const stream = randomStream('population');
  const population = Array.from({ length: 2000 }, () => stream.lognormal(3, 1));
  const chances = population.map((x) => Math.min(1, Math.max(0.02, x / 200)));
  const truth = summary(population);
  const middle = quantile(population, 0.9)!;
  let inside = 0;
  const runs = Array.from({ length: 500 }, () => {
    const kept = population
      .map((value, i) => ({ value, chance: chances[i]! }))
      .filter(({ chance }) => stream.uniform() < chance);
    const xs = kept.map(({ value }) => value);
    const ps = kept.map(({ chance }) => chance);
    const tail = weightedQuantile(xs, ps, 0.9);
    if (tail.ci!.low! <= middle && middle <= tail.ci!.high!) inside++;
    return {
      total: weightedTotal(xs, ps),
      mean: weightedMean(xs, ps, { about: 'population' }),
      naive: summary(xs).mean!,
    };
  });
  const totals = summary(runs.map(({ total }) => total.estimate!));
  expect(Math.abs(totals.mean! - truth.sum) / (totals.std_dev! / Math.sqrt(500))).toBeLessThan(4);
  const error = summary(runs.map(({ total }) => total.standard_error!)).mean!;
  // A standard deviation from 500 runs is known to some 4%.
  expect(Math.abs(error / totals.std_dev! - 1)).toBeLessThan(0.13);
  const means = summary(runs.map(({ mean }) => mean.estimate!));
  expect(Math.abs(means.mean! / truth.mean! - 1)).toBeLessThan(0.02);
  expect(Math.abs(summary(runs.map(({ mean }) => mean.standard_error!)).mean! / means.std_dev! - 1)).toBeLessThan(0.13);
  expect(runs[0]!.naive).toBeGreaterThan(1.5 * truth.mean!);
  // Nearly all: about the process, the interval is somewhat too wide for a population.
  expect(inside / 500).toBeGreaterThan(0.91);
});

test('what cannot be told is null, with the reason', () => {
  const reason = (result: { assumptions: readonly string[] }) => result.assumptions.at(-1);
  expect(weightedTotal([], [])).toMatchObject({ estimate: null, standard_error: null, n_effective: null });
  expect(reason(weightedMean([], []))).toMatch(/no values/);
  expect(weightedMean([3], [0.5])).toMatchObject({ estimate: 3, ci: null });
  expect(reason(weightedMean([3, 3], [0.5, 0.2]))).toMatch(/equal/);
  expect(reason(weightedMean([3, 4], [0.5, 0.2], { clusters: [1, 1] }))).toMatch(/two clusters/);
  expect(weightedQuantile([3], [0.5], 0.5)).toMatchObject({ estimate: 3, ci: null });
  expect(reason(weightedQuantile(VALUES, CHANCES, 0.99))).toMatch(/too few values beyond/);
  expect(weightedQuantile([], [], 0.5).estimate).toBe(null);
  expect(weightedQuantiles([], [], [0.5])).toEqual([null]);
  expect(weightedQuantiles(VALUES, CHANCES, [0.2, 0.9])).toEqual(
    [0.2, 0.9].map((p) => weightedQuantile(VALUES, CHANCES, p).estimate),
  );
  expect(weightedRate([], [])).toMatchObject({ estimate: null, ci: null });
  expect(weightedMean([1, Number.NaN, 3], [1, 1, 1])).toMatchObject({ estimate: 2, dropped: { not_finite: 1 } });
  expect(weightedMean(VALUES, CHANCES).method).toBe('Hájek mean');
});

test('chances that are none, and options that contradict, are refused', () => {
  for (const chance of [0, 1.1, -1, Number.NaN]) expect(() => weightedMean([1, 2], [1, chance])).toThrow(bad);
  expect(() => weightedTotal([1, 2], [1])).toThrow(bad);
  expect(() => weightedTotal([1], [1], { level: 1 })).toThrow(bad);
  expect(() => weightedMean([1], [1], { level: 0 })).toThrow(bad);
  expect(() => weightedMean([1, 2], [1, 1], { about: 'population', clusters: [1, 2] })).toThrow(bad);
  expect(() => weightedQuantile([1], [1], 1)).toThrow(bad);
  expect(() => weightedQuantiles([1], [1], [0.5, 0])).toThrow(bad);
  expect(() => weightedRate([1], [1], { level: 1 })).toThrow(bad);
  expect(() => weightedTotal([1], [1], { together: [1], fixed: { samples: [1], size: 1 } })).toThrow(bad);
});
