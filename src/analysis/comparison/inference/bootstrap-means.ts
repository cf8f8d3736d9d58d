import { differences } from '../../../stats/inference/one-sample-t.ts';
import type { Alternative, TestResult } from '../../../stats/inference/test-result.ts';
import { type RandomStream, randomStream } from '../../../stats/random.ts';
import { bootstrap, bootstrapTwoSample } from '../../../stats/resampling/bootstrap.ts';
import { sum } from '../../../stats/sum.ts';
import type { Arranged } from '../items/arranged.ts';
import type { TestSettings } from './test-items.ts';

/** Beyond this many values, what is drawn are the means of groups of them. */
const MOST_VALUES = 1000;
const GROUPS = 500;

/** What the p-value is of. */
interface Hypothesis {
  readonly nullValue: number;
  readonly alternative: Alternative;
}

const NO_DIFFERENCE: Hypothesis = { nullValue: 0, alternative: 'two-sided' };

/** The bootstrap of the difference of the items' means, of the same resamples whatever is asked of it. */
export function differenceOfMeans(items: Arranged, settings: TestSettings, hypothesis = NO_DIFFERENCE): TestResult {
  return items.design === 'paired'
    ? bootstrapMeans(differences(items), undefined, settings, hypothesis)
    : bootstrapMeans(items.first, items.second, settings, hypothesis);
}

/**
 * The BCa bootstrap of a mean, or of the difference of two, that takes no longer for a million values than for a thousand: many values are
 * put into 334 to 500 groups at random, whose means are drawn instead. Their mean has the same expectation, variance and third
 * moment as that of the values, which is what the interval rests on. Values are sorted first: the order of records says nothing.
 */
export function bootstrapMeans(
  first: Float64Array,
  second: Float64Array | undefined,
  { level, seed, resamples }: TestSettings,
  hypothesis = NO_DIFFERENCE,
): TestResult {
  const stream = randomStream(seed).split('groups');
  const options = { level, seed, resamples, ...hypothesis };
  const a = groupMeans(first, stream.split(0));
  const b = second && groupMeans(second, stream.split(1));
  const result = b ? bootstrapTwoSample(a, b, 'mean', options) : bootstrap(a, 'mean', options);
  const groups = [
    ...(a.length < first.length ? [a.length] : []),
    ...(b && b.length < second!.length ? [b.length] : []),
  ];
  return {
    ...result,
    method: second ? result.method : result.method.replace('the mean', 'the mean of paired differences'),
    n: second ? [first.length, second.length] : [first.length, first.length],
    assumptions:
      groups.length > 0
        ? [...result.assumptions, `Values are drawn as the means of ${groups.join(' and ')} groups made at random.`]
        : result.assumptions,
  };
}

// Groups differ in size by one at most; shifting their means makes up for it.
function groupMeans(values: Float64Array, stream: RandomStream): Float64Array {
  const n = values.length;
  const shuffled = values.slice().sort();
  if (n <= MOST_VALUES) return shuffled;
  const size = Math.ceil(n / GROUPS);
  const groups = Math.floor(n / size);
  for (let i = n - 1; i > 0; i--) {
    const other = stream.below(i + 1);
    const value = shuffled[i]!;
    shuffled[i] = shuffled[other]!;
    shuffled[other] = value;
  }
  const means = Float64Array.from({ length: groups }, (_, group) => {
    const from = Math.floor((group * n) / groups);
    const to = Math.floor(((group + 1) * n) / groups);
    return sum(shuffled.subarray(from, to)) / (to - from);
  });
  const shift = sum(values) / n - sum(means) / groups;
  return means.map((mean) => mean + shift);
}
