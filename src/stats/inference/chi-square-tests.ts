import { CrucibleError, show } from '../../core/errors.ts';
import { chiSquareSf } from '../distributions/chi-square.ts';
import { sum } from '../sum.ts';
import { answer } from './answer.ts';
import { requireChoice } from './options.ts';
import type { TestResult } from './test-result.ts';

/** Counts by row and column. */
export type CountTable = readonly (readonly number[])[];

/**
 * Pearson's chi-square test (1900) of whether counts follow the proportions `expected` (default: all alike), which are scaled to sum to 1:
 * what a sample-ratio check asks. The effect size is Cohen's w.
 *
 * Without any count it is null, with the reason in `assumptions`. Throws `invalid_argument` for fewer than two categories, negative
 * or non-finite counts and proportions that are not positive.
 */
export function chiSquareFitTest(observed: readonly number[], expected?: readonly number[]): TestResult {
  requireCounts('observed', observed, 2);
  const shares = expected ?? observed.map(() => 1);
  requireCounts('expected', shares, observed.length, observed.length);
  if (shares.some((share) => share === 0)) {
    throw new CrucibleError('invalid_argument', `expected is ${show(shares)}.`, { hint: 'Give positive proportions.' });
  }
  const known = { method: 'Chi-square test of given proportions', n: [...observed] };
  const assumptions = ['The counts are of independent units.'];
  const total = sum(observed);
  if (total === 0) return answer({ ...known, assumptions: [...assumptions, 'All counts are 0.'] });
  const whole = sum(shares);
  return pearson(
    known,
    observed,
    shares.map((share) => (share / whole) * total),
    { df: observed.length - 1, shift: 0, effect: (x) => ({ name: 'cohen_w', value: Math.sqrt(x / total), ci: null }) },
    assumptions,
  );
}

/**
 * Pearson's chi-square test of whether rows and columns of a table of counts are independent. `correction` takes up to ½ from each deviation
 * of a 2 × 2 table (Yates 1934; default false: it makes the test conservative). The effect size is Cramér's V.
 *
 * A row or column without counts leaves it null, with the reason in `assumptions`. Throws `invalid_argument` for a table that is ragged,
 * smaller than 2 × 2 or has counts that are negative or not finite, and for a correction of a larger table.
 */
export function chiSquareIndependenceTest(table: CountTable, options: { correction?: boolean } = {}): TestResult {
  const { correction = false } = options;
  requireChoice('correction', correction, [true, false]);
  const { rows, columns } = requireTable(table);
  if (correction && rows.length * columns.length > 4) {
    throw new CrucibleError('invalid_argument', `correction is true for a ${rows.length} × ${columns.length} table.`, {
      hint: 'Yates corrects 2 × 2 tables only.',
    });
  }
  const known = { method: `Chi-square test of independence${correction ? ' (Yates corrected)' : ''}`, n: rows };
  const assumptions = ['The counts are of independent units.'];
  if (rows.includes(0) || columns.includes(0)) {
    return answer({ ...known, assumptions: [...assumptions, 'A row or a column has no counts.'] });
  }
  const total = sum(rows);
  const observed = table.flat();
  const expected = rows.flatMap((row) => columns.map((column) => (row / total) * column));
  const least = Math.min(...observed.map((count, i) => Math.abs(count - expected[i]!)));
  const smaller = Math.min(rows.length, columns.length) - 1;
  return pearson(
    known,
    observed,
    expected,
    {
      df: (rows.length - 1) * (columns.length - 1),
      shift: correction ? Math.min(0.5, least) : 0,
      effect: (x) => ({ name: 'cramer_v', value: Math.sqrt(x / total / smaller), ci: null }),
    },
    assumptions,
  );
}

/** The sums of the rows and of the columns. Throws `invalid_argument` for what is not a table of counts. */
export function requireTable(table: CountTable): { rows: number[]; columns: number[] } {
  if (!Array.isArray(table) || table.length < 2) {
    throw new CrucibleError('invalid_argument', `table is ${show(table)}.`, {
      hint: 'Give two or more rows of counts.',
    });
  }
  const first = table[0] as readonly number[];
  for (const row of table) requireCounts('A row of table', row, 2, first.length);
  return { rows: table.map((row) => sum(row)), columns: first.map((_, j) => sum(table.map((row) => row[j]!))) };
}

function requireCounts(name: string, counts: readonly number[], least: number, most = Number.POSITIVE_INFINITY): void {
  const sound = Array.isArray(counts) && counts.length >= least && counts.length <= most;
  // A sum beyond 2^53 would no longer hold its counts.
  if (sound && counts.every((x) => x >= 0) && sum(counts) <= Number.MAX_SAFE_INTEGER) return;
  const wanted = Number.isFinite(most) ? `${most}` : `${least} or more`;
  throw new CrucibleError('invalid_argument', `${name} is ${show(counts)}.`, {
    hint: `Give ${wanted} numbers of at least 0 whose sum is at most 2^53 − 1.`,
  });
}

interface Pearson {
  readonly df: number;
  readonly shift: number;
  readonly effect: (uncorrected: number) => TestResult['effect_size'];
}

function pearson(
  known: Pick<TestResult, 'method' | 'n'>,
  observed: readonly number[],
  expected: readonly number[],
  { df, shift, effect }: Pearson,
  assumptions: readonly string[],
): TestResult {
  const terms = (by: number) => observed.map((x, i) => (Math.abs(x - expected[i]!) - by) ** 2 / expected[i]!);
  const statistic = sum(terms(shift));
  const few = expected.some((x) => x < 5) ? ['An expected count is below 5: chi-square is a rough approximation.'] : [];
  return answer({
    ...known,
    statistic,
    df,
    p_value: Number.isNaN(statistic) ? Number.NaN : chiSquareSf(statistic, df),
    effect_size: effect(sum(terms(0))),
    assumptions: [...assumptions, ...few],
  });
}
