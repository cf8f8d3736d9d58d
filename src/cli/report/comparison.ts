import type {
  ExperimentComparison,
  MetricComparison,
  TreatmentComparison,
  Verdict,
} from '../../analysis/comparison/comparison-result.ts';
import { NONE, percent } from '../../core/figures.ts';
import {
  causesText,
  differenceText,
  intervalText,
  itemsText,
  MEANS_NOTE,
  meanText,
  pText,
  quantileTexts,
  relativeLine,
  sampleRatioText,
  warningTexts,
  whyText,
} from '../../report/comparison/comparison-texts.ts';
import { correctionText, coverText, interimText, replicateCounts } from '../../report/comparison/design-texts.ts';
import { forestPlot } from '../../report/comparison/forest-text.ts';
import { printLine, warn } from '../terminal/output.ts';
import { printPairs, printTitle } from '../terminal/pairs.ts';
import { paint } from '../terminal/style.ts';
import { type Column, printTable } from '../terminal/table.ts';

const PLOT_WIDTH = 41;
const STYLES = { better: 'green', worse: 'red', equivalent: 'cyan', inconclusive: 'dim' } as const;

/** Prints what `compare` answers: for each treatment a table of verdicts and a forest plot, then how they came about. */
export async function printComparison(comparison: ExperimentComparison, withQuantiles = false): Promise<void> {
  const { baseline, comparisons, interim, interim_reasons, alpha, sample_ratio } = comparison;
  const [ofBaseline = 1, ...ofTreatments] = replicateCounts(comparison);
  for (const [i, treatment] of comparisons.entries()) {
    if (i > 0) await printLine();
    await printTreatment(treatment, baseline, { baseline: ofBaseline, treatment: ofTreatments[i] ?? 1 });
    if (withQuantiles) await printQuantiles(treatment, baseline);
  }
  await printLine();
  if (interim) {
    await printLine(`Interim: ${interimText(comparison)} Intervals hold at every look; verdicts may still change.`);
  }
  if (sample_ratio) await printLine(sampleRatioText(sample_ratio));
  const corrected = correctionText(comparison);
  await printLine(
    `Intervals at ${percent(1 - alpha)}${corrected === '' ? '' : `, each by itself; ${corrected}`}. --json tells methods, assumptions and what is missing.`,
  );
  await printLine(MEANS_NOTE);
  // What makes data interim is said above.
  for (const warning of warningTexts(comparison)) if (!interim_reasons.includes(warning)) warn(warning);
}

/** The verdicts on primary metrics, each with the treatment and the metric that it is about. */
export function verdictsOf(comparison: ExperimentComparison): { verdict: Verdict; about: string }[] {
  return comparison.comparisons.flatMap(({ name, metrics }) =>
    Object.values(metrics)
      .filter(({ role }) => role === 'primary')
      .map(({ metric, verdict }) => ({ verdict, about: `${metric} of ${name}` })),
  );
}

async function printTreatment(
  { name, metrics }: TreatmentComparison,
  baseline: string,
  replicates: Readonly<Record<'baseline' | 'treatment', number>>,
): Promise<void> {
  const rows = Object.values(metrics);
  const armText = (row: MetricComparison, side: 'baseline' | 'treatment') =>
    `${meanText(row, side)}${coverText(row, side, replicates[side])}`;
  const columns: readonly Column<MetricComparison>[] = [
    {
      title: 'METRIC',
      value: ({ metric, role }) => (role === 'primary' ? metric : `${metric} (exploratory)`),
      min: 10,
    },
    { title: baseline, value: (row) => armText(row, 'baseline'), align: 'right', keep: 3 },
    { title: name, value: (row) => armText(row, 'treatment'), align: 'right', keep: 4 },
    { title: 'DIFFERENCE', value: differenceText, align: 'right' },
    { title: 'INTERVAL', value: intervalText, align: 'right', keep: 6 },
    {
      title: 'P',
      value: (row) => pText(row.adjusted_p_value ?? row.p_value ?? row.anytime_p_value),
      align: 'right',
      keep: 2,
    },
    { title: 'N', value: itemsText, align: 'right', keep: 1 },
    { title: 'VERDICT', value: ({ verdict }) => verdict, paint: (text, { verdict }) => paint(STYLES[verdict], text) },
  ];
  const many = Math.max(replicates.treatment, replicates.baseline) > 1;
  const runs = many ? ` (${replicates.treatment} and ${replicates.baseline} runs)` : '';
  await printTitle(`${name} against ${baseline}${runs}`);
  await printTable(rows, columns);
  const open = rows.filter(({ verdict }) => verdict === 'inconclusive');
  if (open.length > 0) {
    await printLine();
    await printLine('Inconclusive:');
    await printPairs(open.map((row) => [row.metric, whyText(row)]));
  }
  await printMissing(rows, baseline, name);
  const plotted = rows.flatMap((row) => {
    const line = relativeLine(row);
    return line ? [{ name: row.metric, line }] : [];
  });
  if (plotted.length === 0) return;
  const { drawings, reach } = forestPlot(
    plotted.map(({ line }) => line),
    PLOT_WIDTH,
  );
  const labels = Math.max(...plotted.map((each) => each.name.length));
  await printLine();
  for (const [i, each] of plotted.entries()) await printLine(`${each.name.padEnd(labels)}  ${drawings[i]!}`);
  const scale = `${`−${percent(reach)}`.padEnd((PLOT_WIDTH - 1) / 2)}0${`+${percent(reach)}`.padStart((PLOT_WIDTH - 1) / 2)}`;
  await printLine(`${' '.repeat(labels)}  ${paint('dim', scale)}  of ${baseline}`);
}

async function printMissing(rows: readonly MetricComparison[], baseline: string, treatment: string): Promise<void> {
  const isAny = ({ missing }: MetricComparison) =>
    [missing.baseline, missing.treatment].some((own) => causesText(own) !== NONE);
  const lacking = rows.filter(isAny);
  if (lacking.length === 0) return;
  await printLine();
  await printLine('Items without a value:');
  await printPairs(
    lacking.map(({ metric, missing }) => {
      const sides = [
        [baseline, missing.baseline],
        [treatment, missing.treatment],
      ] as const;
      const told = sides.filter(([, own]) => causesText(own) !== NONE);
      return [metric, told.map(([arm, own]) => `${arm}: ${causesText(own)}`).join('; ')];
    }),
  );
}

async function printQuantiles({ name, metrics }: TreatmentComparison, baseline: string): Promise<void> {
  const rows = Object.values(metrics).flatMap(quantileTexts);
  if (rows.length === 0) return;
  const columns = ['METRIC', 'QUANTILE', baseline, name, 'DIFFERENCE', 'INTERVAL'].map(
    (title, i): Column<string[]> => ({
      title,
      value: (row) => row[i]!,
      ...(i === 0 ? { min: 10 } : { align: 'right' }),
    }),
  );
  await printLine();
  await printTable(rows, columns);
}
