import { CrucibleError, show } from '../../core/errors.ts';

/** The name of a cluster or stratum. */
export type Label = string | number;

/** The labels of rows, numbered in the order in which they first occur. */
export interface LabelNumbers {
  /** By row. */
  readonly numbers: Int32Array;
  /** How many labels there are. */
  readonly count: number;
}

/** Numbers the labels of the rows that are used; `rows` says where they stand. Throws `invalid_argument` for a row without a label. */
export function labelNumbers(rows: Int32Array, labels: ArrayLike<Label>, what: string): LabelNumbers {
  const numbers = new Int32Array(rows.length);
  const known = new Map<Label, number>();
  const ends = labels instanceof Int32Array ? extent(labels) : undefined;
  // A table of whole numbers takes a fraction of a map's time and memory.
  const table = ends && ends.high - ends.low < 4 * labels.length ? new Int32Array(ends.high - ends.low + 1) : undefined;
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    if (table) {
      const at = (labels[rows[i]!] as number) - ends!.low;
      if (table[at] === 0) table[at] = ++count;
      numbers[i] = table[at]! - 1;
      continue;
    }
    const label = labelAt(labels, rows[i]!, what);
    const number = known.get(label) ?? count++;
    known.set(label, number);
    numbers[i] = number;
  }
  return { numbers, count };
}

/** The label of a row. Throws `invalid_argument` for a row that has none. */
export function labelAt(labels: ArrayLike<Label>, row: number, what: string): Label {
  const label: unknown = labels[row];
  if ((typeof label === 'string' && label !== '') || (typeof label === 'number' && !Number.isNaN(label))) return label;
  throw new CrucibleError('invalid_argument', `Row ${row} has the ${what} ${show(label)}.`, {
    hint: `Give every row a ${what}, or leave the row out.`,
  });
}

function extent(labels: Int32Array): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < labels.length; i++) {
    low = Math.min(low, labels[i]!);
    high = Math.max(high, labels[i]!);
  }
  return { low, high };
}
