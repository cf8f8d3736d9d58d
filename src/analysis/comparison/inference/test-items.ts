import { describe } from '../../../stats/describe.ts';
import { hedgesG } from '../../../stats/effect-size/cohen-d.ts';
import { clusteredDifferenceTest, clusteredTest } from '../../../stats/inference/clustered-t.ts';
import { fisherTest } from '../../../stats/inference/fisher-exact.ts';
import { mcnemarTest, type PairedOutcomes } from '../../../stats/inference/mcnemar.ts';
import { differences, pairedTest } from '../../../stats/inference/one-sample-t.ts';
import type { Rate } from '../../../stats/inference/rate.ts';
import type { EffectSize, TestResult } from '../../../stats/inference/test-result.ts';
import { twoProportionsTest } from '../../../stats/inference/two-proportions.ts';
import { welchTest } from '../../../stats/inference/two-sample-t.ts';
import type { MetricKind } from '../comparison-result.ts';
import type { Arranged, Groups, Pairs } from '../items/arranged.ts';
import { differenceOfMeans } from './bootstrap-means.ts';
import { noBolderThan } from './no-bolder.ts';
import { weightedDifference } from './weighted-difference.ts';
import { areOpposite, whyUnbounded, withoutVariance } from './without-variance.ts';

export interface TestSettings {
  readonly level: number;
  readonly seed: number;
  readonly resamples: number;
  /** Whether values are rates, which are bounded: default false. */
  readonly isRate?: boolean;
}

/** How the items of a kind of metric are tested, by what they are. */
export type Approach = 'weighted' | 'clustered' | 'counts' | 'bca' | 't';

/** Counts only where every item is a plain yes or no: a mean of repeats is none. */
export function approachOf(kind: MetricKind, items: Arranged): Approach {
  if (items.design === 'unpaired' && items.inclusion) return 'weighted';
  if (items.design === 'paired' ? items.clusters !== null : items.firstClusters !== null) return 'clustered';
  if (kind === 'rate' && isBinary(items.first) && isBinary(items.second)) return 'counts';
  return kind === 'cost' ? 'bca' : 't';
}

/** The test of the difference of the items' means, treatment − baseline. Rates that do not vary have bounds of their own. */
export function testItems(approach: Approach, items: Arranged, settings: TestSettings): TestResult {
  const { level, isRate = false } = settings;
  const result =
    items.design === 'paired' ? testPairs(approach, items, settings) : testGroups(approach, items, settings);
  if (approach === 'counts' && !areOpposite(items)) return withoutVariance(result, items, level) ?? result;
  if (result.ci !== null || result.estimate === null || approach === 'weighted') return result;
  if (isRate) return result.standard_error === 0 ? (withoutVariance(result, items, level) ?? result) : result;
  const reason = whyUnbounded(items, level);
  return reason === null ? result : { ...result, standard_error: 0, assumptions: [...result.assumptions, reason] };
}

function testPairs(approach: Approach, pairs: Pairs, settings: TestSettings): TestResult {
  const { first, second, clusters } = pairs;
  const { level } = settings;
  switch (approach) {
    case 'clustered': {
      const changes = differences({ first, second });
      const result = clusteredTest(changes, clusters!, { level });
      return {
        ...result,
        method: `${result.method} of paired differences`,
        n_pairs: first.length,
        effect_size: standardized(changes),
      };
    }
    case 'counts':
      return mcnemarTest(outcomesOf(pairs), { level });
    case 'bca': {
      const t = pairedTest(first, second, { level });
      const result = noBolderThan(t, differenceOfMeans(pairs, settings));
      return { ...result, n_pairs: first.length, effect_size: t.effect_size };
    }
    default:
      return pairedTest(first, second, { level });
  }
}

function testGroups(approach: Approach, groups: Groups, settings: TestSettings): TestResult {
  const { first, second, firstClusters, secondClusters } = groups;
  const { level, isRate = false } = settings;
  switch (approach) {
    case 'weighted':
      return weightedDifference(groups, level, isRate);
    case 'clustered': {
      const effect = groupEffect(first, second);
      return {
        ...clusteredDifferenceTest(first, firstClusters!, second, secondClusters!, { level }),
        // As with pairs: clusters make the interval wider than noncentral t knows.
        effect_size: effect && { ...effect, ci: null },
      };
    }
    case 'counts':
      return testRates(rateOf(first), rateOf(second), level);
    case 'bca': {
      const result = noBolderThan(welchTest(first, second, { level }), differenceOfMeans(groups, settings));
      return { ...result, effect_size: groupEffect(first, second) };
    }
    default:
      return welchTest(first, second, { level });
  }
}

const FEW = 10;

/** Newcombe's interval; the p-value of the score test, or of Fisher's where counts are too small for it. */
export function testRates(first: Rate, second: Rate, level: number): TestResult {
  const result = twoProportionsTest(first, second, { level });
  const cells = [first.successes, first.n - first.successes, second.successes, second.n - second.successes];
  if (first.n === 0 || second.n === 0 || Math.min(...cells) >= FEW) return result;
  const { p_value } = fisherTest([
    [cells[0]!, cells[1]!],
    [cells[2]!, cells[3]!],
  ]);
  return {
    ...result,
    method: "Fisher's exact test, with Newcombe's interval",
    statistic: null,
    p_value,
    assumptions: result.assumptions.filter((text) => !text.includes('fisherTest')),
  };
}

export function outcomesOf({ first, second }: Pairs): PairedOutcomes {
  const outcomes = { both: 0, first_only: 0, second_only: 0, neither: 0 };
  for (let i = 0; i < first.length; i++) {
    outcomes[
      first[i] === 1 ? (second[i] === 1 ? 'both' : 'first_only') : second[i] === 1 ? 'second_only' : 'neither'
    ]++;
  }
  return outcomes;
}

export function rateOf(values: Float64Array): Rate {
  let successes = 0;
  for (let i = 0; i < values.length; i++) successes += values[i]!;
  return { successes, n: values.length };
}

export function isBinary(values: Float64Array): boolean {
  return values.every((value) => value === 0 || value === 1);
}

function groupEffect(first: Float64Array, second: Float64Array): EffectSize | null {
  const { estimate, ci } = hedgesG(first, second);
  return estimate === null ? null : { name: 'hedges_g', value: estimate, ci };
}

/** Cohen's d of differences; without an interval, which clusters would make wider than noncentral t knows. */
function standardized(changes: Float64Array): EffectSize | null {
  const { mean, std_dev } = describe(changes);
  return mean === null || std_dev === null || std_dev === 0
    ? null
    : { name: 'cohen_d', value: mean / std_dev, ci: null };
}
