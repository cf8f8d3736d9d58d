import type { CheckedOptions } from './compare-options.ts';
import type { Draft } from './draft.ts';

const CORRECTIONS = {
  none: null,
  bonferroni: "Bonferroni's method",
  holm: "Holm's method (1979)",
  hochberg: "Hochberg's method (1988)",
  hommel: "Hommel's method (1988)",
  bh: 'the method of Benjamini and Hochberg (1995)',
  by: 'the method of Benjamini and Yekutieli (2001)',
} as const;

const ABOUT = {
  latency: 'the ratio of geometric means',
  cost: 'the difference of arithmetic means',
  mean: 'the difference of arithmetic means',
  rate: 'the difference of rates',
  replicate: 'the difference of the means over replicates, one number for each',
} as const;

/** What was done with a metric, in sentences that may stand in a paper. */
export function methodsText(draft: Draft, options: CheckedOptions, family: number): string {
  const { items, kind, result, clusterBy, metric, interim, name, approach } = draft;
  const level = Math.round(100 * (1 - options.alpha) * 1e6) / 1e6;
  const items_ = kind === 'replicate' ? 'replicates' : 'items';
  const sizes =
    items.design === 'paired'
      ? `${items.first.length} pairs${kind === 'replicate' ? ' of replicates' : ` by ${options.pairBy}`}`
      : `${items.first.length} and ${items.second.length} ${items_}`;
  const sentences = [
    `${name}: ${ABOUT[kind]} (treatment against baseline) with ${interim ? 'an anytime-valid' : 'a'} ${level} % interval, by ${lowerFirst(result.method)}, over ${sizes}${clusterBy === null ? '' : `, clustered by ${clusterBy}`}.`,
  ];
  if (kind !== 'replicate' && approach !== 'weighted') sentences.push('Repeats of a sample were averaged first.');
  sentences.push(...draft.methods);
  if (interim) sentences.push('The data are interim; no test for a fixed sample size was made.');
  if (result.resamples !== null && !interim) {
    sentences.push(`The bootstrap drew ${result.resamples} times (seed ${result.seed}).`);
  }
  const correction = CORRECTIONS[options.correction];
  if (!metric.primary) sentences.push('This metric is exploratory: its p-value is not corrected.');
  else if (family > 1 && correction !== null)
    sentences.push(`The p-values of ${family} comparisons were corrected by ${correction}.`);
  if (draft.margin !== null) {
    sentences.push(`Equivalence within ${metric.margin} was tested by two one-sided tests (Schuirmann 1987).`);
  }
  return sentences.join(' ');
}

// "Welch two-sample t-test" keeps its capital: it is a name.
function lowerFirst(method: string): string {
  return /^(?:Paired|Clustered|One|Two)/.test(method) ? method[0]!.toLowerCase() + method.slice(1) : method;
}
