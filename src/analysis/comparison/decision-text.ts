import type { CheckedOptions } from './compare-options.ts';
import type { Draft } from './draft.ts';
import type { Decision } from './verdict.ts';

const CORRECTIONS = {
  none: null,
  bonferroni: "Bonferroni's method",
  holm: "Holm's method (1979)",
  hochberg: "Hochberg's method (1988)",
  hommel: "Hommel's method (1988)",
  bh: 'the method of Benjamini and Hochberg (1995)',
  by: 'the method of Benjamini and Yekutieli (2001)',
} as const;

const BOTH = ', each by the BCa bootstrap and by t, of which the larger p-value counts';

/** How a metric was decided about: what its p-values were corrected by, the margin, and what is missing. */
export function decisionTexts(
  { metric, result, margin, interim, approach, equivalence }: Draft,
  { sensitivity }: Decision,
  { correction }: CheckedOptions,
  family: number,
): string[] {
  const method = CORRECTIONS[correction];
  const sentences: string[] = [];
  if (!metric.primary) sentences.push('This metric is exploratory: its p-value is not corrected.');
  else if (result.p_value !== null && family > 1) {
    sentences.push(
      method === null
        ? `It is one of ${family} primary comparisons, whose p-values are not corrected.`
        : `The p-values of ${family} primary comparisons were corrected by ${method}.`,
    );
  }
  if (margin !== null && !interim && equivalence !== null) {
    const together =
      metric.primary && family > 1 && method !== null
        ? '; tests of differences and of margins were corrected together, of which one null hypothesis of a metric at most can be true (Shaffer 1986)'
        : '';
    sentences.push(
      `Equivalence within ${metric.margin} was tested by two one-sided tests (Schuirmann 1987)${approach === 'bca' ? BOTH : ''}${together}.`,
    );
  }
  if (sensitivity !== null) {
    sentences.push(`A verdict was given only where it also held with ${sensitivity.method}.`);
  }
  return sentences;
}
