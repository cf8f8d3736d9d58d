import type {
  EventMetrics,
  ExperimentMetrics,
  ScoreMetrics,
  WeightedNumber,
} from '../../analysis/experiment-metrics.ts';
import { type MetricSummary, TRAINING_FIELDS } from '../../analysis/training/training-metrics.ts';
import { count, dollars, figure, milliseconds, moment, NONE, percent, plural, seconds } from '../../core/figures.ts';
import { printPairs, printTitle } from '../terminal/pairs.ts';
import { type Column, printTable } from '../terminal/table.ts';

/**
 * Prints what `metrics()` answers, leaving out what the experiment has nothing of.
 *
 * @param lasted Seconds.
 * @param held How many events are held in reservoirs.
 */
export async function printMetrics(
  { name, id }: { readonly name: string; readonly id: string },
  metrics: ExperimentMetrics,
  lasted: number | null,
  held: number,
): Promise<void> {
  const { summary, latency, cost, reliability, tokens, weighted } = metrics;
  // What the records that were kept stand for.
  const of = (kept: number) => (weighted ? `estimated from ${count(kept)} kept` : `of ${count(kept)}`);
  const size = summary.sample_size;
  await printPairs([
    ['experiment', `${name} (${id})`],
    ['sampled', weighted ? 'estimates for all requests, weighted by 1 / inclusion probability' : undefined],
    ['no intervals', weighted?.reason ?? undefined],
    [weighted ? 'events kept' : 'events', count(summary.total_events)],
    ['events held', held > 0 ? `${count(held)} in a reservoir: they count when its writer closes` : undefined],
    ['time', summary.time_range ? `${moment(summary.time_range.from)}, ${seconds(lasted)}` : undefined],
    ['sample size', size ? `${count(size.observed)} of ${count(size.target)} ${size.basis}` : undefined],
    ['requests', metrics.request_events.length > 0 ? metrics.request_events.join(', ') : undefined],
    ['requests before sampling', weighted ? estimateText(weighted.requests) : undefined],
    [
      'success',
      reliability.total_requests === 0
        ? undefined
        : `${percent(reliability.success_rate)} ${of(reliability.total_requests)}, 95 % interval ${interval(reliability.success_rate_ci)}`,
    ],
    [
      'latency',
      latency.count === 0
        ? undefined
        : `mean ${milliseconds(latency.mean)}, p50 ${milliseconds(latency.p50)}, p95 ${milliseconds(latency.p95)}, p99 ${milliseconds(latency.p99)} ${of(latency.count)}`,
    ],
    ['cost', costText(cost)],
    [
      'tokens',
      tokens.total.count === 0 ? undefined : `${whole(tokens.input.total)} in, ${whole(tokens.output.total)} out`,
    ],
  ]);
  await printEvents(metrics);
  await printTraining(metrics);
  await printScores(metrics);
}

function costText({ total, mean_per_request, coverage }: ExperimentMetrics['cost']): string | undefined {
  const { unknown_models, reasons } = coverage;
  const why = [counted(reasons, (reason) => reason.replaceAll('_', ' ')), counted(unknown_models, (model) => model)];
  const told = why.filter((part) => part !== '').join('; of ');
  const unknown = coverage.unknown > 0 ? `; ${plural(coverage.unknown, 'request')} of unknown cost (${told})` : '';
  if (total === null) return coverage.unknown > 0 ? `not known${unknown}` : undefined;
  return `${dollars(total)}, ${dollars(mean_per_request)} a request${unknown}`;
}

const MOST_NAMED = 5;

function counted(times: Readonly<Record<string, number>>, nameOf: (key: string) => string): string {
  const sorted = Object.entries(times).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const named = sorted.slice(0, MOST_NAMED).map(([key, n]) => `${nameOf(key)}: ${count(n)}`);
  return [...named, ...(sorted.length > MOST_NAMED ? [`and ${count(sorted.length - MOST_NAMED)} more`] : [])].join(
    ', ',
  );
}

// Estimated totals have fractions.
function whole(total: number | null): string {
  return count(total === null ? null : Math.round(total));
}

function estimateText({ estimate, ci }: WeightedNumber): string | undefined {
  if (estimate === null) return undefined;
  if (ci === null) return `about ${count(Math.round(estimate))}`;
  const ends = [ci.low, ci.high].map((end) => count(Math.round(Math.max(end ?? estimate, 0))));
  return ends[0] === ends[1] ? ends[0] : `about ${count(Math.round(estimate))}, 95 % interval ${ends.join(' to ')}`;
}

function interval(ci: { readonly low: number; readonly high: number } | null): string {
  return ci ? `${percent(ci.low)} to ${percent(ci.high)}` : NONE;
}

type NamedEvent = readonly [string, EventMetrics];

const eventColumns = (sampled: boolean): readonly Column<NamedEvent>[] => [
  { title: 'EVENT', value: ([name]) => name, min: 16 },
  { title: sampled ? 'KEPT' : 'COUNT', value: ([, event]) => count(event.count), align: 'right' },
  { title: 'MEAN', value: ([, { latency }]) => milliseconds(latency.mean), align: 'right', keep: 4 },
  { title: 'P95', value: ([, { latency }]) => milliseconds(latency.p95), align: 'right', keep: 5 },
  { title: 'SUCCESS', value: ([, { reliability }]) => percent(reliability.success_rate), align: 'right', keep: 6 },
  { title: 'COST', value: ([, { cost }]) => dollars(cost.total), align: 'right', keep: 3 },
];

async function printEvents({ by_event, weighted }: ExperimentMetrics): Promise<void> {
  const rows = Object.entries(by_event).sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return;
  await printTitle('By event');
  await printTable(rows, eventColumns(weighted !== null));
}

type NamedCourse = readonly [string, MetricSummary];

const COURSE_COLUMNS: readonly Column<NamedCourse>[] = [
  { title: 'TRAINING', value: ([name]) => name, min: 10 },
  { title: 'VALUES', value: ([, { count: n }]) => count(n), align: 'right' },
  { title: 'FIRST', value: ([, { first }]) => figure(first), align: 'right', keep: 2 },
  { title: 'LAST', value: ([, course]) => lastText(course), align: 'right' },
  { title: 'BEST', value: ([, { best }]) => figure(best), align: 'right', keep: 3 },
  { title: 'OF', value: ([, { events }]) => events.join(', '), keep: 4 },
  { title: 'NOT FINITE', value: ([, { non_finite }]) => count(non_finite), align: 'right', keep: 1 },
];

async function printTraining({ training }: ExperimentMetrics): Promise<void> {
  const fields = TRAINING_FIELDS.map((field): NamedCourse => [field, training[field]]);
  const rows = [...fields, ...Object.entries(training.logged)].filter(
    ([, course]) => course.count + course.non_finite > 0,
  );
  if (rows.length === 0) return;
  await printTitle('Training');
  await printTable(rows, COURSE_COLUMNS);
}

function lastText({ last, diverged: [first] }: MetricSummary): string {
  if (!first) return figure(last);
  if (first.epoch !== null) return `diverged at epoch ${figure(first.epoch)}`;
  return first.step === null ? 'diverged' : `diverged at step ${figure(first.step)}`;
}

type NamedScore = readonly [string, ScoreMetrics];

const SCORE_COLUMNS: readonly Column<NamedScore>[] = [
  { title: 'SCORE', value: ([name]) => name, min: 10 },
  { title: 'COUNT', value: ([, { count: n }]) => count(n), align: 'right' },
  { title: 'MEAN', value: ([, { mean }]) => figure(mean), align: 'right' },
  { title: 'STD DEV', value: ([, { std_dev }]) => figure(std_dev), align: 'right', keep: 1 },
];

async function printScores({ scores }: ExperimentMetrics): Promise<void> {
  const rows = Object.entries(scores);
  if (rows.length === 0) return;
  await printTitle('Scores');
  await printTable(rows, SCORE_COLUMNS);
}
