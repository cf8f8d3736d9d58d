import type { ExperimentComparison } from '../../analysis/comparison/comparison-result.ts';
import type { HypothesisAnalysis, TreatmentOutcome } from '../../analysis/hypothesis/analyze.ts';
import {
  differenceText,
  intervalText,
  itemsText,
  pText,
  sampleRatioText,
  warningTexts,
} from '../../report/comparison/comparison-texts.ts';
import { interimText } from '../../report/comparison/design-texts.ts';
import {
  AS_PLANNED,
  claimPText,
  deviationTexts,
  lateText,
  otherQuestionText,
  outcomeText,
  planPairs,
} from '../../report/hypothesis/outcome-texts.ts';
import { printLine, warn } from '../terminal/output.ts';
import { printPairs, printTitle } from '../terminal/pairs.ts';
import { paint } from '../terminal/style.ts';
import { type Column, printTable } from '../terminal/table.ts';

const STYLES = { supported: 'green', not_supported: 'red', inconclusive: 'dim' } as const;

/** Prints what `analyze` answers: the outcome, the numbers of each treatment and the test behind them, the plan, what is not as planned. */
export async function printOutcome(analysis: HypothesisAnalysis): Promise<void> {
  const { plan, outcome, outcomes, deviations, comparison } = analysis;
  await printLine(`${paint(STYLES[outcome], outcomeText(outcome))}: ${plan.statement}`);
  await printTitle(`${plan.metric} against ${comparison.baseline}`);
  const columns: readonly Column<TreatmentOutcome>[] = [
    { title: 'ARM', value: ({ treatment }) => treatment, min: 10 },
    {
      title: 'OUTCOME',
      value: (own) => outcomeText(own.outcome),
      paint: (text, own) => paint(STYLES[own.outcome], text),
    },
    { title: 'DIFFERENCE', value: ({ result }) => differenceText(result), align: 'right' },
    { title: 'INTERVAL', value: ({ result }) => intervalText(result), align: 'right', keep: 6 },
    { title: claimPText(plan).toUpperCase(), value: ({ claim_p_value: p }) => pText(p), align: 'right', keep: 3 },
    { title: 'N', value: ({ result }) => itemsText(result), align: 'right', keep: 2 },
  ];
  await printTable(outcomes, columns);
  for (const { treatment, reason, result } of outcomes) {
    await printLine();
    await printPairs([
      [treatment, reason],
      ['test', result.test],
      ['method', result.methods],
    ]);
  }
  const question = otherQuestionText(analysis);
  if (question !== null) await printLine(`\n${question}`);
  await printDoubts(comparison);
  await printTitle('Plan');
  await printPairs(planPairs(plan));
  await printTitle('Not as planned');
  if (deviations.length === 0) await printLine(AS_PLANNED);
  for (const [what, planned, found, after] of deviations.map(deviationTexts)) {
    await printLine(`${what}: planned ${planned}, found ${found}${after === 'yes' ? ', after data were seen' : ''}`);
  }
  const late = lateText(deviations);
  if (late !== null) await printLine(late);
}

async function printDoubts(comparison: ExperimentComparison): Promise<void> {
  const { interim, interim_reasons, sample_ratio } = comparison;
  if (interim) await printLine(`\nInterim: ${interimText(comparison)} The outcome may still change.`);
  if (sample_ratio) await printLine(`\n${sampleRatioText(sample_ratio)}`);
  for (const warning of warningTexts(comparison)) if (!interim_reasons.includes(warning)) warn(warning);
}
