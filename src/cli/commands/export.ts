import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { CrucibleError, show } from '../../core/errors.ts';
import { bytes, plural } from '../../core/figures.ts';
import type { AnonymizeOptions, ExportFormat } from '../../export/export-records.ts';
import { onInterrupt } from '../interrupt.ts';
import { selectedIds } from '../selection.ts';
import { type OpenedStore, withStore } from '../store-access.ts';
import { printJson, say } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';

interface Options {
  readonly output?: string;
  readonly format?: string;
  readonly study?: string;
  readonly anonymize?: boolean;
  readonly drop?: readonly string[];
  readonly json?: boolean;
}

const FORMATS: Readonly<Record<string, ExportFormat>> = {
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
  arrow: 'arrow',
};

export function define(command: Command): void {
  command
    .argument('[experiments...]', 'ids, beginnings of ids, or names')
    .description('Writes the records of one or more experiments to one file.')
    .option('-o, --output <file>', 'the file to write; - or nothing writes csv or jsonl to stdout')
    .option('-f, --format <format>', 'csv, jsonl, parquet or arrow (default: by the ending of the file, else jsonl)')
    .option('--study <name>', 'all experiments of a study')
    .option(
      '--anonymize',
      'replace ids of users and sessions by pseudonyms made with the secret in CRUCIBLE_ANONYMIZE_KEY',
    )
    .option('--drop <fields...>', 'with --anonymize: fields and paths to leave out, such as metadata.response')
    .option('--json', 'print what was written as a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible export my_run -o run.parquet\n  $ crucible export --study penguins -o study.csv\n  $ crucible export my_run | jq .latency_ms',
    )
    .action((wanted: readonly string[], options: Options) =>
      withStore(command, async (opened) => {
        const { output = '-', study } = options;
        const anonymize = anonymization(options);
        const format = formatOf(options.format, output);
        const ids = await selectedIds(opened, wanted, study);
        if (!ids)
          throw new CrucibleError('invalid_argument', 'No experiment was named.', { hint: 'Name some, or --study.' });
        const write = (path: string) =>
          withProgress(`exporting ${plural(ids.length, 'experiment')}`, () =>
            opened.lab.exportMany(ids, format, {
              path,
              ...(anonymize ? { anonymize } : {}),
            }),
          );
        if (output === '-') {
          await toStdout(format, write);
          return sayPoints(opened, ids);
        }
        const result = await write(output);
        await sayPoints(opened, ids);
        if (options.json) await printJson(result);
        else
          say(
            `Wrote ${plural(result.rows, 'record')} with ${plural(result.columns.length, 'column')} to ${result.path} (${bytes(result.bytes)}).`,
          );
      }),
    );
}

function formatOf(given: string | undefined, output: string): ExportFormat {
  const wanted = given ?? (output === '-' ? 'jsonl' : extname(output).slice(1).toLowerCase());
  const format = FORMATS[wanted];
  if (!format) {
    throw new CrucibleError('unknown_format', `There is no export format ${show(wanted)}.`, {
      hint: '--format is one of csv, jsonl, parquet and arrow.',
    });
  }
  if (output === '-' && (format === 'parquet' || format === 'arrow')) {
    throw new CrucibleError('invalid_argument', `${format} is not written to stdout.`, {
      hint: 'Name a file with --output.',
    });
  }
  return format;
}

// A secret on a command line would be seen by everybody on the machine.
function anonymization({ anonymize, drop }: Options): AnonymizeOptions | undefined {
  const key = process.env.CRUCIBLE_ANONYMIZE_KEY;
  if (anonymize && key) return drop ? { key, drop } : { key };
  if (!anonymize && !drop) return undefined;
  throw new CrucibleError(
    'invalid_argument',
    anonymize ? 'There is no secret to make pseudonyms with.' : '--drop goes with --anonymize.',
    { hint: 'Set CRUCIBLE_ANONYMIZE_KEY to a long random text, keep it, and give --anonymize.' },
  );
}

async function sayPoints({ lab }: OpenedStore, ids: readonly string[]): Promise<void> {
  let points = 0;
  for (const id of ids) for await (const _ of lab.metricsStore.scan(id)) points++;
  if (points === 0) return;
  say(
    `${plural(points, 'metric point')} ${points === 1 ? 'is' : 'are'} not among these records: crucible query "FROM metrics" and crucible archive --path have ${points === 1 ? 'it' : 'them'}.`,
  );
}

// A file is complete before anything of it is printed: an export that fails prints nothing.
async function toStdout(format: ExportFormat, write: (path: string) => Promise<unknown>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'crucible-export-'));
  const path = join(folder, `export.${format}`);
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const removed = onInterrupt(remove);
  try {
    await write(path);
    await pipeline(createReadStream(path), process.stdout, { end: false });
  } finally {
    await remove();
    removed();
  }
}
