import { HIGH_WORD, LOW_WORD } from './float-words.ts';

const SORT_UP_TO = 1024;
const DIGITS = 65536;

/**
 * The positions of the values from the smallest to the largest, equal values in the order they stand in. A radix sort over the
 * bits of the doubles, 16 at a time from the last: a comparator would cost ten times as much. −0 comes before 0; NaN must not
 * occur.
 */
export function ascendingOrder(values: Float64Array): Uint32Array {
  const count = values.length;
  let order = Uint32Array.from({ length: count }, (_, i) => i);
  // Infinity − Infinity is NaN, which a sort takes for equal.
  if (count <= SORT_UP_TO) return order.sort((i, j) => values[i]! - values[j]!);
  const words = new Int32Array(values.buffer, values.byteOffset, count * 2);
  let target = new Uint32Array(count);
  const starts = new Uint32Array(DIGITS);
  for (let level = 0; level < 4; level++) {
    const word = level < 2 ? LOW_WORD : HIGH_WORD;
    const shift = level % 2 === 0 ? 0 : 16;
    // Doubles order like sign-and-magnitude integers: negative ones have all bits flipped, the others their sign bit.
    const digit = (i: number): number => {
      const flip = (words[2 * i + HIGH_WORD]! >> 31) | (word === HIGH_WORD ? 0x80000000 : 0);
      return ((words[2 * i + word]! ^ flip) >>> shift) & 0xffff;
    };
    starts.fill(0);
    for (let i = 0; i < count; i++) starts[digit(i)]!++;
    if (starts[digit(0)] === count) continue;
    for (let d = 0, before = 0; d < DIGITS; d++) {
      const here = starts[d]!;
      starts[d] = before;
      before += here;
    }
    for (let at = 0; at < count; at++) {
      const i = order[at]!;
      target[starts[digit(i)]!++] = i;
    }
    [order, target] = [target, order];
  }
  return order;
}
