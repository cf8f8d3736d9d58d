import { describe } from '../describe.ts';
import { standardizedMean } from '../effect-size/cohen-d.ts';
import { answer } from './answer.ts';
import { groupMoments, isRounding } from './group-moments.ts';
import { type ResolvedOptions, resolveOptions, type TestOptions } from './options.ts';
import { cleanPairs, cleanSample, type Values } from './sample.ts';
import { inferByT } from './t-statistic.ts';
import type { TestResult } from './test-result.ts';

/**
 * Student's t-test of one mean against `nullValue` (Student 1908). `estimate` is the mean; the effect size is Cohen's d of the mean's
 * distance from `nullValue`, with its interval from noncentral t.
 *
 * Needs two values that differ: of one value there is only the estimate, of equal ones no statistic, p-value or interval. Like all
 * tests, throws `invalid_argument` for options that make no sense.
 */
export function oneSampleTest(values: Values, options: TestOptions = {}): TestResult {
  const resolved = resolveOptions(options);
  const { values: kept, dropped } = cleanSample('values', values);
  const known = {
    method: 'One-sample t-test',
    n: [kept.length],
    dropped: { not_finite: dropped, unpaired: 0 },
    assumptions: ['The values are independent and their mean is nearly normal.'],
  };
  return meanTest(kept, resolved, known);
}

/**
 * Student's t-test of the mean difference of pairs, `second` − `first`: note the direction, which is that of all tests here, from
 * a baseline to what is compared with it. Entries with the same index are a pair; pairs with a value that is not finite are left
 * out and counted. The effect size is Cohen's d of the differences. See `oneSampleTest` for what needs how many values.
 */
export function pairedTest(first: Values, second: Values, options: TestOptions = {}): TestResult {
  const resolved = resolveOptions(options);
  const pairs = cleanPairs(first, second);
  const n = pairs.first.length;
  const known = {
    method: 'Paired t-test',
    n: [n, n],
    n_pairs: n,
    dropped: pairs.dropped,
    assumptions: ['The pairs are independent and the mean of their differences is nearly normal.'],
  };
  const means = [pairs.first, pairs.second].map((values) => describe(values).mean ?? 0);
  return meanTest(differences(pairs), resolved, known, means);
}

/** `second` − `first`, pair by pair. */
export function differences(pairs: { first: Float64Array; second: Float64Array }): Float64Array {
  const { first, second } = pairs;
  const changes = new Float64Array(second.length);
  for (let i = 0; i < changes.length; i++) changes[i] = second[i]! - first[i]!;
  return changes;
}

type Known = Pick<TestResult, 'method' | 'n' | 'assumptions'> & Partial<TestResult>;

function meanTest(
  values: Float64Array,
  options: ResolvedOptions,
  rest: Known,
  means: readonly number[] = [],
): TestResult {
  const known = { ...rest, alternative: options.alternative, null_value: options.nullValue };
  const refuse = (reason: string, found: Partial<TestResult> = {}) =>
    answer({ ...known, ...found, assumptions: [...known.assumptions, reason] });
  const n = values.length;
  if (n === 0) return refuse('There are no values.');
  if (values.some((x) => !Number.isFinite(x))) return refuse('A difference is beyond the range of doubles.');
  const { center, unit, groups } = groupMoments([values]);
  const { mean, squares } = groups[0]!;
  const estimate = center + unit * mean;
  if (n === 1) return refuse('One value has no variance.', { estimate });
  const df = n - 1;
  const deviation = Math.sqrt(squares / df) * unit;
  const standardError = Math.sqrt(squares / df / n) * unit;
  if (squares === 0 || isRounding(standardError, estimate, ...means)) {
    return refuse('All values are equal: their variance is 0.', { estimate, standard_error: 0 });
  }
  const inference = inferByT(estimate, standardError, df, options);
  return answer({
    ...known,
    ...inference,
    estimate,
    standard_error: standardError,
    df,
    effect_size: standardizedMean((estimate - options.nullValue) / deviation, n, options.level),
  });
}
