import type { MetricComparison } from '../../analysis/comparison/comparison-result.ts';
import { percent } from '../../core/figures.ts';
import { differenceText, intervalText, relativeLine } from '../comparison/comparison-texts.ts';
import { type ForestLine, forestPlot } from '../comparison/forest-text.ts';
import type { Figure } from '../document/block.ts';
import { CHARACTER, element, fitted } from './svg.ts';

const PLOT = 320;
const ROW = 28;
const LEAST = 110;
const MOST_LABELS = 220;
const TOP = 12;
const BOTTOM = 44;
const TEXT_WIDTH = 41;

interface Plotted {
  readonly metric: MetricComparison;
  readonly line: ForestLine;
}

/** The metrics of a treatment as intervals on one axis: shares of the baseline. null where no metric has such a share. */
export function forestFigure(treatment: string, baseline: string, metrics: readonly MetricComparison[]): Figure | null {
  const plotted = metrics.flatMap((metric): Plotted[] => {
    const line = relativeLine(metric);
    return line === null ? [] : [{ metric, line }];
  });
  if (plotted.length === 0) return null;
  const { drawings, reach } = forestPlot(
    plotted.map(({ line }) => line),
    TEXT_WIDTH,
  );
  const left = Math.min(MOST_LABELS, widest(plotted.map(({ metric }) => metric.metric)));
  const right = left + PLOT;
  // Numbers are never cut.
  const width = right + widest(plotted.map(({ metric }) => numbers(metric)));
  const middle = (left + right) / 2;
  const place = (value: number) => middle + (clamp(value / reach) * (right - left)) / 2;
  const bottom = TOP + plotted.length * ROW;
  const ticks = [-reach, -reach / 2, 0, reach / 2, reach];
  const drawing = [
    ...ticks.flatMap((tick) => [
      element('line', { class: tick === 0 ? 'axis' : 'grid', x1: place(tick), x2: place(tick), y1: TOP, y2: bottom }),
      element(
        'text',
        { class: 'muted', x: place(tick), y: bottom + 16, 'text-anchor': 'middle' },
        tick === 0 ? '0' : `${tick > 0 ? '+' : '−'}${percent(Math.abs(tick))}`,
      ),
    ]),
    element(
      'text',
      { x: middle, y: bottom + 36, 'text-anchor': 'middle' },
      fitted(`Difference, share of ${baseline}`, 480),
    ),
    ...plotted.flatMap(({ metric, line }, row) =>
      rowOf(metric, line, { y: TOP + row * ROW + ROW / 2, left, width, place, reach }),
    ),
  ];
  const undrawn = metrics
    .filter((metric) => !plotted.some((each) => each.metric === metric))
    .map(({ metric }) => metric);
  return {
    kind: 'figure',
    title: `${treatment} against ${baseline}`,
    description: plotted.map(({ metric }) => sentence(metric)).join(' '),
    drawing: drawing.join('\n'),
    width,
    height: bottom + BOTTOM,
    text: textPlot(plotted, drawings, reach, baseline),
    caption: `Differences with their intervals as shares of ${baseline}; an arrow is an interval that goes on. Filled squares are primary metrics, open circles exploratory ones.${
      undrawn.length === 0 ? '' : ` Without such a share and not drawn: ${undrawn.join(', ')}.`
    }`,
  };
}

interface Row {
  readonly y: number;
  readonly left: number;
  readonly width: number;
  readonly place: (value: number) => number;
  readonly reach: number;
}

function rowOf(
  metric: MetricComparison,
  { estimate, low, high }: ForestLine,
  { y, left, width, place, reach }: Row,
): string[] {
  const [start, end] = [place(low ?? Number.NEGATIVE_INFINITY), place(high ?? Number.POSITIVE_INFINITY)];
  const mark = { class: 'axis mark' };
  const cap = (x: number, open: boolean, inward: number) =>
    open
      ? element('path', { ...mark, d: `M${x + inward} ${y - 5}L${x} ${y}L${x + inward} ${y + 5}` })
      : element('path', { ...mark, d: `M${x} ${y - 5}V${y + 5}` });
  const x = place(estimate);
  return [
    element('text', { x: 4, y: y + 4 }, fitted(metric.metric, left - 20)),
    element('path', { ...mark, d: `M${start} ${y}H${end}` }),
    cap(start, low === null || low < -reach, 6),
    cap(end, high === null || high > reach, -6),
    metric.role === 'primary'
      ? element('rect', { class: 'primary', x: x - 4.5, y: y - 4.5, width: 9, height: 9 })
      : element('circle', { class: 'exploratory mark', cx: x, cy: y, r: 4.5 }),
    element('text', { x: width - 4, y: y + 4, 'text-anchor': 'end' }, numbers(metric)),
  ];
}

function widest(texts: readonly string[]): number {
  return Math.max(LEAST, ...texts.map((text) => Math.ceil([...text].length * CHARACTER) + 22));
}

function numbers(metric: MetricComparison): string {
  return `${differenceText(metric)} [${intervalText(metric)}]`;
}

function sentence(metric: MetricComparison): string {
  return `${metric.metric}: ${differenceText(metric)}, interval ${intervalText(metric)}, ${metric.verdict}.`;
}

function textPlot(plotted: readonly Plotted[], drawings: readonly string[], reach: number, baseline: string): string {
  const names = plotted.map(({ metric }) => metric.metric.replace(/\s+/g, ' '));
  const width = Math.max(...names.map((name) => name.length));
  const half = (TEXT_WIDTH - 1) / 2;
  const scale = `${`−${percent(reach)}`.padEnd(half)}0${`+${percent(reach)}`.padStart(half)}`;
  const lines = names.map((name, i) => `${name.padEnd(width)}  ${drawings[i]!}`);
  return [...lines, `${' '.repeat(width)}  ${scale}  of ${baseline.replace(/\s+/g, ' ')}`].join('\n');
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
