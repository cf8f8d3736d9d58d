import type {
  ArmValues,
  ExperimentComparison,
  MetricComparison,
  TreatmentComparison,
  Verdict,
} from '../../analysis/comparison/comparison-result.ts';
import { count, dollars, figure, milliseconds, NONE, percent, signed } from '../terminal/figures.ts';
import { printLine } from '../terminal/output.ts';
import { printTitle } from '../terminal/pairs.ts';
import { paint } from '../terminal/style.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { type ForestLine, forestPlot } from './forest-plot.ts';

const PLOT_WIDTH = 41;
const STYLES = { better: 'green', worse: 'red', equivalent: 'cyan', inconclusive: 'dim' } as const;

/** Prints what `compare` answers: for each treatment a table of verdicts and a forest plot, then how they came about. */
export async function printComparison(comparison: ExperimentComparison): Promise<void> {
  const { arms, baseline, comparisons, correction, family_size, interim, interim_reasons, alpha } = comparison;
  const runs = new Map(arms.map(({ name, experiments }) => [name, experiments.length]));
  for (const [i, treatment] of comparisons.entries()) {
    if (i > 0) await printLine();
    await printTreatment(treatment, baseline, runs);
  }
  await printLine();
  if (interim) {
    await printLine(`Interim: ${interim_reasons.join(' ')} Intervals hold at every look; verdicts may still change.`);
  }
  const together = family_size > 1 ? `, ${family_size} p-values corrected together (${correction})` : '';
  await printLine(
    `Intervals at ${percent(1 - alpha)}${together}. --json tells methods, assumptions and what is missing.`,
  );
  for (const warning of warningsOf(comparison)) await printLine(`${paint('yellow', 'warning')}: ${warning}`);
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
  runs: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = Object.values(metrics);
  const columns: readonly Column<MetricComparison>[] = [
    {
      title: 'METRIC',
      value: ({ metric, role }) => (role === 'primary' ? metric : `${metric} (exploratory)`),
      min: 10,
    },
    { title: titled(baseline, runs), value: (row) => typical(row, row.arms.baseline), align: 'right' },
    { title: titled(name, runs), value: (row) => typical(row, row.arms.treatment), align: 'right' },
    { title: 'DIFFERENCE', value: difference, align: 'right' },
    { title: 'INTERVAL', value: interval, align: 'right', keep: 4 },
    { title: 'P', value: pValue, align: 'right', keep: 3 },
    { title: 'N', value: observations, align: 'right', keep: 2 },
    { title: 'VERDICT', value: ({ verdict }) => verdict, paint: (text, { verdict }) => paint(STYLES[verdict], text) },
  ];
  await printTitle(`${name} against ${baseline}`);
  for (const line of tableLines(rows, columns)) await printLine(line);
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

function titled(arm: string, runs: ReadonlyMap<string, number>): string {
  const number = runs.get(arm) ?? 1;
  return number > 1 ? `${arm} (${number} runs)` : arm;
}

function typical({ metric, kind }: MetricComparison, { mean, p50 }: ArmValues): string {
  return shown(metric, kind, kind === 'latency' ? p50 : mean);
}

function shown(metric: string, kind: MetricComparison['kind'], value: number | null): string {
  if (kind === 'latency') return milliseconds(value);
  if (kind === 'rate') return percent(value);
  return metric.endsWith('_usd') ? dollars(value) : figure(value);
}

function difference({ metric, kind, scale, estimate }: MetricComparison): string {
  if (estimate === null) return NONE;
  if (scale === 'ratio') return `×${figure(estimate)}`;
  return kind === 'rate' ? `${points(estimate)} points` : signed(estimate, (value) => shown(metric, kind, value));
}

function interval({ metric, kind, scale, ci }: MetricComparison): string {
  if (ci === null) return NONE;
  const end = (value: number | null) => {
    if (value === null) return '∞';
    if (scale === 'ratio') return figure(value);
    return kind === 'rate' ? points(value) : signed(value, (size) => shown(metric, kind, size));
  };
  return `${end(ci.low)} to ${end(ci.high)}`;
}

function points(share: number): string {
  return signed(Number((share * 100).toFixed(2)));
}

function pValue({ adjusted_p_value, p_value, anytime_p_value }: MetricComparison): string {
  const p = adjusted_p_value ?? p_value ?? anytime_p_value;
  if (p === null) return NONE;
  return p < 0.0001 ? '<0.0001' : String(Number(p.toPrecision(2)));
}

function observations({ n }: MetricComparison): string {
  return n.pairs === null ? `${count(n.baseline)} / ${count(n.treatment)}` : `${count(n.pairs)} pairs`;
}

function relativeLine({ scale, estimate, ci, arms }: MetricComparison): ForestLine | null {
  if (estimate === null || ci === null) return null;
  if (scale === 'ratio') {
    const relative = (value: number | null) => (value === null ? null : value - 1);
    return { estimate: estimate - 1, low: relative(ci.low), high: relative(ci.high) };
  }
  const { mean } = arms.baseline;
  if (mean === null || mean <= 0) return null;
  const relative = (value: number | null) => (value === null ? null : value / mean);
  return { estimate: estimate / mean, low: relative(ci.low), high: relative(ci.high) };
}

function warningsOf({ comparisons, warnings }: ExperimentComparison): string[] {
  const own = comparisons.flatMap(({ metrics }) =>
    Object.values(metrics).flatMap((each) => each.warnings.map((warning) => `${each.metric}: ${warning}`)),
  );
  return [...new Set([...warnings, ...own])];
}
