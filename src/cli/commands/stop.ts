import type { Command } from 'commander';
import { findExperiment, withStore } from '../store-access.ts';
import { printJson, say } from '../terminal/output.ts';
import { requireNobodyWrites } from '../writers.ts';

interface Options {
  readonly force?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<experiment>', 'id, beginning of an id, or name')
    .description(
      'Stops an experiment for good: one that is idle, paused or crashed, and with --force one that a process writes to.',
    )
    .option(
      '--force',
      'also while it is written: its writers stop within a second, and what they emit then is not kept',
    )
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExamples:\n  $ crucible stop crashed_run\n  $ crucible stop my_run --force')
    .action((wanted: string, { force, json }: Options) =>
      withStore(command, async (opened) => {
        const experiment = await findExperiment(opened, wanted);
        if (!force)
          await requireNobodyWrites(opened, experiment, '--force stops it: its writers stop within a second.');
        await experiment.stop();
        say(`${experiment.name} (${experiment.id}) is stopped${force ? '; its writers stop within a second' : ''}.`);
        if (json) await printJson(experiment.state);
      }),
    );
}
