import { CrucibleError, show } from '../../core/errors.ts';
import { answer } from '../inference/answer.ts';
import { chiSquareFitTest } from '../inference/chi-square-tests.ts';
import type { TestResult } from '../inference/test-result.ts';
import { requireCount, requireFraction, requirePositive, requireSameLength } from '../special/checks.ts';
import { sum } from '../sum.ts';

export interface SampleRatioOptions {
  /** Below this p-value the ratio is called a mismatch. Default 0.001. */
  readonly threshold?: number;
  /** No group may be expected to have fewer units than this. Default 8. */
  readonly minimumCount?: number;
}

/** A `TestResult` with the verdict. */
export interface SampleRatioResult extends TestResult {
  /** Whether the assignment is broken, so that nothing else about the groups can be believed; `null` where untested. */
  readonly mismatch: boolean | null;
  /** Units that each group should have. */
  readonly expected: readonly number[];
}

/**
 * The test for a sample-ratio mismatch: whether the groups have the shares of the assigned units that were intended (Fabijan and
 * others, KDD 2019), by the chi-square test of goodness of fit. `ratio` is the intended one, in any scale: [1, 1] is half and half.
 * Count the units as they were assigned, before any of them was sampled, filtered or lost.
 *
 * `null`, with the reason, where a group is expected to have fewer than `minimumCount` units. Throws `invalid_argument` for
 * what are not counts, fewer than two groups and a ratio that is not positive.
 */
export function sampleRatioTest(
  observed: readonly number[],
  ratio: readonly number[],
  options: SampleRatioOptions = {},
): SampleRatioResult {
  const { threshold = 0.001, minimumCount = 8 } = options;
  requireFraction('threshold', threshold);
  requirePositive('minimumCount', minimumCount);
  requireSameLength('counts and shares', observed.length, ratio.length);
  if (observed.length < 2) {
    throw new CrucibleError('invalid_argument', `There are the counts ${show(observed)}.`, {
      hint: 'Give those of two groups or more.',
    });
  }
  for (const count of observed) requireCount('A count', count);
  for (const share of ratio) requirePositive('A share', share);

  const total = sum(observed);
  const whole = sum(ratio);
  const expected = ratio.map((share) => (share / whole) * total);
  const known = { method: 'chi-square test of the sample ratio', n: [...observed] };
  const assumption = 'Units are assigned independently of each other.';
  const least = Math.min(...expected);
  if (least < minimumCount) {
    const reason = `No test: a group is expected to have ${least} units, and ${minimumCount} are needed.`;
    return { ...answer({ ...known, assumptions: [assumption, reason] }), mismatch: null, expected };
  }
  const test = chiSquareFitTest(observed, ratio);
  return {
    ...test,
    ...known,
    assumptions: [assumption],
    mismatch: test.p_value! < threshold,
    expected,
  };
}
