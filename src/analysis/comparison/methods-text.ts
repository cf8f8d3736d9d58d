import { plural } from '../../core/figures.ts';
import type { EffectSize } from '../../stats/inference/test-result.ts';
import type { CheckedOptions } from './compare-options.ts';
import { decisionTexts } from './decision-text.ts';
import { type Draft, hasSequence } from './draft.ts';
import { isDrawn } from './inference/over-replicates.ts';
import { CUT } from './inference/share-bounds.ts';
import { isBinary } from './inference/test-items.ts';
import type { Decision } from './verdict.ts';

const ABOUT = {
  latency: 'the ratio of geometric means, treatment to baseline',
  cost: 'the difference of arithmetic means, treatment minus baseline',
  mean: 'the difference of arithmetic means, treatment minus baseline',
  rate: 'the difference of proportions, treatment minus baseline',
  replicate: 'the difference of the means over replicates, one number for each, treatment minus baseline',
} as const;
const SHARES = 'the difference of the mean share of successes per sample, treatment minus baseline';
const EFFECTS: Readonly<Record<string, string>> = {
  cohen_d: "Cohen's d of the differences",
  hedges_g: "Hedges' g",
  cohen_h: "Cohen's h",
  odds_ratio: 'the odds ratio of discordant pairs',
};
const INTERVALS: Readonly<Record<string, string>> = {
  'noncentral t': 'the noncentral t distribution',
  'clopper-pearson': 'the method of Clopper and Pearson (1934)',
};
const INTERIM = 'The data are interim: interval and p-value hold at every look, and no test for a fixed size was made.';
const QUANTILES =
  'Differences of quantiles carry Woodruff limits (1952), joined by the method of variance estimates recovery (Zou and Donner 2008).';

/** What was done with a metric, in sentences that may stand in a paper. */
export function methodsText(draft: Draft, decision: Decision, options: CheckedOptions, family: number): string {
  const { name, interim, kind, approach, result, quantileDifferences, overReplicates: over } = draft;
  const sentences = [`${name}: ${analysis(draft, options)}`, ...unused(draft), ...draft.methods];
  if (draft.isCut) sentences.push(CUT);
  if (interim && hasSequence(kind, approach) && result.ci !== null) sentences.push(INTERIM);
  if (!interim && result.effect_size !== null) sentences.push(effectText(result.effect_size));
  if (!interim && quantileDifferences.length > 0) sentences.push(QUANTILES);
  if (over !== null && over.permutation_p_value !== null) {
    const how = over.permutation_exact ? 'over all rearrangements' : 'over rearrangements drawn at random';
    const what = draft.items.design === 'paired' ? 'A sign-flip permutation test' : 'A permutation test';
    sentences.push(`${what} of the same difference, ${how}, is given beside it.`);
  }
  if (over !== null && over.iqm_ci !== null) {
    sentences.push('The difference of interquartile means has a percentile bootstrap interval.');
  }
  const seed = `${options.resamples} resamples, seed ${options.seed}`;
  if (result.resamples !== null && !interim) sentences.push(`The bootstrap took ${seed}.`);
  if (isDrawn(over)) sentences.push(`What was drawn at random took ${seed}.`);
  sentences.push(...decisionTexts(draft, decision, options, family));
  return sentences.join(' ');
}

function analysis(draft: Draft, options: CheckedOptions): string {
  const { kind, approach, items, result, interim, clusterBy } = draft;
  const level = Math.round(100 * (1 - options.alpha) * 1e6) / 1e6;
  const isShares = kind === 'rate' && approach !== 'weighted' && !(isBinary(items.first) && isBinary(items.second));
  const about = isShares ? SHARES : ABOUT[kind];
  const of = kind === 'replicate' ? 'replicates' : 'items';
  const sizes =
    items.design === 'paired'
      ? `${plural(items.first.length, 'pair')} ${kind === 'replicate' ? 'of replicates' : `by ${options.pairBy}`}`
      : `${items.first.length} (baseline) and ${items.second.length} (treatment) independent ${of}`;
  const clusters = clusterBy === null ? '' : `, clustered by ${clusterBy}${counted(result.n_clusters)}`;
  const over = `over ${sizes}${clusters}`;
  if (interim && !hasSequence(kind, approach)) {
    return `${about}, ${over}; neither interval nor test was made of interim data, for which this design has no confidence sequence.`;
  }
  if (result.p_value === null && result.ci === null) {
    return `${about}, ${over}; neither interval nor test could be made.`;
  }
  const made =
    result.ci === null ? `without an interval` : `with a ${level} % interval${by(result.ci.method, result.method)}`;
  const test = interim ? 'by the' : 'tested two-sided by';
  return `${about}, ${made}, ${test} ${lowerFirst(result.method)}, ${over}.`;
}

function effectText({ name, ci }: EffectSize): string {
  const interval = ci === null ? 'without an interval' : `with an interval by ${INTERVALS[ci.method] ?? ci.method}`;
  return `The effect size is ${EFFECTS[name] ?? name}, ${interval}.`;
}

function counted(clusters: number | null): string {
  return clusters === null ? '' : ` (${plural(clusters, 'cluster')})`;
}

// Named only where the name of the test does not say it.
function by(interval: string, test: string): string {
  const known = /^(?:t|welch|bca|percentile|score)$|sequence/i.test(interval);
  return known || test.includes(interval) ? '' : ` (${interval})`;
}

/** Items that were seen and are not in the estimate. */
function unused({ items, kind }: Draft): string[] {
  const [one, many] = kind === 'replicate' ? ['replicate', 'replicates'] : ['item', 'items'];
  const number = (n: number) => `${n} ${n === 1 ? one : many}`;
  if (items.design === 'paired') {
    const [alone, none] = [items.firstOnly.length + items.secondOnly.length, items.neither];
    if (alone + none === 0) return [];
    const left = [
      ...(alone > 0 ? [`${number(alone)} with a value in one arm only`] : []),
      ...(none > 0 ? [`${number(none)} with a value in neither`] : []),
    ];
    return [`Not in the estimate: ${left.join(' and ')}.`];
  }
  const { firstMissing, secondMissing } = items;
  if (firstMissing + secondMissing === 0) return [];
  return [
    `Not in the estimate for want of a value: ${firstMissing} (baseline) and ${secondMissing} (treatment) ${many}.`,
  ];
}

// "Welch two-sample t-test" keeps its capital: it is a name.
function lowerFirst(method: string): string {
  return /^(?:Paired|Clustered|One|Two)/.test(method) ? method[0]!.toLowerCase() + method.slice(1) : method;
}
