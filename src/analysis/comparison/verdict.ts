import { type Adjustment, adjustPValues } from '../../stats/inference/adjust-p-values.ts';
import type { CheckedOptions } from './compare-options.ts';
import type { Sensitivity, Verdict } from './comparison-result.ts';
import { type Claim, type Draft, hasSequence, sensitivityOf } from './draft.ts';
import { whyUntested } from './reasons.ts';

/** What a draft comes to among the others. */
export interface Decision {
  readonly adjusted: number | null;
  readonly adjustedEquivalence: number | null;
  readonly adjustedNotWorse: number | null;
  readonly sensitivity: Sensitivity | null;
  readonly verdict: Verdict;
  readonly source: string;
  readonly reason: string;
}

/** What makes every verdict inconclusive, whatever the numbers say; null for nothing. */
export type Doubt = string | null;

/**
 * Decides about all drafts. The p-values of the primary ones are corrected together, those against the margin apart: of a metric's two
 * null hypotheses, no difference and a difference beyond the margin, one at most is true.
 */
export function decide(drafts: readonly Draft[], options: CheckedOptions, doubt: Doubt): Decision[] {
  const primary = drafts.filter(({ metric }) => metric.primary);
  const corrected = (p: (draft: Draft) => number | null) =>
    new Map(adjustPValues(primary.map(p), options.correction).map((value, i) => [primary[i]!, value]));
  const differences = corrected(pOf);
  const equivalences = corrected(({ equivalence }) => equivalence);
  const notWorse = corrected((draft) => draft.notWorse);
  return drafts.map((draft) => {
    const adjusted = differences.get(draft) ?? null;
    const adjustedEquivalence = draft.metric.primary ? (equivalences.get(draft) ?? null) : draft.equivalence;
    const adjustedNotWorse = draft.metric.primary ? (notWorse.get(draft) ?? null) : draft.notWorse;
    const deciding = draft.metric.primary ? adjusted : pOf(draft);
    const source = sourceOf(draft, options.correction);
    const { alpha } = options;
    const isEquivalent = adjustedEquivalence !== null && adjustedEquivalence <= alpha;
    const differs = deciding !== null && deciding <= alpha;
    const claim: Claim | null = isEquivalent
      ? { kind: 'equivalence', limit: limitOf(draft.equivalence!, adjustedEquivalence, alpha) }
      : differs
        ? { kind: 'difference', limit: limitOf(pOf(draft)!, deciding, alpha) }
        : null;
    const sensitivity = sensitivityOf(draft, claim, options);
    const known = { adjusted, adjustedEquivalence, adjustedNotWorse, sensitivity, source };
    const inconclusive = (reason: string): Decision => ({ ...known, verdict: 'inconclusive', reason });
    if (doubt !== null) return inconclusive(doubt);
    if (claim === null) return inconclusive(whyNothing(draft, deciding));
    if (sensitivity?.could_flip === true) {
      return inconclusive(
        `The complete data say more, but ${sensitivity.missing === 1 ? 'the one item' : `the ${sensitivity.missing} items`} without a value could turn it round.`,
      );
    }
    if (claim.kind === 'equivalence') {
      return { ...known, verdict: 'equivalent', reason: 'The difference lies within the margin that was declared.' };
    }
    const { better } = draft.metric;
    if (better === null) {
      return inconclusive(
        'There is a difference, but nobody said which values are better: give the metric a direction.',
      );
    }
    const rose = draft.result.estimate! > 0;
    return {
      ...known,
      verdict: rose === (better === 'higher') ? 'better' : 'worse',
      reason: `The ${draft.metric.primary ? 'corrected ' : ''}p-value is at or below alpha.`,
    };
  });
}

/** Interim data have a p-value too, which holds at every look, where there is a sequence for them. */
export function pOf({ result, interim, kind, approach }: Draft): number | null {
  return interim && !hasSequence(kind, approach) ? null : result.p_value;
}

/** What a raw p-value may be at most so that its corrected form is at most alpha, as far as this correction stretched this one. */
function limitOf(p: number, adjusted: number, alpha: number): number {
  return p > 0 && adjusted > p ? alpha * (p / adjusted) : alpha;
}

function sourceOf({ metric, interim }: Draft, correction: Adjustment): string {
  const p = interim ? 'anytime-valid p-value' : 'p-value';
  if (!metric.primary) return `${p}, not corrected: exploratory`;
  return correction === 'none' ? `${p}, not corrected` : `${p}, corrected (${correction})`;
}

function whyNothing(draft: Draft, p: number | null): string {
  if (p === null && draft.result.standard_error === 0 && !draft.interim) {
    return `Nothing varies, and nothing bounds what was not seen. ${whyUntested(draft) ?? ''}`.trim();
  }
  if (p === null) return `There is no test. ${whyUntested(draft) ?? ''}`.trim();
  return draft.margin === null
    ? 'The data do not tell a difference from none.'
    : 'The data tell neither a difference from none nor that it lies within the margin.';
}
