import { expect, it } from 'vitest';
import { randomStream } from '../../../src/stats/random.ts';
import { labelNumbers } from '../../../src/stats/resampling/label-numbers.ts';

const ROWS = 500;

it.each([
  ['close together', 40, 1],
  ['below zero', 40, -1],
  ['far apart', 40, 50_000_000],
])('numbers of whole labels that are %s are those of the same labels as texts', (_, different, step) => {
  const stream = randomStream(step);
  const labels = Int32Array.from({ length: ROWS }, () => stream.below(different) * step);
  const rows = Int32Array.from({ length: ROWS }, (_, i) => i).filter((row) => row % 7 !== 3);
  const found = labelNumbers(rows, labels, 'cluster');
  expect(found).toEqual(labelNumbers(rows, Array.from(labels, String), 'cluster'));
  const used = [...new Set(Array.from(rows, (row) => labels[row]))];
  expect(found.count).toBe(used.length);
  for (const [i, row] of rows.entries()) expect(used[found.numbers[i]!]).toBe(labels[row]);
});

it('a row without a label is refused', () => {
  expect(() => labelNumbers(Int32Array.of(0, 1), ['a', ''], 'cluster')).toThrow('Row 1 has the cluster ""');
});
