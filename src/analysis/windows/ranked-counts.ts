/**
 * How often each of a known set of values is present, with its order statistics: a binary indexed tree (Fenwick 1994) over the
 * ranks of the values. Adding, removing and finding take time logarithmic in the number of distinct values.
 */
export class RankedCounts {
  readonly #values: Float64Array;
  readonly #tree: Int32Array;
  readonly #top: number;

  /** @param values The values that may occur, in any order, repeats allowed, no NaN. */
  constructor(values: Float64Array) {
    this.#values = distinct(values.slice().sort());
    this.#tree = new Int32Array(this.#values.length + 1);
    this.#top = this.#values.length === 0 ? 0 : 2 ** Math.floor(Math.log2(this.#values.length));
  }

  /** The rank of a value among the distinct ones, to be passed to `add`. */
  rankOf(value: number): number {
    const values = this.#values;
    let low = 0;
    let high = values.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(rank: number, times: number): void {
    const tree = this.#tree;
    for (let node = rank + 1; node < tree.length; node += node & -node) tree[node]! += times;
  }

  /** The value that is the `index`-th smallest of those present, from 0. */
  at(index: number): number {
    const tree = this.#tree;
    let node = 0;
    let left = index;
    for (let jump = this.#top; jump > 0; jump >>= 1) {
      const next = node + jump;
      if (next < tree.length && tree[next]! <= left) {
        left -= tree[next]!;
        node = next;
      }
    }
    return this.#values[node]!;
  }
}

function distinct(sorted: Float64Array): Float64Array {
  let kept = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i]!;
  }
  return sorted.subarray(0, kept);
}
