import type { Command } from 'commander';
import type { CompareOptions } from '../../analysis/comparison/compare-options.ts';
import { CrucibleError, show } from '../../core/errors.ts';
import type { Report, ReportFormat } from '../../report/report.ts';
import { addComparisonFlags, type ComparisonFlags, comparisonOptions } from '../comparison-options.ts';
import { namedBaseline, studyOrIds } from '../selection.ts';
import { type OpenedStore, withStore } from '../store-access.ts';
import { printJson, printLine, say } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';

interface Options extends ComparisonFlags {
  readonly output?: string;
  readonly format?: string;
  readonly title?: string;
  readonly json?: boolean;
}

export function define(command: Command): void {
  addComparisonFlags(command)
    .argument('[study or experiments...]', 'a study; or ids, beginnings of ids, or names of experiments')
    .description(
      'Writes a report: findings, plan, data quality, forest plot, distributions, tables, methods and references. One experiment is described, several are compared.',
    )
    .option('-o, --output <file>', 'report.html or report.md (default: Markdown on stdout)')
    .option('--format <format>', 'html or markdown, where the name of the file does not say')
    .option('--title <text>', 'title of the report')
    .option(
      '--json',
      'print as a JSON object what was written and what it holds; the text itself where no file is named',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible report penguins -o penguins.html\n  $ crucible report penguins --primary accuracy > penguins.md\n  $ crucible report my_run -o run.html',
    )
    .action((wanted: readonly string[], options: Options) =>
      withStore(command, async (opened) => {
        const written = await withProgress('writing the report', () => write(opened, wanted, options));
        if (options.json) await printJson(summaryOf(written));
        else if (written.path === null) await printLine(written.text.trimEnd());
        else say(`Written to ${written.path}`);
      }),
    );
}

function summaryOf({ format, path, text, comparison, analysis }: Report): object {
  const where = path === null ? { text } : {};
  return { format, path, bytes: Buffer.byteLength(text), ...where, comparison, analysis };
}

async function write(opened: OpenedStore, wanted: readonly string[], options: Options): Promise<Report> {
  const { output, format, title, study } = options;
  const file = {
    ...(output === undefined || output === '-' ? {} : { path: output }),
    ...(format === undefined ? {} : { format: formatOf(format) }),
    ...(title === undefined ? {} : { title }),
  };
  const baseline = await namedBaseline(opened, options.baseline);
  const chosen: CompareOptions = { ...comparisonOptions(options), ...(baseline === undefined ? {} : { baseline }) };
  const ids = await idsOf(opened, wanted, study);
  const [only] = ids;
  if (only !== undefined && ids.length === 1) {
    if (Object.keys(chosen).length === 0) return (await opened.lab.getExperiment(only)).report(file);
    throw new CrucibleError('nothing_to_compare', `${show(study ?? wanted.join(' '))} is one experiment.`, {
      hint: 'Leave the options of a comparison out, or name a study or several experiments.',
    });
  }
  return opened.lab.report(ids, { ...chosen, ...file });
}

async function idsOf(opened: OpenedStore, wanted: readonly string[], study: string | undefined): Promise<string[]> {
  const ids = await studyOrIds(opened, wanted, study);
  if (ids) return ids;
  throw new CrucibleError('invalid_argument', 'Nothing says what to report.', {
    hint: 'Name a study or experiments: crucible list shows them.',
  });
}

function formatOf(format: string): ReportFormat {
  if (format === 'md') return 'markdown';
  if (format === 'html' || format === 'markdown') return format;
  throw new CrucibleError('unknown_format', `There is no report format ${show(format)}.`, {
    hint: '--format is html or markdown.',
  });
}
