/** What is left of a sample without the values that are not finite numbers. */
export interface FiniteValues {
  readonly values: Float64Array;
  /** Where each value stood. */
  readonly rows: Int32Array;
  /** How many values were left out: NaN, infinite, null or undefined. */
  readonly dropped: number;
}

/** The values of a sample that are finite numbers, in order. */
export function finiteValues(sample: ArrayLike<number | null | undefined>): FiniteValues {
  const { columns, rows, dropped } = finiteRows([sample]);
  return { values: columns[0]!, rows, dropped };
}

/** The rows in which every one of the columns, which are of one length, holds a finite number. */
export function finiteRows(samples: readonly ArrayLike<number | null | undefined>[]): {
  readonly columns: readonly Float64Array[];
  readonly rows: Int32Array;
  readonly dropped: number;
} {
  const length = samples[0]?.length ?? 0;
  const kept: number[] = [];
  for (let row = 0; row < length; row++) {
    if (samples.every((sample) => Number.isFinite(sample[row]))) kept.push(row);
  }
  const rows = Int32Array.from(kept);
  const columns = samples.map((sample) => Float64Array.from(rows, (row) => sample[row] as number));
  return { columns, rows, dropped: length - rows.length };
}
