import type { FrozenPlan } from '../../stores/frozen-plan.ts';
import type { MetricComparison } from '../comparison/comparison-result.ts';

export type HypothesisOutcome = 'supported' | 'not_supported' | 'inconclusive';

interface Judged {
  readonly outcome: HypothesisOutcome;
  readonly reason: string;
}

/** What a result says about a plan. A direction is tested two-sided: its claim is at least as strong as alpha says. */
export function outcomeOf({ direction, margin }: FrozenPlan, result: MetricComparison): Judged {
  const { verdict } = result;
  const open = { outcome: 'inconclusive', reason: result.verdict_reason } as const;
  if (direction === 'not_worse') return notWorse(result, margin!);
  if (direction === 'equivalent') {
    if (verdict === 'equivalent') return { outcome: 'supported', reason: result.verdict_reason };
    return isBeyond(result, margin!) && result.sensitivity?.could_flip !== true
      ? { outcome: 'not_supported', reason: 'The whole interval lies beyond the margin.' }
      : open;
  }
  // The metric's better direction is the hypothesised one.
  if (verdict === 'better') return { outcome: 'supported', reason: result.verdict_reason };
  if (verdict === 'worse') return { outcome: 'not_supported', reason: 'The difference goes the other way.' };
  if (verdict === 'equivalent') {
    return { outcome: 'not_supported', reason: 'The difference lies within the margin: it is too small to matter.' };
  }
  return open;
}

/** Non-inferiority by the interval, whose end at the worse side is that of a one-sided test at half of alpha. */
function notWorse(result: MetricComparison, margin: number): Judged {
  const { ci, better, scale, sensitivity } = result;
  if (better === null) {
    return { outcome: 'inconclusive', reason: 'Nobody said which values are worse: the name of the metric does not.' };
  }
  if (ci === null || ci.low === null || ci.high === null)
    return { outcome: 'inconclusive', reason: result.verdict_reason };
  const [zero, sign] = [scale === 'ratio' ? 1 : 0, better === 'higher' ? 1 : -1];
  const limit = scale === 'ratio' && better === 'higher' ? 1 / (1 + margin) : zero - sign * margin;
  const [worst, best] = better === 'higher' ? [ci.low, ci.high] : [ci.high, ci.low];
  const missing = better === 'higher' ? sensitivity?.low : sensitivity?.high;
  if (sign * (worst - limit) > 0) {
    return missing != null && sign * (missing - limit) <= 0
      ? { outcome: 'inconclusive', reason: 'What is missing could bring it beyond the margin.' }
      : { outcome: 'supported', reason: 'The worse end of the interval is within the margin.' };
  }
  return sign * (best - limit) < 0
    ? { outcome: 'not_supported', reason: 'The whole interval is worse by more than the margin.' }
    : { outcome: 'inconclusive', reason: 'The interval holds differences within the margin and beyond.' };
}

function isBeyond({ ci, scale }: MetricComparison, margin: number): boolean {
  if (ci === null || ci.low === null || ci.high === null) return false;
  const [low, high] = scale === 'ratio' ? [1 / (1 + margin), 1 + margin] : [-margin, margin];
  return ci.low > high || ci.high < low;
}
