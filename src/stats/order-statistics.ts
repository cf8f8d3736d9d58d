import { HIGH_WORD, LOW_WORD } from './float-words.ts';

const SORT_UP_TO = 2048;
const DIGITS = 65536;
const LEVELS = 4;
const SIGN = 0x80000000 | 0;

// One table for all calls: nothing here waits, and each level is done with it before the next begins.
let table: Int32Array | undefined;

/** The wanted ranks `ranks[from..to)`, all of which fall into one group of values whose higher digits are equal. */
interface Group {
  readonly values: Float64Array;
  /** How many of all values are smaller than those of the group. */
  readonly before: number;
  readonly from: number;
  readonly to: number;
  /** How many 16-bit digits the values are known to share. */
  readonly level: number;
  readonly negative: boolean;
}

/**
 * The order statistics of `values` at `ranks` (0 is the smallest), without sorting: a radix selection over the bits of the
 * doubles, 16 at a time from the top, which follows only the groups that hold a wanted rank. At most seven passes over the
 * values, however ordered or repeated they are. −0 comes before 0; NaN must not occur.
 *
 * `ranks` ascend within [0, values.length). With `mayReorder` a short input is sorted where it is, which saves a copy.
 */
export function orderStatistics(values: Float64Array, ranks: readonly number[], mayReorder = false): Float64Array {
  const found = new Float64Array(ranks.length);
  const groups: Group[] = [{ values, before: 0, from: 0, to: ranks.length, level: 0, negative: false }];
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    if (group.values.length <= SORT_UP_TO) {
      const sorted = (mayReorder || group.values !== values ? group.values : group.values.slice()).sort();
      for (let i = group.from; i < group.to; i++) found[i] = sorted[ranks[i]! - group.before]!;
    } else if (group.level === LEVELS) {
      found.fill(group.values[0]!, group.from, group.to);
    } else {
      split(group, ranks, groups);
    }
  }
  return found;
}

/** Pushes the parts of a group that hold a wanted rank, one for each value of the next digit. */
function split(group: Group, ranks: readonly number[], parts: Group[]): void {
  const { values, level } = group;
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const first = level < 2 ? HIGH_WORD : LOW_WORD;
  const shift = level % 2 === 0 ? 16 : 0;
  // Doubles order like sign-and-magnitude integers: negative ones have all bits flipped, the others their sign bit.
  const signed = level === 0 ? -1 : 0;
  const flip = level === 0 ? SIGN : group.negative ? -1 : 0;

  table ??= new Int32Array(DIGITS);
  const counts = table.fill(0);
  for (let at = first; at < words.length; at += 2) {
    const word = words[at]!;
    counts[((word ^ (((word >> 31) & signed) | flip)) >>> shift) & 0xffff]!++;
  }

  let size = 0;
  let before = group.before;
  let next = group.from;
  const wanted: { digit: number; start: number; end: number; before: number; from: number; to: number }[] = [];
  for (let digit = 0; next < group.to; digit++) {
    const count = counts[digit]!;
    const from = next;
    while (next < group.to && ranks[next]! < before + count) next++;
    if (next > from) {
      wanted.push({ digit, start: size, end: size + count, before, from, to: next });
      size += count;
    }
    before += count;
  }

  let gathered = values;
  if (size < values.length || wanted.length > 1) {
    gathered = new Float64Array(size);
    const targets = table.fill(-1);
    for (const { digit, start } of wanted) targets[digit] = start;
    for (let at = first, i = 0; at < words.length; at += 2, i++) {
      const word = words[at]!;
      const digit = ((word ^ (((word >> 31) & signed) | flip)) >>> shift) & 0xffff;
      const target = targets[digit]!;
      if (target < 0) continue;
      gathered[target] = values[i]!;
      targets[digit] = target + 1;
    }
  }
  for (const part of wanted) {
    parts.push({
      values: gathered.subarray(part.start, part.end),
      before: part.before,
      from: part.from,
      to: part.to,
      level: level + 1,
      negative: level === 0 ? part.digit < DIGITS / 2 : group.negative,
    });
  }
}
