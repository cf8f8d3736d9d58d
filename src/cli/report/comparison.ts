import type { ExperimentComparison } from '../../analysis/compare.ts';
import type { ArmComparison, ArmSummary, Difference } from '../../analysis/comparison-numbers.ts';
import { count, dollars, figure, milliseconds, NONE, percent, signed } from '../terminal/figures.ts';
import { printLine } from '../terminal/output.ts';
import { printTitle } from '../terminal/pairs.ts';
import { type Column, tableLines } from '../terminal/table.ts';

interface Line {
  readonly quantity: string;
  readonly baseline: string;
  readonly treatment: string;
  readonly difference: string;
  readonly observations: string;
}

/** Prints what `compare` answers: for each arm a table of it beside the baseline. */
export async function printComparison({ baseline, comparisons }: ExperimentComparison): Promise<void> {
  for (const [i, arm] of comparisons.entries()) {
    if (i > 0) await printLine();
    await printTable(baseline, arm);
  }
  await printLine();
  await printLine('Differences of what was observed. They say nothing about chance.');
}

async function printTable(baseline: ArmSummary, arm: ArmComparison): Promise<void> {
  const columns: readonly Column<Line>[] = [
    { title: 'QUANTITY', value: ({ quantity }) => quantity, min: 10 },
    { title: title(baseline), value: (line) => line.baseline, align: 'right' },
    { title: title(arm), value: (line) => line.treatment, align: 'right' },
    { title: 'DIFFERENCE', value: ({ difference }) => difference, align: 'right' },
    { title: 'N', value: ({ observations }) => observations, align: 'right', keep: 1 },
  ];
  await printTitle(`${arm.name} against ${baseline.name}`);
  for (const line of tableLines([...requestLines(baseline, arm), ...metricLines(arm)], columns)) await printLine(line);
}

function title({ name, experiment_ids }: ArmSummary | ArmComparison): string {
  return experiment_ids.length > 1 ? `${name} (${experiment_ids.length} runs)` : name;
}

function requestLines(baseline: ArmSummary, arm: ArmComparison): Line[] {
  const { n } = arm;
  const both = (a: number, b: number) => `${count(a)} / ${count(b)}`;
  const treatment = (value: number | null, difference: number | null) =>
    value === null || difference === null ? null : value + difference;
  const latency = treatment(baseline.mean_latency_ms, arm.latency_difference_ms);
  const cost = treatment(baseline.cost_per_request_usd, arm.cost_per_request_difference_usd);
  const points = arm.success_rate_improvement_pct;
  const success = treatment(baseline.success_rate, points === null ? null : points / 100);
  const lines: Line[] = [
    {
      quantity: 'events',
      baseline: count(n.baseline.events),
      treatment: count(n.treatment.events),
      difference: signed(arm.event_count_difference, count),
      observations: NONE,
    },
  ];
  if (n.baseline.latency + n.treatment.latency > 0) {
    lines.push({
      quantity: 'mean latency',
      baseline: milliseconds(baseline.mean_latency_ms),
      treatment: milliseconds(latency),
      difference: signed(arm.latency_difference_ms, milliseconds),
      observations: both(n.baseline.latency, n.treatment.latency),
    });
  }
  if (n.baseline.cost + n.treatment.cost > 0) {
    lines.push({
      quantity: 'cost per request',
      baseline: dollars(baseline.cost_per_request_usd),
      treatment: dollars(cost),
      difference: signed(arm.cost_per_request_difference_usd, dollars),
      observations: both(n.baseline.cost, n.treatment.cost),
    });
  }
  if (n.baseline.success + n.treatment.success > 0) {
    lines.push({
      quantity: 'success rate',
      baseline: percent(baseline.success_rate),
      treatment: percent(success),
      difference: points === null ? NONE : `${signed(Number(points.toFixed(2)))} points`,
      observations: both(n.baseline.success, n.treatment.success),
    });
  }
  return lines;
}

function metricLines({ metrics }: ArmComparison): Line[] {
  const groups = [
    ['last ', metrics.training],
    ['last ', metrics.logged],
    ['mean score ', metrics.scores],
  ] as const;
  return groups.flatMap(([prefix, group]) =>
    Object.entries(group).map(([name, difference]) => metricLine(`${prefix}${name}`, difference)),
  );
}

function metricLine(quantity: string, { baseline, treatment, difference, n }: Difference): Line {
  return {
    quantity,
    baseline: figure(baseline),
    treatment: figure(treatment),
    difference: signed(difference),
    observations: `${count(n.baseline)} / ${count(n.treatment)}`,
  };
}
