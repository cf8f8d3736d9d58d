import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from '../../src/stats/random.ts';
import { rankValues } from '../../src/stats/ranks.ts';

const { POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity } = Number;
const tied = fc.constantFrom(-0, 0, 1, -1, 1e-300, 5e-324, 1e300, -7.5, infinity, minusInfinity);
const value = fc.oneof(tied, fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }));

/** By counting what is below and what is equal. */
function counted(values: ArrayLike<number>): { ranks: number[]; tied: number; tie_sum: number } {
  const list = Array.from(values);
  const sizes = new Map<number, number>();
  for (const x of list) sizes.set(x + 0, (sizes.get(x + 0) ?? 0) + 1);
  const ranks = list.map((x) => list.filter((y) => y < x).length + (1 + list.filter((y) => y === x).length) / 2);
  const groups = [...sizes.values()].filter((size) => size > 1);
  const sum = (numbers: number[]) => numbers.reduce((total, x) => total + x, 0);
  return { ranks, tied: sum(groups), tie_sum: sum(groups.map((size) => size ** 3 - size)) };
}

test('ranks are one more than what is below, and half of what else is equal', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), (values) => {
      const { ranks, ...ties } = rankValues(values);
      expect({ ranks: Array.from(ranks), ...ties }).toEqual(counted(values));
    }),
  );
});

test('so they are for many values, of both signs, near and far, few or all distinct', () => {
  const random = randomStream('ranks');
  const draws: (() => number)[] = [
    () => random.normal(),
    () => random.below(50) - 25,
    () => random.normal() * 10 ** (random.below(600) - 300),
    () => (random.uniform() < 0.5 ? -0 : 0),
    () => (random.uniform() < 0.1 ? infinity : -random.exponential()),
  ];
  for (const draw of draws) {
    const values = Float64Array.from({ length: 1500 }, draw);
    const { ranks, ...ties } = rankValues(values);
    expect({ ranks: Array.from(ranks), ...ties }).toEqual(counted(values));
  }
});

test('the sum of the ranks is that of 1 to n, and the values are not reordered', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 2000, size: 'max' }), (values) => {
      const before = [...values];
      const { ranks } = rankValues(values);
      expect(values).toEqual(before);
      expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBe((values.length * (values.length + 1)) / 2);
    }),
    { numRuns: 20 },
  );
});

test('ranks follow the values through any reordering', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), fc.nat(), (values, shift) => {
      const by = values.length === 0 ? 0 : shift % values.length;
      const turn = <T>(list: readonly T[]): T[] => [...list.slice(by), ...list.slice(0, by)];
      expect(Array.from(rankValues(turn(values)).ranks)).toEqual(turn(Array.from(rankValues(values).ranks)));
    }),
  );
});

test('NaN has no rank', () => {
  expect(() => rankValues([1, Number.NaN])).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});
