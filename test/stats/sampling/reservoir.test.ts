import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chiSquareSf } from '../../../src/stats/distributions/chi-square.ts';
import { randomStream } from '../../../src/stats/random.ts';
import { Reservoir } from '../../../src/stats/sampling/reservoir.ts';

test('holds all items until it is full, then as many as it has room for, each seen once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 200 }),
      fc.integer(),
      (size, count, seed) => {
        const reservoir = new Reservoir<number>(size, randomStream(seed));
        const gone: number[] = [];
        for (let i = 0; i < count; i++) {
          const out = reservoir.add(i);
          if (out !== undefined) gone.push(out);
        }
        expect(reservoir.items.length).toBe(Math.min(size, count));
        expect(reservoir.seen).toBe(count);
        expect(reservoir.inclusionProbability).toBe(count <= size ? 1 : size / count);
        expect([...reservoir.items, ...gone].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      },
    ),
  );
});

test.each([1, 3, 10])('keeps every item of a stream as often as any other, with room for %d', (size) => {
  const [items, runs] = [40, 4000];
  const kept = new Float64Array(items);
  const stream = randomStream('reservoir');
  for (let run = 0; run < runs; run++) {
    const reservoir = new Reservoir<number>(size, stream.split(run));
    for (let i = 0; i < items; i++) reservoir.add(i);
    for (const item of reservoir.items) kept[item]!++;
  }
  const expected = (runs * size) / items;
  // Counts of a sample of fixed size vary less than independent ones, by 1 − k/n, and sum to a constant.
  const statistic = kept.reduce((total, count) => total + (count - expected) ** 2 / expected, 0) / (1 - size / items);
  const p = chiSquareSf((statistic * (items - 1)) / items, items - 1);
  expect(p).toBeGreaterThan(0.001);
  expect(p).toBeLessThan(0.999);
});

test('equal seeds keep the same items', () => {
  const kept = () => {
    const reservoir = new Reservoir<number>(5, randomStream(9));
    for (let i = 0; i < 1000; i++) reservoir.add(i);
    return reservoir.items;
  };
  expect(kept()).toEqual(kept());
});

test('a size that is not a whole number of at least 1 is refused', () => {
  for (const size of [0, 1.5, Number.NaN]) {
    expect(() => new Reservoir(size, randomStream(1))).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  }
});
