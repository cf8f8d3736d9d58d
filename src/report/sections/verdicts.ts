import type { MetricComparison } from '../../analysis/comparison/comparison-result.ts';
import { shortfallText } from '../../analysis/comparison/interim.ts';
import { count, dollars, milliseconds, percent } from '../../core/figures.ts';
import { differenceText, intervalText, pText, whyText } from '../comparison/comparison-texts.ts';
import { interimText } from '../comparison/design-texts.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, heading, note, paragraph } from '../document/block.ts';
import { treatmentsOf } from './treatments.ts';

/** What the experiments say, first: a verdict for each primary metric. */
export function verdicts(data: ReportData): Block[] {
  const { comparison, experiments } = data;
  const empty = experiments.filter(({ metrics }) => metrics.summary.total_events === 0);
  const silent = empty.map(({ state }) => `${state.name} (${state.id})`).join(', ');
  const notes = silent === '' ? [] : [note(`There are no events of ${silent}.`)];
  if (!comparison) return [heading(2, 'Findings'), ...notes, ...alone(data)];
  const rows = treatmentsOf(data).flatMap(({ label, metrics }) =>
    metrics.filter(({ role }) => role === 'primary').map((metric) => ({ label, metric })),
  );
  const exploratory = treatmentsOf(data).flatMap(({ metrics }) => metrics.filter(({ role }) => role !== 'primary'));
  const interim = comparison.interim
    ? [
        note(
          `Interim: ${interimText(comparison)} Intervals are confidence sequences, which hold at every look; verdicts may still change.`,
        ),
      ]
    : comparison.shortfalls.map((short) => note(shortfallText(short)));
  if (rows.length === 0) {
    return [heading(2, 'Findings'), ...notes, ...interim, paragraph('No primary metric has values to compare.')];
  }
  return [
    heading(2, 'Findings'),
    ...notes,
    ...interim,
    {
      kind: 'table',
      caption: `Verdicts on primary metrics, against ${data.arms[0]}`,
      columns: [
        { title: 'Metric' },
        { title: 'Arm' },
        { title: 'Verdict' },
        { title: 'Difference', align: 'right' },
        { title: `${percent(1 - comparison.alpha)} interval`, align: 'right' },
        { title: 'Adjusted p', align: 'right' },
        { title: 'Reason' },
      ],
      rows: rows.map(({ label, metric }) => [
        metric.metric,
        label,
        { text: metric.verdict, tone: metric.verdict },
        differenceText(metric),
        intervalText(metric),
        pText(metric.adjusted_p_value),
        reasonOf(metric),
      ]),
    },
    ...(exploratory.length === 0
      ? []
      : [
          paragraph(
            `${count(exploratory.length)} exploratory ${exploratory.length === 1 ? 'comparison is' : 'comparisons are'} in the tables below: not corrected, they suggest what to test next.`,
          ),
        ]),
  ];
}

function reasonOf(metric: MetricComparison): string {
  const { needed } = metric;
  return needed !== null && needed.n === null ? `${whyText(metric)} ${needed.reason ?? ''}`.trim() : whyText(metric);
}

function alone({ experiments }: ReportData): Block[] {
  const { latency, cost, reliability, tokens } = experiments[0]!.metrics;
  const ci = reliability.success_rate_ci;
  const pairs: (readonly [string, string])[] = [
    ['Requests', count(reliability.total_requests)],
    [
      'Success rate',
      `${percent(reliability.success_rate)}${ci === null ? '' : ` (95 %: ${percent(ci.low)} to ${percent(ci.high)})`}`,
    ],
    ['Latency, median', milliseconds(latency.p50)],
    ['Latency, 95th percentile', milliseconds(latency.p95)],
    ['Cost', `${dollars(cost.total)} (${count(cost.coverage.unknown)} of unknown cost)`],
    ['Tokens', count(tokens.total.total)],
  ];
  return [
    paragraph('One experiment is described here; nothing is compared, so nothing is concluded.'),
    { kind: 'pairs', pairs },
  ];
}
