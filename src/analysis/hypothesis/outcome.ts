import type { FrozenPlan } from '../../stores/frozen-plan.ts';
import type { MetricComparison } from '../comparison/comparison-result.ts';

export type HypothesisOutcome = 'supported' | 'not_supported' | 'inconclusive';

interface Judged {
  readonly outcome: HypothesisOutcome;
  readonly reason: string;
  /** p of the claim itself; see `TreatmentOutcome`. */
  readonly claim_p_value: number | null;
}

/**
 * What a result says about a plan. It is supported where the p-value of its claim is at most alpha: of a direction that of the two-sided
 * test, of equivalence the larger one of two one-sided tests, of non-inferiority that of the one-sided test against the margin. Interim
 * data have none of the last two.
 */
export function outcomeOf(plan: FrozenPlan, result: MetricComparison, isDoubtful: boolean, treatments: number): Judged {
  const { direction, margin } = plan;
  const { verdict, verdict_reason: why } = result;
  const judged = (outcome: HypothesisOutcome, reason: string, p: number | null): Judged => ({
    outcome,
    reason,
    claim_p_value: p,
  });
  if (direction === 'not_worse') {
    const [outcome, reason] = isDoubtful
      ? (['inconclusive', why] as const)
      : notWorse(result, margin!, plan.alpha!, treatments);
    return judged(outcome, reason, result.not_worse_p_value);
  }
  if (direction === 'equivalent') {
    const p = result.equivalence_p_value;
    if (verdict === 'equivalent') return judged('supported', why, p);
    return isBeyond(result, margin!) && !isDoubtful
      ? judged('not_supported', 'The whole interval lies beyond the margin.', p)
      : judged('inconclusive', why, p);
  }
  const p = result.adjusted_p_value;
  // The metric's better direction is the hypothesised one.
  if (verdict === 'better') return judged('supported', why, p);
  if (verdict === 'worse') return judged('not_supported', 'The difference goes the other way.', p);
  return verdict === 'equivalent'
    ? judged('not_supported', 'The difference lies within the margin: it is too small to matter.', p)
    : judged('inconclusive', why, p);
}

/**
 * Non-inferiority: by the one-sided p-value against the margin; of interim data by the worse end of the confidence sequence, which holds
 * for one treatment.
 */
function notWorse(
  result: MetricComparison,
  margin: number,
  alpha: number,
  treatments: number,
): readonly [HypothesisOutcome, string] {
  const { ci, better, better_is_assumed, scale, sensitivity, not_worse_p_value: p, verdict_reason: why } = result;
  if (better === null || better_is_assumed) {
    return [
      'inconclusive',
      'Nobody said which values are worse: the name of the metric does not, and the plan has no `better`.',
    ];
  }
  if (ci === null || ci.low === null || ci.high === null) return ['inconclusive', why];
  const [zero, sign] = [scale === 'ratio' ? 1 : 0, better === 'higher' ? 1 : -1];
  const limit = scale === 'ratio' && better === 'higher' ? 1 / (1 + margin) : zero - sign * margin;
  const [worst, best] = better === 'higher' ? (['low', 'high'] as const) : (['high', 'low'] as const);
  const isWithin = (value: number) => sign * (value - limit) > 0;
  const couldBe = (end: 'low' | 'high', within: boolean) =>
    sensitivity !== null && (sensitivity[end] === null || isWithin(sensitivity[end]) === within);
  if (p === null && treatments > 1) {
    return [
      'inconclusive',
      'The data are interim, and the intervals of several treatments do not hold together: wait for the end of what the interim reasons name, or leave it out.',
    ];
  }
  if (p === null ? isWithin(ci[worst]!) : p <= alpha) {
    if (p === null ? couldBe(worst, false) : sensitivity?.not_worse_could_flip === true) {
      return ['inconclusive', 'What is missing could bring it beyond the margin.'];
    }
    return [
      'supported',
      p === null
        ? 'The worse end of the interval is within the margin.'
        : 'The one-sided p-value against the margin is at or below alpha.',
    ];
  }
  if (isWithin(ci[best]!)) {
    return ['inconclusive', 'The data do not tell a difference within the margin from one beyond.'];
  }
  return couldBe(best, true)
    ? ['inconclusive', 'What is missing could bring it within the margin.']
    : ['not_supported', 'The whole interval is worse by more than the margin.'];
}

/** Whether the interval, and whatever is missing, lies beyond the margin on one side. */
function isBeyond({ ci, scale, sensitivity }: MetricComparison, margin: number): boolean {
  const [low, high] = scale === 'ratio' ? [1 / (1 + margin), 1 + margin] : [-margin, margin];
  const isAbove = (end: number | null | undefined) => end != null && end > high;
  const isBelow = (end: number | null | undefined) => end != null && end < low;
  if (isAbove(ci?.low)) return sensitivity === null || isAbove(sensitivity.low);
  return isBelow(ci?.high) && (sensitivity === null || isBelow(sensitivity.high));
}
