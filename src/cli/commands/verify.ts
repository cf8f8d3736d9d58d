import { relative } from 'node:path';
import type { Command } from 'commander';
import { count, plural } from '../../core/figures.ts';
import type { ExperimentVerification, Finding } from '../../stores/local/index.ts';
import { ExitCode } from '../exit-code.ts';
import { findExperiments, type OpenedStore, withStore } from '../store-access.ts';
import { printJson, printLine, say } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { paint } from '../terminal/style.ts';
import { cleanText } from '../terminal/text-width.ts';

export function define(command: Command): void {
  command
    .argument('[experiments...]', 'ids, beginnings of ids, or names (default: all)')
    .description(
      'Reads every file of experiments and says what is damaged, missing or doubled. Ends with 4 when something is.',
    )
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExamples:\n  $ crucible verify\n  $ crucible verify my_run --json')
    .action((wanted: readonly string[], { json }: { json?: boolean }) =>
      withStore(command, async (opened) => {
        const { experimentFolders, verifyExperiment } = await import('../../stores/local/index.ts');
        const ids =
          wanted.length > 0
            ? (await findExperiments(opened, wanted)).map(({ id }) => id)
            : await experimentFolders(opened.dir);
        const results: ExperimentVerification[] = [];
        await withProgress('verifying', async (progress) => {
          for (const id of ids) {
            progress.update(`${results.length} of ${plural(ids.length, 'experiment')}`);
            const result = await verifyExperiment(opened.dir, id);
            results.push({ ...result, damage: [...result.damage, ...(await damagedPoints(opened, id))] });
          }
        });
        if (json) await printJson(results);
        else for (const result of results) await print(opened.dir, result);
        const damaged = results.filter(({ damage }) => damage.length > 0).length;
        if (!json)
          say(damaged > 0 ? `${plural(damaged, 'experiment')} of ${count(results.length)} damaged.` : 'All is whole.');
        if (damaged > 0) process.exitCode = ExitCode.DAMAGED;
      }),
    );
}

async function damagedPoints({ lab, dir }: OpenedStore, id: string): Promise<Finding[]> {
  const { experimentFolder } = await import('../../stores/local/index.ts');
  for await (const _ of lab.metricsStore.scan(id));
  const { damaged } = lab.metricsStore.rejects;
  if (damaged === 0) return [];
  return [{ path: `${experimentFolder(dir, id)}/metrics`, message: `${damaged} lines are no metric points.` }];
}

async function print(
  dir: string,
  { id, name, records, segments, damage, notes }: ExperimentVerification,
): Promise<void> {
  const verdict = damage.length > 0 ? paint('red', 'damaged') : paint('green', 'ok');
  await printLine(
    `${verdict}  ${id}  ${cleanText(name ?? '?')}  ${plural(records, 'record')} in ${plural(segments.length, 'segment')}`,
  );
  for (const finding of damage) await printFinding(dir, paint('red', 'damage'), finding);
  for (const finding of notes) await printFinding(dir, paint('yellow', 'note'), finding);
}

async function printFinding(dir: string, kind: string, { path, message }: Finding): Promise<void> {
  // Messages of the store name the file, which is said already.
  await printLine(`  ${kind}: ${cleanText(relative(dir, path))}: ${cleanText(message.replaceAll(`${path} `, ''))}`);
}
