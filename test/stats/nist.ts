import { readFileSync } from 'node:fs';

export interface NistSet {
  readonly name: string;
  readonly values: readonly number[];
  /** Mean, standard deviation, lag-1 autocorrelation. */
  readonly certified: readonly number[];
  readonly exact: readonly number[];
  readonly exact_for_doubles: readonly number[];
  readonly ceiling: readonly number[];
}

type Stored = { values?: number[]; ceiling: number[] } & Record<'certified' | 'exact' | 'exact_for_doubles', string[]>;

const file = new URL('../fixtures/nist-univariate.json', import.meta.url);
const { sets } = JSON.parse(readFileSync(file, 'utf8')) as { sets: Record<string, Stored> };

/** The recipes of the data sets that NIST constructed. */
const CONSTRUCTED: Record<string, () => number[]> = {
  NumAcc1: () => [10000001, 10000003, 10000002],
  NumAcc2: () => alternating('1.2', '1.1', '1.3'),
  NumAcc3: () => alternating('1000000.2', '1000000.1', '1000000.3'),
  NumAcc4: () => alternating('10000000.2', '10000000.1', '10000000.3'),
  // The file has 3 where π has 8 at this position.
  PiDigits: () => piDigits(5000).with(956, 3),
};

/** The nine univariate data sets of the NIST Statistical Reference Datasets. */
export const nistSets: readonly NistSet[] = Object.entries(sets).map(([name, stored]) => ({
  name,
  values: stored.values ?? CONSTRUCTED[name]!(),
  certified: stored.certified.map(Number),
  exact: stored.exact.map(Number),
  exact_for_doubles: stored.exact_for_doubles.map(Number),
  ceiling: stored.ceiling,
}));

/** The number of correct digits: the log relative error, at most 15.9. */
export function digits(value: number | null, truth: number): number {
  return value === null ? 0 : Math.min(-Math.log10(Math.abs(value - truth) / Math.abs(truth)), 15.9);
}

function alternating(first: string, low: string, high: string): number[] {
  return [first, ...Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? low : high))].map(Number);
}

/** Machin's formula in integers, with twenty digits to spare. */
function piDigits(count: number): number[] {
  const unit = 10n ** BigInt(count + 20);
  const arctanOfInverse = (x: bigint) => {
    let total = 0n;
    let power = unit / x;
    for (let n = 1n; power !== 0n; n += 2n, power /= x * x) total += n % 4n === 1n ? power / n : -power / n;
    return total;
  };
  const pi = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n));
  return [...String(pi)].slice(0, count).map(Number);
}
