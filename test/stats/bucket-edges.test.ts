import { describe, expect, test } from 'vitest';
import { bucketEdges, edgeAbove, edgeBelow } from '../../src/stats/bucket-edges.ts';

/** `mantissa` · 2^52 to the power 2^scale, for comparison with 2^index in whole numbers. */
function powered(mantissa: number, scale: number): bigint {
  return BigInt(mantissa * 2 ** 52) ** BigInt(2 ** scale);
}

describe.each([0, 1, 3, 6, 8, 10])('scale %i', (scale) => {
  const n = 2 ** scale;
  const { edges, bucket, edgeHigh, edgeLow } = bucketEdges(scale);
  const exact = (j: number) => 1n << BigInt(52 * n + j);

  test('each edge is the largest double not above 2^(j/n), exactly', () => {
    expect([edges[0], edges[n]]).toEqual([1, 2]);
    for (let j = 0; j < n; j++) {
      expect(powered(edges[j]!, scale) <= exact(j)).toBe(true);
      expect(powered(edges[j]! + 2 ** -52, scale) > exact(j)).toBe(true);
    }
  });

  test('each cell of the mantissa holds at most one edge, the one named', () => {
    for (let cell = 0; cell < 2 * n; cell++) {
      const [start, end] = [1 + cell / (2 * n), 1 + (cell + 1) / (2 * n)];
      const below = bucket[cell]!;
      if (below >= 0) expect(edges[below]).toBeLessThan(start);
      expect(edges[below + 1]).toBeGreaterThanOrEqual(start);
      expect((edges[below + 2] ?? 3) >= end).toBe(true);
      expect(1 + (edgeHigh[cell]! * 2 ** 32 + edgeLow[cell]!) / 2 ** 52).toBe(edges[below + 1]);
    }
  });
});

test('edges of whole octaves are the powers of two, down to the smallest double', () => {
  for (let k = -1074; k <= 1023; k++) {
    expect(edgeBelow(6, 64 * k)).toBe(2 ** k);
    expect(edgeBelow(0, k)).toBe(2 ** k);
  }
  expect([edgeBelow(-2, 3), edgeBelow(-2, -3), edgeBelow(-11, 0)]).toEqual([2 ** 12, 2 ** -12, 1]);
});

test('between the last double of a bucket and the first of the next there is none', () => {
  for (let index = -1074 * 64 - 10; index < 1024 * 64; index += 97) {
    const [below, above] = [edgeBelow(6, index), edgeAbove(6, index)];
    expect(above).toBeGreaterThan(below);
    expect([below, above]).toContain(below + (above - below) / 2);
  }
});

test('beyond the range of doubles the edges are its ends', () => {
  expect(edgeBelow(6, 1024 * 64)).toBe(Number.MAX_VALUE);
  expect(edgeBelow(-11, 1)).toBe(Number.MAX_VALUE);
  expect(edgeBelow(6, -1075 * 64)).toBe(0);
  expect(edgeAbove(6, -1075 * 64)).toBe(Number.MIN_VALUE);
  expect(edgeBelow(-11, -1)).toBe(0);
});
