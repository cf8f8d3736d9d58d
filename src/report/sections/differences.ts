import type { MetricComparison } from '../../analysis/comparison/comparison-result.ts';
import { count, NONE, percent } from '../../core/figures.ts';
import {
  differenceText,
  intervalText,
  itemsText,
  MEANS_NOTE,
  meanText,
  negatable,
  pText,
  quantileTexts,
  valueText,
} from '../comparison/comparison-texts.ts';
import { coverText, replicateCounts } from '../comparison/design-texts.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, heading, paragraph, type TableColumn } from '../document/block.ts';
import { forestFigure } from '../figures/forest.ts';
import { type Treatment, treatmentsOf } from './treatments.ts';

/** Every metric of every treatment: a forest plot and the numbers behind it. */
export function differences(data: ReportData): Block[] {
  if (!data.comparison) return [];
  const baseline = data.arms[0] ?? NONE;
  const { interim } = data.comparison;
  const [ofBaseline = 1, ...ofTreatments] = replicateCounts(data.comparison);
  const blocks = treatmentsOf(data).flatMap((treatment, i) => {
    const counts = { baseline: ofBaseline, treatment: ofTreatments[i] ?? 1 };
    return ofTreatment(treatment, baseline, interim, counts);
  });
  return [heading(2, 'Differences'), ...blocks];
}

type ArmCounts = Readonly<Record<'baseline' | 'treatment', number>>;

function ofTreatment({ label, metrics }: Treatment, baseline: string, interim: boolean, counts: ArmCounts): Block[] {
  const title = heading(3, `${label} against ${baseline}`);
  if (metrics.length === 0) return [title, paragraph('No metric has values in either arm.')];
  const figureOf = forestFigure(label, baseline, metrics);
  return [
    title,
    ...(figureOf ? [figureOf] : []),
    estimates(metrics, label, baseline, interim, counts),
    paragraph(MEANS_NOTE),
    observed(metrics, label, baseline),
    ...quantiles(metrics, label, baseline),
    ...replicates(metrics),
    reasons(metrics),
  ];
}

const number = (title: string): TableColumn => ({ title, align: 'right' });

function estimates(
  metrics: readonly MetricComparison[],
  label: string,
  baseline: string,
  interim: boolean,
  counts: ArmCounts,
): Block {
  const mean = (metric: MetricComparison, side: keyof ArmCounts) =>
    `${meanText(metric, side)}${coverText(metric, side, counts[side])}`;
  return {
    kind: 'table',
    caption: `Estimates: ${label} against ${baseline}`,
    columns: [
      { title: 'Metric' },
      { title: 'Verdict' },
      number(baseline),
      number(label),
      number('Difference'),
      number('Interval'),
      number(interim ? 'Anytime p' : 'p'),
      number('Adjusted p'),
      number('n'),
      { title: 'Effect size' },
    ],
    rows: metrics.map((metric) => [
      metric.role === 'primary' ? metric.metric : `${metric.metric} (exploratory)`,
      { text: metric.verdict, tone: metric.verdict },
      mean(metric, 'baseline'),
      mean(metric, 'treatment'),
      differenceText(metric),
      intervalText(metric),
      pText(metric.p_value ?? metric.anytime_p_value),
      pText(metric.adjusted_p_value),
      itemsText(metric),
      effectText(metric),
    ]),
  };
}

function effectText({ effect_size }: MetricComparison): string {
  if (effect_size === null) return NONE;
  const { name, value, ci } = effect_size;
  const range =
    ci === null
      ? ''
      : ` (${ci.low === null ? '−∞' : negatable(ci.low)} to ${ci.high === null ? '∞' : negatable(ci.high)})`;
  return `${name.replaceAll('_', ' ')} ${negatable(value)}${range}`;
}

function observed(metrics: readonly MetricComparison[], label: string, baseline: string): Block {
  return {
    kind: 'table',
    caption:
      'Values as observed, weighted where they were sampled: nothing is paired or averaged, so their means may differ from what the estimates say',
    columns: [
      { title: 'Metric' },
      { title: 'Arm' },
      number('n'),
      number('Mean'),
      number('Std. deviation'),
      number('Least'),
      number('Median'),
      number('95th percentile'),
      number('Greatest'),
      number('Failure rate'),
    ],
    rows: metrics.flatMap((metric) =>
      (['baseline', 'treatment'] as const).map((side) => {
        const values = metric.arms[side];
        const text = (value: number | null) => valueText(metric.metric, metric.kind, value);
        return [
          metric.metric,
          side === 'baseline' ? baseline : label,
          count(values.n),
          text(values.mean),
          text(values.std_dev),
          text(values.min),
          text(values.p50),
          text(values.p95),
          text(values.max),
          percent(values.failure_rate),
        ];
      }),
    ),
  };
}

function quantiles(metrics: readonly MetricComparison[], label: string, baseline: string): Block[] {
  const rows = metrics.flatMap(quantileTexts);
  if (rows.length === 0) return [];
  const columns = [{ title: 'Metric' }, ...['Quantile', baseline, label, 'Difference', 'Interval'].map(number)];
  return [{ kind: 'table', caption: 'Differences of quantiles', columns, rows }];
}

function replicates(metrics: readonly MetricComparison[]): Block[] {
  const rows = metrics.flatMap(({ metric, over_replicates: over }) =>
    over === null
      ? []
      : [
          [
            metric,
            `${pText(over.permutation_p_value)}${over.permutation_exact ? ' (exact)' : ''}`,
            negatable(over.iqm_difference),
            over.iqm_ci === null ? NONE : `${negatable(over.iqm_ci.low)} to ${negatable(over.iqm_ci.high)}`,
            over.reasons.join(' ') || NONE,
          ],
        ],
  );
  if (rows.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: 'Over replicates: what else speaks of few runs',
      columns: [
        { title: 'Metric' },
        number('Permutation p'),
        number('Difference of interquartile means'),
        number('Interval'),
        { title: 'Notes' },
      ],
      rows,
    },
  ];
}

function reasons(metrics: readonly MetricComparison[]): Block {
  return {
    kind: 'table',
    caption: 'Verdicts and what they rest on',
    columns: [
      { title: 'Metric' },
      { title: 'Test' },
      { title: 'Verdict from' },
      { title: 'Why' },
      { title: 'Assumptions and doubts' },
    ],
    rows: metrics.map(({ metric, test, verdict_source, verdict_reason, assumptions, reasons: why }) => [
      metric,
      test,
      verdict_source,
      verdict_reason,
      [...new Set([...assumptions, ...why])].filter((text) => !verdict_reason.includes(text)).join(' ') || NONE,
    ]),
  };
}
