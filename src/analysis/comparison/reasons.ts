import { type Draft, hasSequence, shown } from './draft.ts';
import { NO_QUANTILES } from './inference/quantile-differences.ts';
import { CUT } from './inference/share-bounds.ts';

/** Why what is null of a metric is null, each reason once, and why its interval is not all that the test gave. */
export function reasonsOf(draft: Draft): string[] {
  const { result, interim, kind, approach } = draft;
  const isAnytime = interim !== null && hasSequence(kind, approach) && result.p_value !== null;
  const anytime = isAnytime ? ['p_value is null: the data are interim, and anytime_p_value holds at every look.'] : [];
  return [...new Set([...causes(draft), ...anytime, ...(draft.isCut ? [CUT] : [])])];
}

/** Why a metric has no test, in a sentence; null where nothing is known. */
export function whyUntested(draft: Draft): string | null {
  return causes(draft).find((text) => text !== NO_QUANTILES) ?? null;
}

function causes({ reasons, result, interim, kind, items, approach }: Draft): string[] {
  const own = [...reasons];
  if (result.estimate !== null && shown(result.estimate, kind) === null) {
    own.push('The estimate is beyond the range of doubles.');
  }
  if (items.first.length === 0 || items.second.length === 0) {
    own.push(
      items.design === 'paired' ? 'There is no complete pair: see missing.' : 'An arm has no values: see missing.',
    );
  }
  if (interim && !hasSequence(kind, approach)) {
    const what = kind === 'replicate' ? 'Few replicates' : 'Weighted values';
    own.push(`${what} have no confidence sequence: ${interim.remedy}`);
  } else if (result.p_value === null || (interim && result.ci === null)) {
    // What a test says last is why it says no more.
    own.push(...result.assumptions.slice(-1));
  }
  return own;
}
