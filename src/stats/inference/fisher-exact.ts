import { CrucibleError, show } from '../../core/errors.ts';
import { requireCount } from '../special/checks.ts';
import { rootBetween } from '../special/root.ts';
import { eachWeight, type TiltedMargins, tiltedMoments, tiltedSupport } from '../special/tilted-hypergeometric.ts';
import { answer, interval } from './answer.ts';
import { type CountTable, requireTable } from './chi-square-tests.ts';
import { resolveOptions } from './options.ts';
import type { Alternative, TestResult } from './test-result.ts';

export interface FisherOptions {
  /** `greater`: the odds ratio is above 1. Default `two-sided`. */
  readonly alternative?: Alternative;
  /** Confidence level, default 0.95. */
  readonly level?: number;
}

/** R counts tables as no more likely than the observed one up to this relative difference; so do we. */
const SLACK = 1e-7;

/**
 * Fisher's exact test (1935) of a 2 × 2 table of counts [[a, b], [c, d]]. `estimate` is the conditional maximum likelihood estimate of the
 * odds ratio a d / (b c), not the sample's own ratio, with the exact interval that inverts two one-sided tests (Cornfield 1956). The
 * two-sided p-value adds up all tables that are no more likely than the observed one, as R and SciPy do: it may disagree with the interval.
 *
 * An estimate of infinity is null, and its interval has one end. A row or column without counts leaves all null but p = 1. The reason is in
 * `assumptions`. Throws `invalid_argument` unless the table is 2 × 2, of whole numbers, and for counts so large that a cell has a standard
 * deviation above 10,000 (four equal ones from 4 · 10⁸ on): there `chiSquareIndependenceTest` tells the same.
 */
export function fisherTest(table: CountTable, options: FisherOptions = {}): TestResult {
  const resolved = resolveOptions(options);
  const { rows, columns } = requireTable(table);
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) requireCount(`table[${i}][${j}]`, count);
  }
  if (rows.length > 2 || columns.length > 2) {
    throw new CrucibleError('invalid_argument', `table is ${rows.length} × ${columns.length}.`, {
      hint: 'Give two rows of two counts.',
    });
  }
  const margins = { total: rows[0]! + rows[1]!, row: rows[0]!, column: columns[0]! };
  const x = table[0]![0]!;
  const { least, most } = tiltedSupport(margins);
  if (deviation(margins, x) > MOST_DEVIATION) {
    throw new CrucibleError('invalid_argument', `table is ${show(table)}: too many tables are likely to go through.`, {
      hint: 'Use chiSquareIndependenceTest or twoProportionsTest, which tell the same of such counts.',
    });
  }
  const assumptions = ['The counts are of independent units.'];
  const known = {
    method: 'Fisher exact test',
    alternative: resolved.alternative,
    null_value: 1,
    n: rows,
    p_value: probability(margins, x, resolved.alternative),
  };
  if (least === most)
    return answer({ ...known, assumptions: [...assumptions, 'A row or a column has no counts: any odds ratio fits.'] });
  const low =
    x === least ? 0 : endAt(margins, x, (logOdds) => tiltedMoments(margins, logOdds, x).upper - resolved.tail);
  const high =
    x === most
      ? Number.POSITIVE_INFINITY
      : endAt(margins, x, (logOdds) => resolved.tail - tiltedMoments(margins, logOdds, x).lower);
  if (x === most) assumptions.push('A cell is 0: the odds ratio is infinite, its upper end unbounded.');
  return answer({
    ...known,
    estimate:
      x === most ? null : x === least ? 0 : endAt(margins, x, (logOdds) => tiltedMoments(margins, logOdds, x).excess),
    ci: interval(low, high, 'exact conditional', resolved),
    assumptions,
  });
}

const MOST_DEVIATION = 10_000;

/** The larger standard deviation of the cell: with the odds ratio 1, or with that of the table. */
function deviation({ total, row, column }: TiltedMargins, x: number): number {
  const fixed = ((row / total) * (total - row) * (column / total) * (total - column)) / Math.max(total - 1, 1);
  return Math.sqrt(Math.max(fixed, 1 / precision({ total, row, column }, x)));
}

/** Σ 1 / cell, with ½ added to each: the variance of the log odds, and one over that of the cell. */
function precision({ total, row, column }: TiltedMargins, x: number): number {
  return 1 / (x + 0.5) + 1 / (row - x + 0.5) + 1 / (column - x + 0.5) + 1 / (total - row - column + x + 0.5);
}

const NEGLIGIBLE = 2 ** -70;

function probability(margins: TiltedMargins, x: number, alternative: Alternative): number {
  let own = 0;
  if (alternative === 'two-sided') {
    eachWeight(margins, 0, (k, weight, rising) => {
      if (k === x) own = weight;
      return rising ? k >= x : k <= x;
    });
  }
  let all = 0;
  let extreme = 0;
  eachWeight(margins, 0, (k, weight) => {
    all += weight;
    const counts =
      alternative === 'two-sided' ? weight <= own * (1 + SLACK) : alternative === 'greater' ? k >= x : k <= x;
    if (counts) extreme += weight;
    return counts && weight < extreme * NEGLIGIBLE;
  });
  return Math.min(extreme / all, 1);
}

/** The odds ratio at which `f`, which grows with its logarithm, is 0. */
function endAt(margins: TiltedMargins, x: number, f: (logOdds: number) => number): number {
  const { total, row, column } = margins;
  // The sample's own odds ratio, with ½ added to each cell, is near.
  const start = Math.log(((x + 0.5) / (row - x + 0.5)) * ((total - row - column + x + 0.5) / (column - x + 0.5)));
  let stride = Math.min(1, 2 * Math.sqrt(precision(margins, x)));
  let low = start - stride;
  let high = start + stride;
  while (f(low) > 0) {
    stride *= 2;
    low -= stride;
  }
  while (f(high) < 0) {
    stride *= 2;
    high += stride;
  }
  // From `low` on, so that a logarithm of 0 is not looked for to its last digit.
  return Math.exp(low + rootBetween((beyond) => f(low + beyond), 0, high - low));
}
