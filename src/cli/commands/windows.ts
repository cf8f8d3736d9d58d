import type { Command } from 'commander';
import type { WindowMetrics } from '../../analysis/windowed-metrics.ts';
import { CrucibleError } from '../../core/errors.ts';
import { count, dollars, milliseconds, moment, percent } from '../../core/figures.ts';
import { parseDuration } from '../durations.ts';
import { stretchOf } from '../moments.ts';
import { findExperiment, withStore } from '../store-access.ts';
import { printJson, say } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { type Column, printTable } from '../terminal/table.ts';

interface Options {
  readonly size: string;
  readonly step?: string;
  readonly last?: string;
  readonly from?: string;
  readonly to?: string;
  readonly event?: readonly string[];
  readonly empty?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<experiment>', 'id, beginning of an id, or name')
    .description('Prints metrics for each of many windows of time.')
    .option('--size <time>', 'length of a window: 30s, 5m, 1h', '1m')
    .option('--step <time>', 'from one window to the next; below the size they overlap (default: the size)')
    .option('--last <time>', 'only the last while before now')
    .option('--from <time>', 'only events from then on (ISO 8601, or microseconds since 1970)')
    .option('--to <time>', 'only events up to then')
    .option('--event <names...>', 'events to measure (default: the requests)')
    .option('--empty', 'also windows without events')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible windows my_run --size 5m --step 1m\n  $ crucible windows my_run --last 1h --json',
    )
    .action((wanted: string, { size, step, last, from, to, event, empty, json }: Options) =>
      withStore(command, async (opened) => {
        const experiment = await findExperiment(opened, wanted);
        if (last !== undefined && (from !== undefined || to !== undefined)) throw saidTwice();
        const result = await withProgress('reading events', () =>
          experiment.windowedMetrics({
            size: parseDuration(size),
            ...(step === undefined ? {} : { step: parseDuration(step) }),
            ...(last === undefined ? {} : { last: parseDuration(last) }),
            ...stretchOf(from, to),
            ...(event === undefined ? {} : { events: event }),
            ...(empty ? { emptyWindows: true } : {}),
          }),
        );
        if (json) return printJson(result);
        if (result.windows.length === 0) return say('There is no event in that time.');
        await printTable(result.windows, columns(result.step_seconds));
        say(
          result.basis === 'all'
            ? 'Latency, cost and success of all events: there are no requests.'
            : `Latency, cost and success of ${result.measured_events.join(', ')}.`,
        );
        if (result.weighted)
          say('Estimates for all events from those that were sampled; EVENTS and MEASURED count what was kept.');
      }),
    );
}

function saidTwice(): CrucibleError {
  return new CrucibleError('invalid_argument', '--last and --from or --to contradict each other.', {
    hint: 'Give either --last, or --from and --to.',
  });
}

const columns = (step: number): readonly Column<WindowMetrics>[] => [
  { title: 'FROM', value: ({ start }) => moment(start, Number.isInteger(step) ? 0 : 6) },
  { title: 'EVENTS', value: (window) => count(window.count), align: 'right' },
  { title: 'MEASURED', value: ({ latency }) => count(latency.n), align: 'right', keep: 2 },
  { title: 'MEAN', value: ({ latency }) => milliseconds(latency.mean), align: 'right', keep: 3 },
  { title: 'P50', value: ({ latency }) => milliseconds(latency.p50), align: 'right', keep: 5 },
  { title: 'P95', value: ({ latency }) => milliseconds(latency.p95), align: 'right', keep: 6 },
  { title: 'P99', value: ({ latency }) => milliseconds(latency.p99), align: 'right', keep: 1 },
  { title: 'SUCCESS', value: ({ success_rate }) => percent(success_rate), align: 'right', keep: 4 },
  { title: 'COST', value: ({ cost_usd }) => dollars(cost_usd), align: 'right', keep: 0 },
];
