import type { DroppedCounts } from './inference/test-result.ts';
import { requireSameLength } from './special/checks.ts';

/** Numbers as they come: what is null, NaN or infinite is left out and counted. */
export type Sample = ArrayLike<number | null | undefined>;

/** What is left of a sample without the values that are not finite numbers. */
export interface FiniteValues {
  readonly values: Float64Array;
  /** Where each value stood. */
  readonly rows: Int32Array;
  /** How many values were left out: NaN, infinite, null or undefined. */
  readonly dropped: number;
}

/** The values of a sample that are finite numbers, in order. */
export function finiteValues(sample: Sample): FiniteValues {
  const { columns, rows, dropped } = finiteRows([sample]);
  return { values: columns[0]!, rows, dropped };
}

/** Pairs of which both values are finite numbers. */
export interface FinitePairs {
  readonly columns: readonly [Float64Array, Float64Array];
  /** Where each pair stood. */
  readonly rows: Int32Array;
  readonly dropped: DroppedCounts;
}

/** The pairs of which both values are finite numbers, in order. Throws `invalid_argument` for lists of different lengths. */
export function finitePairs(first: Sample, second: Sample): FinitePairs {
  requireSameLength('values in the two samples', first.length, second.length);
  const { columns, rows } = finiteRows([first, second]);
  const finite = finiteRows([first]).rows.length + finiteRows([second]).rows.length;
  return {
    columns: [columns[0]!, columns[1]!],
    rows,
    dropped: { not_finite: 2 * first.length - finite, unpaired: finite - 2 * rows.length },
  };
}

function finiteRows(samples: readonly Sample[]): {
  readonly columns: readonly Float64Array[];
  readonly rows: Int32Array;
  readonly dropped: number;
} {
  const length = samples[0]?.length ?? 0;
  const kept = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    let isWhole = true;
    for (const sample of samples) isWhole &&= Number.isFinite(sample[row]);
    if (isWhole) kept[count++] = row;
  }
  const rows = count === length ? kept : kept.slice(0, count);
  const columns = samples.map((sample) => {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = sample[rows[i]!] as number;
    return values;
  });
  return { columns, rows, dropped: length - count };
}
