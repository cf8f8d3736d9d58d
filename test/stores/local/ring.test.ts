import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Entry, Ring, ringMemory } from '../../../src/stores/local/ring.ts';

const CAPACITY_WORDS = 65_536;

function filled(length: number, value: number) {
  return (space: { words: Int32Array }, at: number, limit: number) => {
    if (at + length > limit) return -1;
    space.words.fill(value, at, at + length);
    return at + length;
  };
}

test('entries come out as they went in, in order, however the ring wraps; what has no room is refused whole', () => {
  const step = fc.oneof(
    fc.record({ append: fc.integer({ min: 0, max: 30_000 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 5 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const ring = new Ring(ringMemory(CAPACITY_WORDS * 4));
      const expected: { value: number; length: number }[] = [];
      let value = 0;
      const take = (count: number) => {
        let taken = 0;
        const position = ring.read(
          (kind, lane, { words }, at, end) => {
            const next = expected.shift()!;
            expect({ kind, lane, length: end - at }).toEqual({ kind: Entry.ROW, lane: 7, length: next.length });
            expect(words.subarray(at, end).every((word) => word === next.value)).toBe(true);
            taken++;
          },
          () => taken === count,
        );
        ring.release(position);
      };
      for (const each of steps) {
        if ('take' in each) take(each.take);
        else if (ring.append(Entry.ROW, 7, filled(each.append, ++value))) expected.push({ value, length: each.append });
        // Whatever its position, an empty ring takes what is no larger than the room it keeps for a row.
        else expect(expected.length > 0 || each.append > 16_384 - 2).toBe(true);
      }
      take(Number.POSITIVE_INFINITY);
      expect(expected).toEqual([]);
      expect(ring.backlog).toBe(0);
    }),
    { numRuns: 200 },
  );
});
