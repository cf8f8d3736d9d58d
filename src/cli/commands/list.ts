import { type Command, Option } from 'commander';
import { count, moment, NONE, plural, seconds } from '../../core/figures.ts';
import { sumLedgers } from '../../experiment/ledger.ts';
import type { ObservedStatus } from '../../lab/observed-status.ts';
import { wantsAllExperiments } from '../damage.ts';
import { lastedSeconds } from '../lasted.ts';
import { type OpenedStore, withStore } from '../store-access.ts';
import { printJson, say } from '../terminal/output.ts';
import { paintStatus } from '../terminal/status.ts';
import { type Column, printTable } from '../terminal/table.ts';

interface Options {
  readonly study?: string;
  readonly condition?: string;
  readonly status?: ObservedStatus;
  readonly tag?: string;
  readonly json?: boolean;
}

const STATUSES: readonly ObservedStatus[] = ['running', 'paused', 'idle', 'crashed', 'stopped', 'archived'];

type Listed = Awaited<ReturnType<typeof listed>>[number];

export function define(command: Command): void {
  command
    .description(
      'Lists the experiments by their start. Events are those that were stored, as the writers last noted it.',
    )
    .option('--study <name>', 'only those of one study')
    .option('--condition <name>', 'only those of one condition')
    .addOption(new Option('--status <status>', 'only those of one status').choices(STATUSES))
    .option('--tag <tag>', 'only those with a tag')
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExamples:\n  $ crucible list\n  $ crucible list --study penguins --json | jq -r ".[].id"')
    .action((options: Options) =>
      withStore(command, async (opened) => {
        const { json, ...filter } = options;
        wantsAllExperiments();
        const experiments = await listed(opened, filter);
        if (json) return printJson(experiments);
        if (experiments.length === 0) say(`No experiment in ${opened.dir} is like that.`);
        else await printTable(experiments, columns(experiments));
        const crashed = experiments.filter(({ status }) => status === 'crashed').length;
        if (crashed > 0) say(`${plural(crashed, 'experiment')} crashed: crucible doctor says more.`);
      }),
    );
}

async function listed({ lab, store }: OpenedStore, filter: Omit<Options, 'json'>) {
  const experiments = await lab.listExperiments(filter);
  return Promise.all(
    experiments.map(async (state) => {
      const writers = await store.writers(state.id);
      const seen_at = writers.reduce((latest, writer) => Math.max(latest, writer.seen_at), state.started_at);
      const lasted_seconds = lastedSeconds(state, writers, Date.now() * 1000);
      return { ...state, seen_at, lasted_seconds, ledger: sumLedgers(writers.map(({ ledger }) => ledger)) };
    }),
  );
}

function columns(rows: readonly Listed[]): Column<Listed>[] {
  const has = (test: (row: Listed) => boolean) => rows.some(test);
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name, min: 8 },
    ...(has(({ study }) => study !== null) ? [{ title: 'STUDY', value: text('study'), min: 6, keep: 4 }] : []),
    ...(has(({ condition }) => condition !== null)
      ? [{ title: 'CONDITION', value: text('condition'), min: 6, keep: 6 }]
      : []),
    ...(has(({ id, replicate }) => replicate !== id)
      ? [{ title: 'REPLICATE', value: text('replicate'), min: 6, keep: 2 }]
      : []),
    { title: 'STATUS', value: ({ status }) => status, paint: (cell, { status }) => paintStatus(cell, status) },
    { title: 'STARTED', value: ({ started_at }) => moment(started_at), keep: 3 },
    {
      title: 'LASTED',
      value: ({ lasted_seconds }) => seconds(lasted_seconds),
      align: 'right',
      keep: 1,
    },
    { title: 'EVENTS', value: ({ ledger }) => count(ledger.stored), align: 'right', keep: 7 },
  ];
}

function text(field: 'study' | 'condition' | 'replicate'): (row: Listed) => string {
  return (row) => row[field] ?? NONE;
}
