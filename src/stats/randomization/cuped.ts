import { CrucibleError, show } from '../../core/errors.ts';
import { finitePairs, type Sample } from '../finite.ts';
import { isRounding } from '../inference/group-moments.ts';
import type { DroppedCounts } from '../inference/test-result.ts';
import { CompensatedSum, sum } from '../sum.ts';

/** One group: its values, and for each what was known of its unit before the assignment. */
export interface CovariateGroup {
  readonly values: Sample;
  readonly covariate: Sample;
}

/** Values from which a covariate has been taken, ready for any test of means. */
export interface CupedAdjustment {
  /** Values y − θ (x − x̄) of each group, whose means differ as expected without the adjustment. */
  readonly adjusted: readonly Float64Array[];
  /** What the covariate is multiplied by; `null` where it cannot be estimated, and then nothing is taken. */
  readonly theta: number | null;
  /** Correlation of values and covariate within the groups. */
  readonly correlation: number | null;
  /** The share of the variance that is gone: the correlation squared. */
  readonly variance_reduction: number | null;
  /** For each group. */
  readonly dropped: readonly DroppedCounts[];
  readonly assumptions: readonly string[];
}

/**
 * CUPED (Deng, Xu, Kohavi and Walker, WSDM 2013): takes from each value what a covariate known beforehand predicts, so that means
 * vary less and differ as much; test them as any values, by `welchTest` say. θ is estimated within the groups, pooled, so that the
 * effect of the treatment does not count as covariance. A value without a finite covariate is left out, and the other way about; both are counted.
 *
 * The covariate must not be changed by the treatment. With fewer than three pairs, or a covariate that does not vary
 * within the groups beyond rounding, nothing is taken and `assumptions` says why. Throws `invalid_argument` for no groups and for lists of
 * different lengths.
 */
export function cuped(groups: readonly CovariateGroup[]): CupedAdjustment {
  if (groups.length === 0) {
    throw new CrucibleError('invalid_argument', `groups is ${show(groups)}.`, { hint: 'Give at least one group.' });
  }
  const pairs = groups.map(({ values, covariate }) => finitePairs(values, covariate));
  const dropped = pairs.map((group) => group.dropped);
  const assumptions = ['The covariate was measured before the assignment and is not changed by it.'];
  const count = pairs.reduce((total, { rows }) => total + rows.length, 0);
  const grand = sum(pairs.flatMap(({ columns }) => Array.from(columns[1]))) / count;

  const [xx, xy, yy] = [new CompensatedSum(), new CompensatedSum(), new CompensatedSum()];
  for (const { columns } of pairs) {
    const [y, x] = columns;
    const [meanY, meanX] = [sum(y) / y.length, sum(x) / x.length];
    for (let i = 0; i < y.length; i++) {
      xx.add((x[i]! - meanX) ** 2);
      xy.add((x[i]! - meanX) * (y[i]! - meanY));
      yy.add((y[i]! - meanY) ** 2);
    }
  }
  const varies = !isRounding(
    Math.sqrt(xx.value / count),
    ...pairs.flatMap(({ columns: [, x] }) => Array.from(x.subarray(0, 1))),
  );
  const theta = varies ? xy.value / xx.value : Number.NaN;
  const reason =
    count < groups.length + 2
      ? 'there are too few pairs'
      : Number.isFinite(theta)
        ? undefined
        : 'the covariate does not vary within the groups';
  if (reason !== undefined) {
    return {
      adjusted: pairs.map(({ columns }) => columns[0].slice()),
      theta: null,
      correlation: null,
      variance_reduction: null,
      dropped,
      assumptions: [...assumptions, `No adjustment: ${reason}.`],
    };
  }
  const share = xy.value / Math.sqrt(xx.value) / Math.sqrt(yy.value);
  const correlation = Number.isFinite(share) ? Math.min(Math.max(share, -1), 1) : null;
  return {
    adjusted: pairs.map(({ columns: [y, x] }) => y.map((value, i) => value - theta * (x[i]! - grand))),
    theta,
    correlation,
    variance_reduction: correlation === null ? null : correlation ** 2,
    dropped,
    assumptions,
  };
}
