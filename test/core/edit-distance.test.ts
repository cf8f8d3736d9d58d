import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withinEdits } from '../../src/core/edit-distance.ts';

/** The whole table of Wagner and Fischer (1974). */
function distance(from: string, to: string): number {
  const table = Array.from({ length: from.length + 1 }, (_, i) =>
    Array.from({ length: to.length + 1 }, (_, j) => i + j),
  );
  for (let i = 1; i <= from.length; i++) {
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      table[i]![j] = Math.min(table[i - 1]![j]! + 1, table[i]![j - 1]! + 1, table[i - 1]![j - 1]! + same);
    }
  }
  return table[from.length]![to.length]!;
}

// Distances of words as textbooks give them.
test.each([
  ['kitten', 'sitting', 3],
  ['saturday', 'sunday', 3],
  ['flaw', 'lawn', 2],
  ['gumbo', 'gambol', 2],
  ['', 'abc', 3],
  ['same', 'same', 0],
])('%s and %s are %i edits apart', (from, to, edits) => {
  for (const limit of [0, 1, 2, 3, 4]) {
    expect(withinEdits(from, to, limit)).toBe(edits <= limit);
    expect(withinEdits(to, from, limit)).toBe(edits <= limit);
  }
});

test('agrees with the whole table', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 4 }), (from, to, limit) => {
      expect(withinEdits(from, to, limit)).toBe(distance(from, to) <= limit);
    }),
    { numRuns: 3000 },
  );
});
