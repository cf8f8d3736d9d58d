import { describe } from '../../../stats/describe.ts';
import { differences } from '../../../stats/inference/one-sample-t.ts';
import type { TestResult } from '../../../stats/inference/test-result.ts';
import { LabelNumbers } from '../../../stats/label-numbers.ts';
import { meanDifferenceSequence, meanSequence } from '../../../stats/sequential/mean-sequence.ts';
import { pairedRateSequence, rateDifferenceSequence } from '../../../stats/sequential/rate-sequence.ts';
import type { Arranged } from '../items/arranged.ts';
import { type Approach, outcomesOf, rateOf } from './test-items.ts';

/** Of independent values, below which a sequence of means is not asymptotic. */
const FEWEST = 100;

/**
 * The confidence sequence of the items so far: exact for plain yes and no, asymptotic for means. In clusters the influences of the
 * clusters on the difference take the place of values. Its `p_value` holds at every look.
 */
export function sequenceItems(approach: Approach, items: Arranged, level: number, tunedFor: number): TestResult {
  const options = { level, tunedFor, minimumN: FEWEST };
  if (approach === 'clustered') {
    const influences = clusterInfluences(items);
    const result = counting(meanSequence(influences, options), 'clusters', [influences.length]);
    return {
      ...result,
      method: `${result.method} over clusters`,
      n: [items.first.length, items.second.length],
      n_clusters: influences.length,
      n_pairs: items.design === 'paired' ? items.first.length : null,
    };
  }
  if (items.design === 'paired') {
    if (approach === 'counts') {
      const { first_only, second_only } = outcomesOf(items);
      return pairedRateSequence({ first_only, second_only, n: items.first.length }, { level });
    }
    const n = items.first.length;
    const result = counting(meanSequence(differences(items), options), 'pairs', [n]);
    return { ...result, method: `${result.method} difference of pairs`, n: [n, n], n_pairs: n };
  }
  if (approach === 'counts') return rateDifferenceSequence(rateOf(items.first), rateOf(items.second), { level });
  const sizes = [items.first.length, items.second.length];
  return counting(meanDifferenceSequence(items.first, items.second, options), 'values in each arm', sizes);
}

/** A sequence that has not begun says what it counts, and how many of them there are. */
function counting(result: TestResult, what: string, counts: readonly number[]): TestResult {
  if (counts.every((count) => count >= FEWEST)) return result;
  const reason = `No interval: the sequence begins at ${FEWEST} ${what}, and there are ${counts.join(' and ')}.`;
  return { ...result, assumptions: [...result.assumptions.slice(0, -1), reason] };
}

/** For each cluster the difference plus its part in the error, so that their mean is the difference and their variance C times its. */
function clusterInfluences(items: Arranged): Float64Array {
  const parts =
    items.design === 'paired'
      ? [{ values: differences(items), ids: items.clusters!, sign: 1 }]
      : [
          { values: items.first, ids: items.firstClusters!, sign: -1 },
          { values: items.second, ids: items.secondClusters!, sign: 1 },
        ];
  const numbers = new LabelNumbers(parts.reduce((total, { ids }) => total + ids.length, 0));
  const units = parts.map(({ ids }) => ids.map((id) => numbers.of(id)));
  const influences = new Float64Array(numbers.count);
  let estimate = 0;
  for (const [part, { values, sign }] of parts.entries()) {
    const mean = describe(values).mean ?? 0;
    estimate += sign * mean;
    const scale = (sign * numbers.count) / values.length;
    const own = units[part]!;
    for (let i = 0; i < values.length; i++) influences[own[i]!]! += scale * (values[i]! - mean);
  }
  return influences.map((influence) => influence + estimate);
}
