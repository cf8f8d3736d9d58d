import { CrucibleError } from '../../core/errors.ts';
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
 * `assumptions`. Throws `invalid_argument` unless the table is 2 × 2, of whole numbers.
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
function endAt({ total, row, column }: TiltedMargins, x: number, f: (logOdds: number) => number): number {
  // The sample's own odds ratio, with ½ added to each cell, is near.
  const start = Math.log(((x + 0.5) / (row - x + 0.5)) * ((total - row - column + x + 0.5) / (column - x + 0.5)));
  let stride = 1;
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
  return Math.exp(rootBetween(f, low, high));
}
