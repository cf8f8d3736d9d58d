import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelNumbers } from '../../src/stats/label-numbers.ts';

describe('numbers of labels', () => {
  const label = fc.oneof(
    fc.integer({ min: -5, max: 50 }),
    fc.integer({ min: 1000, max: 3000 }),
    fc.constantFrom(0, -0, 0.5, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, '1', 'a', ''),
  );

  it('are those of a map that counts up, however large the labels are and however many were expected', () => {
    fc.assert(
      fc.property(fc.array(label, { maxLength: 200 }), fc.nat(100), (labels, expected) => {
        const numbers = new LabelNumbers(expected);
        const oracle = new Map<string | number, number>();
        for (const each of labels) {
          if (!oracle.has(each)) oracle.set(each, oracle.size);
          expect(numbers.of(each)).toBe(oracle.get(each));
        }
        expect(numbers.count).toBe(oracle.size);
      }),
    );
  });
});
