import { count, figure, milliseconds, percent } from '../../core/figures.ts';
import { DRAWN_POINTS } from '../data/latencies.ts';
import type { Distribution, MetricCurves, ReportData } from '../data/report-data.ts';
import { DRAWN_STEPS } from '../data/thinned-series.ts';
import { type Block, type Figure, heading, paragraph } from '../document/block.ts';
import { lineChart } from '../figures/line-chart.ts';

const MOST_CHARTS = 12;
const MOST_TOLD = 20;

/** How latencies are spread, arm by arm: one figure for each operation. */
export function distributions({ latencies, arms }: ReportData): Block[] {
  if (latencies.length === 0) return [];
  return [
    heading(2, 'Latency'),
    ...latencies.slice(0, MOST_CHARTS).map((each) => ofOperation(each, arms)),
    ...leftOut(latencies.length),
  ];
}

function ofOperation({ operation, arms: own }: ReportData['latencies'][number], arms: readonly string[]): Figure {
  return lineChart({
    title: `Latency of ${operation}`,
    description: own.map(spread).join(' '),
    caption: `The share of requests that took at most so long; requests that failed are left out. ${own
      .map(({ arm, values }) => `${arm}: ${count(values)}`)
      .join(
        ', ',
      )} values${own.some(({ values }) => values > DRAWN_POINTS) ? `, drawn at ${DRAWN_POINTS} of their ranks` : ''}.`,
    x: { title: 'Latency', format: milliseconds, spaced: true },
    y: { title: 'Share of requests', format: percent, range: [0, 1] },
    groups: arms.filter((arm) => own.some((each) => each.arm === arm)),
    lines: own.map(({ points }, group) => ({ group, points })),
    steps: true,
  });
}

function spread({ arm, points }: Distribution): string {
  const at = (share: number) => milliseconds((points.find(([, p]) => p >= share) ?? points.at(-1)!)[0]);
  return `${arm}: half of the requests took at most ${at(0.5)}, nine in ten at most ${at(0.9)}, all at most ${at(1)}.`;
}

/** The course of training, run by run: one figure for each metric. */
export function trainingCurves({ curves, arms }: ReportData): Block[] {
  if (curves.length === 0) return [];
  return [
    heading(2, 'Training'),
    ...curves.slice(0, MOST_CHARTS).map((curve) => ofMetric(curve, arms)),
    ...leftOut(curves.length),
  ];
}

function ofMetric({ metric, axis, events, runs }: MetricCurves, arms: readonly string[]): Figure {
  const groups = arms.filter((arm) => runs.some((run) => run.arm === arm));
  const lost = runs.reduce((sum, run) => sum + run.non_finite, 0);
  const diverged = runs.flatMap(({ experiment, diverged_at }) =>
    diverged_at === null ? [] : [`${experiment} at ${figure(diverged_at)}`],
  );
  return lineChart({
    title: `${metric} by ${axis}`,
    description: told(runs),
    caption: `${count(runs.length)} ${runs.length === 1 ? 'run' : 'runs'}, one line each${
      runs.some(({ values, points }) => values > points.length) ? `, thinned to at most ${DRAWN_STEPS} points` : ''
    }.${fromText(events, axis)}${lost === 0 ? '' : ` ${count(lost)} values that are no finite number are not drawn.`}${
      diverged.length === 0 ? '' : ` Diverged: ${diverged.join(', ')}.`
    }`,
    x: { title: axis, format: figure },
    y: { title: metric, format: figure },
    groups,
    lines: runs.map(({ arm, points }) => ({ group: groups.indexOf(arm), points })),
  });
}

function fromText(events: MetricCurves['events'], axis: MetricCurves['axis']): string {
  if (events.length === 0) return '';
  const rest = axis === 'epoch' ? '; an epoch that it says nothing of, by the mean of another event of that epoch' : '';
  return ` From ${events.join(', ')}${rest}.`;
}

function told(runs: MetricCurves['runs']): string {
  const first = runs.slice(0, MOST_TOLD).map((run) => course(run));
  const more = runs.length - first.length;
  return [...first, ...(more > 0 ? [`And ${count(more)} more runs.`] : [])].join(' ');
}

function course({ experiment, arm, points, diverged_at }: MetricCurves['runs'][number]): string {
  const [first, last] = [points[0]!, points.at(-1)!];
  const who = experiment === arm ? experiment : `${experiment} (${arm})`;
  const end = diverged_at === null ? '' : `, diverged at ${figure(diverged_at)}: no finite value from there on`;
  return `${who}: from ${figure(first[1])} at ${figure(first[0])} to ${figure(last[1])} at ${figure(last[0])}${end}.`;
}

function leftOut(charts: number): Block[] {
  return charts <= MOST_CHARTS ? [] : [paragraph(`${count(charts - MOST_CHARTS)} more are not drawn.`)];
}
