import { GrowingBytes, GrowingIds, GrowingNumbers } from './growing.ts';

/** The batch at hand, in what tables take of it. */
export interface BatchCells {
  /** The number of each row's sample, −1 without one. */
  readonly samples: Int32Array;
  /** The numbers of each row's clusters, by candidate. */
  readonly clusters: readonly Int32Array[];
  /** `Verdict` of each row. */
  readonly verdicts: Uint8Array;
  readonly operations: Int32Array;
  /** With which probability each row was kept; 1 where it does not say. */
  readonly inclusion: Float64Array;
  readonly values: readonly Float64Array[];
}

/** Rows of an experiment as columns: whose they are, what became of them, and the values of some metrics (see `ValueReader`). */
export class RowTable {
  readonly #samples = new GrowingIds();
  readonly #clusters: readonly GrowingIds[];
  readonly #operations = new GrowingIds();
  readonly #values: readonly GrowingNumbers[];
  readonly #verdicts = new GrowingBytes();
  #inclusion: GrowingNumbers | undefined;
  #length = 0;

  constructor(clusters: number, values: number) {
    this.#clusters = Array.from({ length: clusters }, () => new GrowingIds());
    this.#values = Array.from({ length: values }, () => new GrowingNumbers());
  }

  get length(): number {
    return this.#length;
  }

  /** Appends the rows listed in the first `count` places of `rows`, in rising order. */
  append(cells: BatchCells, rows: Int32Array, count: number): void {
    this.#samples.append(cells.samples, rows, count);
    this.#clusters.forEach((ids, i) => {
      ids.append(cells.clusters[i]!, rows, count);
    });
    this.#operations.append(cells.operations, rows, count);
    this.#values.forEach((numbers, i) => {
      numbers.append(cells.values[i]!, rows, count);
    });
    this.#appendInclusion(cells.inclusion, rows, count);
    this.#verdicts.append(cells.verdicts, rows, count);
    this.#length += count;
  }

  get samples(): Int32Array | undefined {
    return this.#samples.ids;
  }

  clusters(candidate: number): Int32Array | undefined {
    return this.#clusters[candidate]?.ids;
  }

  get operations(): Int32Array | undefined {
    return this.#operations.ids;
  }

  get verdicts(): Uint8Array {
    return this.#verdicts.bytes;
  }

  values(column: number): Float64Array {
    return this.#values[column]!.values;
  }

  /** Undefined when every row was kept for sure. */
  get inclusion(): Float64Array | undefined {
    return this.#inclusion?.values;
  }

  #appendInclusion(source: Float64Array, rows: Int32Array, count: number): void {
    if (this.#inclusion === undefined) {
      let sampled = false;
      for (let i = 0; i < count && !sampled; i++) sampled = source[rows[i]!]! < 1;
      if (!sampled) return;
      this.#inclusion = new GrowingNumbers();
      this.#inclusion.fill(1, this.#length);
    }
    this.#inclusion.append(source, rows, count);
  }
}
