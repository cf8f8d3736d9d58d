import type { Command } from 'commander';
import { plural, seconds } from '../../core/figures.ts';
import { printComparison } from '../report/comparison.ts';
import { withStore } from '../store-access.ts';
import { printJson, say } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';

export function define(command: Command): void {
  command
    .description(
      'Trains logistic regression and a small neural network on real data (333 penguins, five seeds each), records every epoch and every answer, and compares them. Takes seconds and needs no network.',
    )
    .option('--study <name>', 'name of the study (default: penguins, with a number where that is taken)')
    .option('--json', 'print the comparison as a JSON object')
    .addHelpText('after', '\nExamples:\n  $ crucible demo\n  $ crucible demo --dir /tmp/crucible-demo')
    .action((options: { study?: string; json?: boolean }) =>
      withStore(
        command,
        async ({ dir, lab, store }) => {
          const { runStudy } = await import('../demo/study.ts');
          const began = performance.now();
          const taken = new Set((await store.list()).map(({ study }) => study));
          const study = options.study ?? freeName('penguins', taken);
          say(`Which tells the sex of a penguin better from four measures? Study ${study}, in ${dir}`);
          const runs = await withProgress('training', (progress) =>
            runStudy(lab, study, (done, total) => progress.update(`${done} of ${total} runs`)),
          );
          const comparison = await lab.compare({ study });
          say(`${plural(runs, 'experiment')} in ${seconds((performance.now() - began) / 1000)}.`);
          await (options.json ? printJson(comparison) : printComparison(comparison));
          say(`\nNext:\n${nextCommands(command, study)}`);
        },
        { creates: true },
      ),
    );
}

function freeName(name: string, taken: ReadonlySet<string | null>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}-${i}`;
  return free;
}

function nextCommands(command: Command, study: string): string {
  const { dir } = command.optsWithGlobals<{ dir?: string }>();
  const place = dir ? `--dir ${dir} ` : '';
  return [
    `  crucible ${place}list --study ${study}`,
    `  crucible ${place}metrics perceptron-seed-1`,
    `  crucible ${place}query "SELECT condition, epoch, avg(loss) FROM events WHERE epoch IS NOT NULL GROUP BY ALL ORDER BY ALL"`,
    `  crucible ${place}export --study ${study} -o ${study}.parquet`,
  ].join('\n');
}
