import type {
  ExperimentComparison,
  MetricComparison,
  MissingCounts,
} from '../../analysis/comparison/comparison-result.ts';
import { count, dollars, figure, milliseconds, NONE, percent, plural, signed } from '../../core/figures.ts';
import type { SampleRatioResult } from '../../stats/randomization/sample-ratio.ts';
import type { ForestLine } from './forest-text.ts';

/** What the arm columns of a table of estimates are. */
export const MEANS_NOTE =
  'The columns of the arms are the means that the difference is taken of: over the items of n, geometric where it is a ratio.';

/** The mean of an arm that the estimate is about, over the pairs where there are pairs. */
export function meanText({ metric, kind, means }: MetricComparison, side: 'baseline' | 'treatment'): string {
  return valueText(metric, kind, means[side]);
}

/** A value in the unit of its metric. */
export function valueText(metric: string, kind: MetricComparison['kind'], value: number | null): string {
  if (kind === 'latency') return milliseconds(value);
  if (kind === 'rate') return percent(value);
  return metric.endsWith('_usd') ? dollars(value) : figure(value);
}

/** The estimate: `×1.24` for a ratio, else a signed difference, of rates in percentage points. */
export function differenceText({ metric, kind, scale, estimate }: MetricComparison): string {
  if (estimate === null) return NONE;
  if (scale === 'ratio') return `×${figure(estimate)}`;
  return kind === 'rate' ? `${points(estimate)} points` : signed(estimate, (value) => valueText(metric, kind, value));
}

/** The interval of the estimate, on its scale: `1.13 to 1.35`. */
export function intervalText(metric: MetricComparison): string {
  const { ci, scale } = metric;
  return ci === null ? NONE : rangeText(metric, ci, scale === 'ratio' ? '0' : '−∞', '∞');
}

/** The least and the greatest estimate with what is missing at its worst, in the unit of the estimate. */
export function worstText(metric: MetricComparison): string {
  const { sensitivity, kind } = metric;
  if (sensitivity === null) return NONE;
  const range = rangeText(metric, sensitivity, 'no bound', 'no bound');
  return kind === 'rate' && (sensitivity.low !== null || sensitivity.high !== null) ? `${range} points` : range;
}

function rangeText({ metric, kind, scale }: MetricComparison, ends: Ends, below: string, above: string): string {
  const end = (value: number | null, unbounded: string) => {
    if (value === null) return unbounded;
    if (scale === 'ratio') return figure(value);
    return kind === 'rate' ? points(value) : signed(value, (size) => valueText(metric, kind, size));
  };
  return `${end(ends.low, below)} to ${end(ends.high, above)}`;
}

interface Ends {
  readonly low: number | null;
  readonly high: number | null;
}

/** A p-value in two digits; a small one by its bound. */
export function pText(p: number | null): string {
  if (p === null) return NONE;
  return p < 0.0001 ? '<0.0001' : String(Number(p.toPrecision(2)));
}

/** The differences of quantiles: metric, quantile, both arms, difference, interval. */
export function quantileTexts({ metric, kind, quantile_differences }: MetricComparison): string[][] {
  const text = (value: number) => valueText(metric, kind, value);
  return quantile_differences.map(({ quantile, baseline, treatment, estimate, ci }) => {
    const end = kind === 'latency' ? inUnitOf(Math.max(Math.abs(ci.low ?? 0), Math.abs(ci.high ?? 0))) : text;
    return [
      metric,
      percent(quantile),
      text(baseline),
      text(treatment),
      signed(estimate, text),
      `${ci.low === null ? '−∞' : signed(ci.low, end)} to ${ci.high === null ? '∞' : signed(ci.high, end)}`,
    ];
  });
}

// Both ends of an interval in the unit of the larger one: microseconds beside milliseconds are read wrong.
function inUnitOf(largest: number): (value: number) => string {
  const [unit, size] =
    largest < 1 ? (['µs', 0.001] as const) : largest < 1000 ? (['ms', 1] as const) : (['s', 1000] as const);
  return (value) => `${Number((value / size).toPrecision(3))} ${unit}`;
}

/** What stands behind the estimate: `240 pairs`, or the items of both arms. */
export function itemsText({ n }: MetricComparison): string {
  const clusters = n.clusters === null ? '' : ` in ${plural(n.clusters, 'cluster')}`;
  return `${n.pairs === null ? `${count(n.baseline)} / ${count(n.treatment)}` : plural(n.pairs, 'pair')}${clusters}`;
}

/** Why the verdict is what it is, and how many samples would decide where that is known. */
export function whyText({ verdict_reason, needed }: MetricComparison): string {
  if (needed === null || needed.n === null) return verdict_reason;
  const unit = needed.n === 1 ? needed.unit.replace(/^(\w+)s\b/, '$1') : needed.unit;
  return `${verdict_reason} To find a difference of ${needed.effect} with power ${needed.power}: ${count(needed.n)} ${unit}.`;
}

/** The estimate and its interval as shares of the baseline; null where there is no such share. */
export function relativeLine({ scale, estimate, ci, means }: MetricComparison): ForestLine | null {
  if (estimate === null || ci === null) return null;
  if (scale === 'ratio') {
    const relative = (value: number | null) => (value === null ? null : value - 1);
    return { estimate: estimate - 1, low: relative(ci.low), high: relative(ci.high) };
  }
  const mean = means.baseline;
  if (mean === null || mean <= 0) return null;
  const relative = (value: number | null) => (value === null ? null : value / mean);
  return { estimate: estimate / mean, low: relative(ci.low), high: relative(ci.high) };
}

/** All warnings, each once, those about metrics with their names. */
export function warningTexts({ comparisons, warnings }: ExperimentComparison): string[] {
  const about = new Map<string, string[]>();
  for (const { name, metrics } of comparisons) {
    const where = comparisons.length > 1 ? ` of ${name}` : '';
    for (const each of Object.values(metrics)) {
      for (const warning of each.warnings) {
        about.set(warning, [...(about.get(warning) ?? []), `${each.metric}${where}`]);
      }
    }
  }
  return [...new Set(warnings), ...[...about].map(([warning, metrics]) => `${metrics.join(', ')}: ${warning}`)];
}

/** What the declared sample ratio came to. */
export function sampleRatioText({ mismatch, p_value, assumptions }: SampleRatioResult): string {
  if (mismatch === null) return `The sample ratio could not be tested. ${assumptions.join(' ')}`.trim();
  return mismatch
    ? `The sample ratio is not as declared (p ${pText(p_value)}): the assignment is broken.`
    : `The sample ratio is as declared (p ${pText(p_value)}).`;
}

/** How many items lack a value, by cause. */
export function causesText(counts: MissingCounts): string {
  const found = Object.entries(counts).filter(([, n]) => n > 0);
  return found.length === 0 ? NONE : found.map(([cause, n]) => `${cause.replaceAll('_', ' ')} ${count(n)}`).join(', ');
}

/** A number with a minus sign where it is negative, as differences have it. */
export function negatable(value: number | null): string {
  return figure(value).replace(/^-/, '−');
}

function points(share: number): string {
  return signed(Number((share * 100).toFixed(2)));
}
