import { join } from 'node:path';
import type { Command } from 'commander';
import { findExperiment, withStore } from '../store-access.ts';
import { printJson, say } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { requireNobodyWrites, stillOpen } from '../writers.ts';

interface Options {
  readonly path?: string;
  readonly stop?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<experiment>', 'id, beginning of an id, or name')
    .description(
      'Marks a stopped experiment as archived. With --path its definition, records and metric points are written there first; one that is archived already is only written.',
    )
    .option('--path <folder>', 'write a copy to <folder>/<id>')
    .option('--stop', 'stop it first, if nobody writes to it: one that is idle, paused or crashed')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible archive my_run --path ~/archive\n  $ crucible archive crashed_run --stop',
    )
    .action((wanted: string, { path, stop, json }: Options) =>
      withStore(command, async (opened) => {
        const experiment = await findExperiment(opened, wanted);
        if (experiment.status === 'running' || experiment.status === 'paused') {
          if (!stop) throw await stillOpen(opened, experiment);
          const hint = `Stop it where it runs, or with crucible stop ${experiment.id} --force.`;
          await requireNobodyWrites(opened, experiment, hint);
          await experiment.stop();
        }
        await withProgress('archiving', () => experiment.archive(path === undefined ? {} : { path }));
        const written = path === undefined ? '' : ` and written to ${join(path, experiment.id)}`;
        say(`${experiment.name} (${experiment.id}) is archived${written}.`);
        if (json) await printJson(experiment.state);
      }),
    );
}
