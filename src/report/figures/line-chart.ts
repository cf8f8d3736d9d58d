import type { Figure } from '../document/block.ts';
import { ARM_COLOURS } from '../document/style.ts';
import { linearAxis, spacedAxis } from './axis.ts';
import { element, fitted, path } from './svg.ts';

/** One line of a chart, by rising x. Lines of one group share a colour and a dash. */
export interface ChartLine {
  readonly group: number;
  readonly points: readonly (readonly [number, number])[];
}

export interface LineChart {
  readonly title: string;
  readonly description: string;
  readonly caption: string;
  readonly x: { readonly title: string; readonly format: (value: number) => string; readonly spaced?: boolean };
  readonly y: {
    readonly title: string;
    readonly format: (value: number) => string;
    readonly range?: readonly [number, number];
  };
  /** The names of the groups, in the order of their numbers. */
  readonly groups: readonly string[];
  readonly lines: readonly ChartLine[];
  /** Whether a line rises in steps, as a distribution function does. */
  readonly steps?: boolean;
}

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 74;
const RIGHT = 18;
const TOP = 14;
const BOTTOM = 46;
const LEGEND_ROW = 18;
const LEGEND_GAP = 10;
// A colour is never all that tells two lines apart.
const DASHES = ['', '7 4', '2 3', '9 3 2 3', '12 4', '4 2'];

/** A chart of lines with both axes and a legend. It needs at least one point. */
export function lineChart(chart: LineChart): Figure {
  const points = chart.lines.flatMap((line) => line.points);
  const legend = chart.groups.length * LEGEND_ROW;
  const bottom = TOP + HEIGHT - BOTTOM;
  const [lowX, highX] = extent(points.map(([x]) => x));
  const [lowY, highY] = chart.y.range ?? extent(points.map(([, y]) => y));
  const x = chart.x.spaced
    ? spacedAxis(lowX, highX, LEFT, WIDTH - RIGHT)
    : linearAxis(lowX, highX, LEFT, WIDTH - RIGHT, false);
  const y = linearAxis(lowY, highY, bottom, TOP);
  const drawing = [
    ...y.ticks.flatMap((tick) => [
      element('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y.place(tick), y2: y.place(tick) }),
      element(
        'text',
        { class: 'muted', x: LEFT - 8, y: y.place(tick) + 4, 'text-anchor': 'end' },
        chart.y.format(tick),
      ),
    ]),
    ...x.ticks.flatMap((tick) => [
      element('line', { class: 'axis', x1: x.place(tick), x2: x.place(tick), y1: bottom, y2: bottom + 5 }),
      element(
        'text',
        { class: 'muted', x: x.place(tick), y: bottom + 18, 'text-anchor': 'middle' },
        chart.x.format(tick),
      ),
    ]),
    element('path', { class: 'axis', d: `M${LEFT} ${TOP}V${bottom}H${WIDTH - RIGHT}` }),
    element(
      'text',
      { x: (LEFT + WIDTH - RIGHT) / 2, y: bottom + 37, 'text-anchor': 'middle' },
      x.logarithmic ? `${chart.x.title}, logarithmic` : chart.x.title,
    ),
    element(
      'text',
      { x: 14, y: (TOP + bottom) / 2, 'text-anchor': 'middle', transform: `rotate(-90 14 ${(TOP + bottom) / 2})` },
      fitted(chart.y.title, bottom - TOP),
    ),
    ...chart.lines.map((line) => lineOf(line, x.place, y.place, chart.steps === true)),
    ...chart.groups.flatMap((name, group) => {
      const at = TOP + HEIGHT + LEGEND_GAP + group * LEGEND_ROW;
      return [
        element('path', { ...strokeOf(group), d: `M${LEFT} ${at}H${LEFT + 34}` }),
        element('text', { x: LEFT + 42, y: at + 4 }, fitted(name, WIDTH - LEFT - 60)),
      ];
    }),
  ];
  const { title, description, caption } = chart;
  return {
    kind: 'figure',
    title,
    description,
    caption,
    width: WIDTH,
    height: TOP + HEIGHT + LEGEND_GAP + legend,
    drawing: drawing.join('\n'),
  };
}

function lineOf(
  { points, group }: ChartLine,
  x: (value: number) => number,
  y: (value: number) => number,
  steps: boolean,
): string {
  const placed = points.map(([a, b]) => [x(a), y(b)] as const);
  const [only] = placed;
  if (only && placed.length === 1) return element('circle', { ...strokeOf(group), cx: only[0], cy: only[1], r: 3 });
  return element('path', { ...strokeOf(group), d: path(placed, steps) });
}

function strokeOf(group: number): Record<string, string> {
  const dash = DASHES[(group + Math.floor(group / ARM_COLOURS)) % DASHES.length]!;
  return { class: `curve arm-${group % ARM_COLOURS}`, ...(dash === '' ? {} : { 'stroke-dasharray': dash }) };
}

function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
