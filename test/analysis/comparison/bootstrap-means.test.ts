import { expect, it } from 'vitest';
import { bootstrapMeans } from '../../../src/analysis/comparison/inference/bootstrap-means.ts';
import { describe as describeValues } from '../../../src/stats/describe.ts';
import { welchTest } from '../../../src/stats/inference/two-sample-t.ts';
import { randomStream } from '../../../src/stats/random.ts';

const settings = { level: 0.95, seed: 3, resamples: 1999 };
const skewed = (n: number, seed: number) => {
  const stream = randomStream(seed);
  return Float64Array.from({ length: n }, () => stream.lognormal(0, 1.5));
};

it.each([1000, 1001, 1003, 1499, 2503])('of %i values, grouped or not, the estimate is their mean', (n) => {
  const values = skewed(n, n);
  expect(bootstrapMeans(values, undefined, settings).estimate).toBeCloseTo(describeValues(values).mean!, 10);
});

it('groups leave the error of a difference what it is', () => {
  const [first, second] = [skewed(20_011, 1), skewed(15_013, 2)];
  const grouped = bootstrapMeans(first, second, settings);
  const { estimate, standard_error } = welchTest(first, second);
  expect(grouped.estimate).toBeCloseTo(estimate!, 10);
  expect(grouped.standard_error! / standard_error!).toBeGreaterThan(0.9);
  expect(grouped.standard_error! / standard_error!).toBeLessThan(1.1);
});
