import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { plural } from '../../core/figures.ts';
import { ExitCode } from '../exit-code.ts';
import type { Importer, ImportSummary } from '../import/importer.ts';
import type { ImportKind } from '../import/sniff.ts';
import { onInterrupt } from '../interrupt.ts';
import { withStore } from '../store-access.ts';
import { printJson, printLine, say, warn } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { cleanText } from '../terminal/text-width.ts';

interface Options {
  readonly name?: string;
  readonly study?: string;
  readonly condition?: string;
  readonly replicate?: string;
  readonly tag?: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument(
      '<path>',
      'a csv, jsonl or parquet file of crucible export, a segment, or the folder of an archive; also csv and jsonl of the Elixir library',
    )
    .description(
      'Reads records back. Each experiment in the file becomes a new one; metric points go to their run. What cannot be read is skipped and said, and the command ends with 4.',
    )
    .option('--name <name>', 'name of the new experiments (default: as in the file)')
    .option('--study <name>', 'their study')
    .option('--condition <name>', 'their condition')
    .option('--replicate <name>', 'their replicate')
    .option('--tag <tags...>', 'their tags')
    .option('--dry-run', 'read everything, change nothing, and say what would be imported')
    .option('--json', 'print the summary as a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible import run.parquet\n  $ crucible import exports/elixir_run.csv --study port --dry-run',
    )
    .action((given: string, options: Options) =>
      withStore(
        command,
        async (opened) => {
          const [{ Importer }, { ImportedBefore }, { sniff }] = await Promise.all([
            import('../import/importer.ts'),
            import('../import/imported-before.ts'),
            import('../import/sniff.ts'),
          ]);
          const { tag, dryRun, json, ...overrides } = options;
          const { kind, path } = await sniff(given);
          const before = new ImportedBefore(await opened.store.list());
          const importer = new Importer(dryRun ? undefined : opened, basename(path), {
            ...overrides,
            ...(tag ? { tags: tag } : {}),
          });
          const finished = onInterrupt(() => importer.undo());
          let summary: ImportSummary;
          try {
            await withProgress('importing', async (progress) => {
              for await (const _ of takeAll(importer, kind, path)) progress.update(plural(importer.taken, 'row'));
            });
            summary = await importer.finish();
          } catch (error) {
            await importer.undo();
            throw error;
          } finally {
            finished();
          }
          await (json ? printJson(summary) : print(summary, dryRun === true));
          for (const { from, name } of summary.experiments) {
            const id = before.find(from, basename(path));
            if (id === undefined) continue;
            const twice = dryRun ? 'would be there twice' : 'are there twice now';
            warn(`${cleanText(name)} looks like what was imported before, as ${id}: its records ${twice}.`);
          }
          for (const { line, reason } of summary.reasons) warn(`row ${line} ${cleanText(reason)}`);
          if (summary.skipped > 0) {
            say(`Skipped ${plural(summary.skipped, 'row')}.`);
            process.exitCode = ExitCode.DAMAGED;
          }
        },
        { creates: true },
      ),
    );
}

async function* takeAll(importer: Importer, kind: ImportKind, path: string): AsyncGenerator<void> {
  const { csvRows, jsonlRows, parquetRows } = await import('../import/rows.ts');
  const sources =
    kind === 'archive'
      ? [jsonlRows(join(path, 'events.jsonl')), jsonlRows(join(path, 'metrics.jsonl'))]
      : [{ jsonl: jsonlRows, csv: csvRows, parquet: parquetRows }[kind](path)];
  if (kind === 'archive') await takeDefinition(importer, join(path, 'experiment.json'));
  for (const rows of sources) {
    for await (const row of rows) {
      await importer.take(row);
      yield;
    }
  }
}

// A plan that was changed stays what it is: with the hash it was frozen with, analyze and report see that too.
async function takeDefinition(importer: Importer, path: string): Promise<void> {
  const { readDefinition } = await import('../import/definition.ts');
  const { origin, options, preregistration, isPlanChanged } = await readDefinition(path);
  await importer.target(origin, options, preregistration);
  if (!isPlanChanged) return;
  warn(
    `The plan in ${path} was changed since it was frozen: it is not what its SHA-256 says. analyze will tell it too.`,
  );
  process.exitCode = ExitCode.DAMAGED;
}

async function print({ experiments, points }: ImportSummary, dryRun: boolean): Promise<void> {
  const verb = dryRun ? 'would import' : 'imported';
  for (const { id, from, name, condition, events, duplicates } of experiments) {
    const repeats = duplicates > 0 ? `, ${plural(duplicates, 'repeat')} left out` : '';
    const where = id === null ? '' : ` as ${id}`;
    await printLine(
      `${verb} ${plural(events, 'event')} of ${cleanText(name)}${condition ? ` (${cleanText(condition)})` : ''}, from ${cleanText(from)}${where}${repeats}`,
    );
  }
  for (const [run, number] of Object.entries(points))
    await printLine(`${verb} ${plural(number, 'metric point')} of ${cleanText(run)}`);
  if (experiments.length === 0 && Object.keys(points).length === 0) say('There was nothing to import.');
}
