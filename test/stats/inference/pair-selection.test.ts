import { expect, test } from 'vitest';
import { kthDifference, kthWalshAverage } from '../../../src/stats/inference/pair-selection.ts';
import { randomStream } from '../../../src/stats/random.ts';

const random = randomStream('pairs');
const N = 250;
/** Lists so long that their pairs are not all listed at once, of several shapes. */
const SHAPES: [string, () => number][] = [
  ['skewed', () => random.lognormal(0, 3)],
  ['tied', () => random.below(5)],
  ['nearly all equal', () => (random.below(100) === 0 ? 1e6 * random.uniform() : 3)],
  ['of two far clusters', () => (random.below(2) === 0 ? 1e9 : -1e9) + random.normal()],
  ['of many magnitudes', () => (random.below(2) - 0.5) * 10 ** (300 * random.uniform())],
];

test.each(SHAPES)('of lists that are %s every rank is that of the sorted pairs', (_, draw) => {
  const first = Float64Array.from({ length: N }, draw).sort();
  const second = Float64Array.from({ length: N + 30 }, draw).sort();
  const differences = Float64Array.from([...second].flatMap((b) => [...first].map((a) => b - a))).sort();
  const averages = Float64Array.from(
    [...first].flatMap((a, i) => [...first.subarray(i)].map((b) => (a + b) / 2)),
  ).sort();
  for (const share of [0, 0.001, 0.025, 0.3, 0.5, 0.77, 0.999]) {
    const k = 1 + Math.floor(share * differences.length);
    expect(kthDifference(first, second, k)).toBe(differences[k - 1]);
    const l = 1 + Math.floor(share * averages.length);
    expect(kthWalshAverage(first, l)).toBe(averages[l - 1]);
  }
  expect(kthDifference(first, second, differences.length)).toBe(differences.at(-1));
  expect(kthWalshAverage(first, averages.length)).toBe(averages.at(-1));
});
