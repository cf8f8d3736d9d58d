import { hedgesCorrected, standardizedDifference } from '../effect-size/cohen-d.ts';
import { answer } from './answer.ts';
import { type GroupMoment, groupMoments, isRounding } from './group-moments.ts';
import { type ResolvedOptions, resolveOptions, type TestOptions } from './options.ts';
import { cleanSample, type Values } from './sample.ts';
import { inferByT } from './t-statistic.ts';
import type { TestResult } from './test-result.ts';

/**
 * Welch's t-test (Biometrika 34, 1947) of the difference of two means, `second` − `first`, which lets their variances differ, with
 * Satterthwaite's degrees of freedom. The effect size is Hedges' g over the pooled deviation, its interval from noncentral t.
 *
 * A group of one value, or two groups without any variance, leave the estimate alone, with the reason in `assumptions`. Throws
 * `invalid_argument` for options that make no sense.
 */
export function welchTest(first: Values, second: Values, options: TestOptions = {}): TestResult {
  return twoSampleTest(first, second, resolveOptions(options), {
    method: 'Welch two-sample t-test',
    supposes: 'The values are independent and both means are nearly normal.',
    spread: (a, b) => {
      const [va, vb] = [a.squares / (a.n - 1) / a.n, b.squares / (b.n - 1) / b.n];
      // Over the larger, whose square may not underflow.
      const [s, t] = va > vb ? [1, vb / va] : [va / vb, 1];
      return { variance: va + vb, df: (s + t) ** 2 / (s ** 2 / (a.n - 1) + t ** 2 / (b.n - 1)) };
    },
  });
}

/** Student's t-test of the difference of two means, `second` − `first`, whose variances must be equal: else see `welchTest`. */
export function studentTest(first: Values, second: Values, options: TestOptions = {}): TestResult {
  return twoSampleTest(first, second, resolveOptions(options), {
    method: 'Student two-sample t-test',
    supposes: 'The values are independent, both means are nearly normal and the variances equal.',
    spread: (a, b) => {
      const df = a.n + b.n - 2;
      return { variance: ((a.squares + b.squares) / df) * (1 / a.n + 1 / b.n), df };
    },
  });
}

interface Kind {
  readonly method: string;
  readonly supposes: string;
  /** The variance of the difference and its degrees of freedom. */
  readonly spread: (first: GroupMoment, second: GroupMoment) => { variance: number; df: number };
}

function twoSampleTest(first: Values, second: Values, options: ResolvedOptions, kind: Kind): TestResult {
  const a = cleanSample('first', first);
  const b = cleanSample('second', second);
  const known = {
    method: kind.method,
    alternative: options.alternative,
    null_value: options.nullValue,
    n: [a.values.length, b.values.length],
    dropped: { not_finite: a.dropped + b.dropped, unpaired: 0 },
  };
  const refuse = (reason: string, found: Partial<TestResult> = {}) =>
    answer({ ...known, ...found, assumptions: [kind.supposes, reason] });
  if (a.values.length === 0 || b.values.length === 0) return refuse('A group has no values.');
  const { center, unit, groups } = groupMoments([a.values, b.values]);
  const [from, to] = [groups[0]!, groups[1]!];
  const estimate = (to.mean - from.mean) * unit;
  if (from.n === 1 || to.n === 1) return refuse('A group of one value has no variance.', { estimate });
  const { variance, df } = kind.spread(from, to);
  const standardError = Math.sqrt(variance) * unit;
  if (variance === 0 || isRounding(standardError, center + unit * from.mean, center + unit * to.mean)) {
    return refuse('The values of each group are equal: there is no variance.', { estimate, standard_error: 0 });
  }
  const d = standardizedDifference(from, to, options.level);
  return answer({
    ...known,
    ...inferByT(estimate, standardError, df, options),
    estimate,
    standard_error: standardError,
    df,
    effect_size: hedgesCorrected(d, from.n + to.n - 2),
    assumptions:
      from.squares === 0 || to.squares === 0 ? [kind.supposes, 'The values of one group are equal.'] : [kind.supposes],
  });
}
