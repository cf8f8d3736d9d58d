import type { Command } from 'commander';
import { plural } from '../../core/figures.ts';
import { ExitCode } from '../exit-code.ts';
import { findExperiments, withStore } from '../store-access.ts';
import { confirm } from '../terminal/confirm.ts';
import { say } from '../terminal/output.ts';
import { cleanText } from '../terminal/text-width.ts';
import { requireNobodyWrites } from '../writers.ts';

interface Options {
  readonly yes?: boolean;
  readonly force?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<experiments...>', 'ids, beginnings of ids, or names')
    .description('Deletes experiments with their records, metric points and files. There is no way back.')
    .option('-y, --yes', 'do not ask')
    .option('--force', 'also what is being written; it is stopped first')
    .addHelpText('after', '\nExamples:\n  $ crucible delete my_run\n  $ crucible delete --yes exp-20261122T1015')
    .action((wanted: readonly string[], { yes, force }: Options) =>
      withStore(command, async (opened) => {
        const experiments = await findExperiments(opened, wanted);
        for (const experiment of experiments) {
          if (!force) await requireNobodyWrites(opened, experiment, '--force stops and deletes it.');
        }
        if (!yes) {
          for (const experiment of experiments) {
            const { stored } = await experiment.ledgerAll();
            say(`  ${experiment.id}  ${cleanText(experiment.name)}  ${plural(stored, 'event')}`);
          }
          if (!(await confirm(`Delete ${plural(experiments.length, 'experiment')} for good?`, 'Add --yes.'))) {
            say('Nothing was deleted.');
            process.exitCode = ExitCode.FAILED;
            return;
          }
        }
        for (const experiment of experiments) {
          await experiment.delete();
          say(`Deleted ${cleanText(experiment.name)} (${experiment.id}).`);
        }
      }),
    );
}
