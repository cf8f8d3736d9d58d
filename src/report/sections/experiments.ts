import { count, dollars, figure, milliseconds, moment, NONE, percent } from '../../core/figures.ts';
import type { ReportData } from '../data/report-data.ts';
import { type Block, heading, note, type TableColumn } from '../document/block.ts';

/** The headline numbers of each experiment. */
export function experimentTables({ experiments }: ReportData): Block[] {
  const number = (title: string): TableColumn => ({ title, align: 'right' });
  const requests: Block = {
    kind: 'table',
    caption: 'Requests: success rates with 95 % Wilson intervals, latencies of those that did not fail',
    columns: [
      { title: 'Experiment' },
      number('Requests'),
      number('Success rate'),
      number('Interval'),
      number('Median'),
      number('95th percentile'),
      number('Cost'),
      number('Unknown costs'),
      number('Tokens'),
    ],
    rows: experiments.map(({ state, metrics: { reliability, latency, cost, tokens, weighted } }) => {
      const ci = reliability.success_rate_ci;
      const { total } = tokens.total;
      return [
        state.name,
        `${count(reliability.total_requests)}${weighted ? ' kept' : ''}`,
        percent(reliability.success_rate),
        ci === null ? NONE : `${percent(ci.low)} to ${percent(ci.high)}`,
        milliseconds(latency.p50),
        milliseconds(latency.p95),
        dollars(cost.total),
        count(cost.coverage.unknown),
        count(total === null ? null : Math.round(total)),
      ];
    }),
  };
  const others: Block = {
    kind: 'table',
    caption: `Events, scores and last values of training${sourceText(experiments)}`,
    columns: [
      { title: 'Experiment' },
      number('Events'),
      { title: 'First event' },
      { title: 'Scores' },
      { title: 'Training' },
    ],
    rows: experiments.map(({ state, metrics: { summary, scores, training, weighted } }) => {
      const means = Object.entries(scores).map(([name, { mean }]) => `${name} ${figure(mean)}`);
      const known = [
        ...(['loss', 'accuracy'] as const).map((name) => [name, training[name]] as const),
        ...Object.entries(training.logged),
      ];
      const last = known
        .filter(([, { count: n }]) => n > 0)
        .map(([name, { last: value }]) => `${name} ${figure(value)}`);
      return [
        state.name,
        `${count(summary.total_events)}${weighted ? ' kept' : ''}`,
        moment(summary.time_range?.from),
        means.join(', ') || NONE,
        last.join(', ') || NONE,
      ];
    }),
  };
  const sampled = experiments.filter(({ metrics }) => metrics.weighted !== null).map(({ state }) => state.name);
  const said = `Records of ${sampled.join(', ')} were sampled: rates, quantiles, means and totals are estimates for all events, weighted by 1 / the inclusion probability; counts are of the records kept.`;
  return [heading(2, 'Experiments'), requests, others, ...(sampled.length > 0 ? [note(said)] : [])];
}

// Which events the losses and accuracies are from.
function sourceText(experiments: ReportData['experiments']): string {
  const told = (['loss', 'accuracy'] as const).flatMap((field) => {
    const events = [...new Set(experiments.flatMap(({ metrics }) => metrics.training[field].events))];
    return events.length === 0 ? [] : [`${field} of ${events.join(', ')}`];
  });
  return told.length === 0 ? '' : ` (${told.join('; ')})`;
}
