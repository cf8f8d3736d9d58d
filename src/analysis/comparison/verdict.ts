import type { Adjustment } from '../../stats/inference/adjust-p-values.ts';
import type { CheckedOptions } from './compare-options.ts';
import type { Sensitivity, Verdict } from './comparison-result.ts';
import { type Draft, hasSequence } from './draft.ts';
import { claimAdjuster } from './inference/claim-adjuster.ts';
import { whyUntested } from './reasons.ts';
import { type Claim, sensitivityOf } from './sensitivity.ts';

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
 * Decides about all drafts. The p-values of the primary ones are corrected together, so that all their verdicts hold at alpha; those of
 * non-inferiority, which no verdict rests on, apart.
 */
export function decide(drafts: readonly Draft[], options: CheckedOptions, doubt: Doubt): Decision[] {
  const { alpha, correction } = options;
  const primary = drafts.filter(({ metric }) => metric.primary);
  const inVerdicts = claimAdjuster(
    primary.map((draft) => [pOf(draft), draft.equivalence]),
    correction,
  );
  const inNotWorse = claimAdjuster(
    primary.map(({ notWorse }) => [notWorse]),
    correction,
  );
  return drafts.map((draft) => {
    const { equivalence, notWorse, metric } = draft;
    const place = primary.indexOf(draft);
    const adjusted = metric.primary ? inVerdicts(place, pOf(draft)) : null;
    const adjustedEquivalence = metric.primary ? inVerdicts(place, equivalence) : equivalence;
    const adjustedNotWorse = metric.primary ? inNotWorse(place, notWorse) : notWorse;
    const deciding = metric.primary ? adjusted : pOf(draft);
    const source = sourceOf(draft, correction);
    const claim =
      claimOf('equivalence', equivalence, adjustedEquivalence, alpha) ??
      claimOf('difference', pOf(draft), deciding, alpha);
    const isNotWorse = claimOf('not_worse', notWorse, adjustedNotWorse, alpha);
    const sensitivity = sensitivityOf(draft, claim, isNotWorse, options);
    const known = { adjusted, adjustedEquivalence, adjustedNotWorse, sensitivity, source };
    const inconclusive = (reason: string): Decision => ({ ...known, verdict: 'inconclusive', reason });
    if (doubt !== null) return inconclusive(doubt);
    if (claim === null) return inconclusive(whyNothing(draft, deciding, alpha));
    if (sensitivity?.could_flip === true) return inconclusive(couldFlip(claim, sensitivity.missing));
    if (claim.kind === 'equivalence') {
      return {
        ...known,
        verdict: 'equivalent',
        source: `equivalence ${source}`,
        reason: 'The difference lies within the margin that was declared.',
      };
    }
    const { better } = metric;
    if (better === null) {
      return inconclusive(
        'There is a difference, but nobody said which values are better: give the metric a direction.',
      );
    }
    const rose = draft.result.estimate! > 0;
    return {
      ...known,
      verdict: rose === (better === 'higher') ? 'better' : 'worse',
      reason: `The ${metric.primary ? 'corrected ' : ''}p-value is at or below alpha${disagrees(draft, alpha) ? `${testDecides(draft)} reaches 0` : ''}.`,
    };
  });
}

/** Interim data have a p-value too, which holds at every look, where there is a sequence for them. */
export function pOf({ result, interim, kind, approach }: Draft): number | null {
  return interim && !hasSequence(kind, approach) ? null : result.p_value;
}

/** A claim that its corrected p-value makes. Its limit is alpha less what the correction stretched this p-value by. */
function claimOf(kind: Claim['kind'], p: number | null, adjusted: number | null, alpha: number): Claim | null {
  if (p === null || adjusted === null || adjusted > alpha) return null;
  return { kind, limit: p > 0 && adjusted > p ? alpha * (p / adjusted) : alpha };
}

function sourceOf({ metric, interim }: Draft, correction: Adjustment): string {
  const p = interim ? 'anytime-valid p-value' : 'p-value';
  if (!metric.primary) return `${p}, not corrected: exploratory`;
  return correction === 'none' ? `${p}, not corrected` : `${p}, corrected (${correction})`;
}

function couldFlip({ kind }: Claim, missing: number): string {
  const said = kind === 'equivalence' ? 'that the difference is within the margin' : 'a difference';
  const lacking = missing === 1 ? '1 item lacks' : `${missing} items lack`;
  return `The items that have a value show ${said}, but ${lacking} one: at the worst this would change it.`;
}

function whyNothing(draft: Draft, p: number | null, alpha: number): string {
  if (p === null && draft.result.standard_error === 0 && !draft.interim) {
    return `Nothing varies, and nothing bounds what was not seen. ${whyUntested(draft) ?? ''}`.trim();
  }
  if (p === null) return `There is no test. ${whyUntested(draft) ?? ''}`.trim();
  const alone = pOf(draft);
  if (alone !== null && alone <= alpha && p > alpha) {
    return 'The p-value alone is at or below alpha, corrected for the other primary comparisons it is not, so the data do not tell a difference from none. The interval is not corrected.';
  }
  if (disagrees(draft, alpha)) {
    return `The p-value is above alpha, so the data do not tell a difference from none${testDecides(draft)} leaves 0 out.`;
  }
  return draft.margin === null
    ? 'The data do not tell a difference from none.'
    : 'The data tell neither a difference from none nor that it lies within the margin.';
}

function testDecides({ result }: Draft): string {
  return `. The ${result.method.includes('exact') ? 'exact ' : ''}test decides: the interval beside it, which is approximate,`;
}

/** Whether interval and p-value, of different methods, say different things about 0. */
function disagrees({ result: { ci, p_value }, approach, interim }: Draft, alpha: number): boolean {
  if (approach !== 'counts' || interim || ci === null || p_value === null) return false;
  const leavesOut = (ci.low ?? Number.NEGATIVE_INFINITY) > 0 || (ci.high ?? Number.POSITIVE_INFINITY) < 0;
  return leavesOut !== p_value <= alpha;
}
