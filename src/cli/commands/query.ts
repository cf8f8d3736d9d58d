import type { Command } from 'commander';
import { CrucibleError } from '../../core/errors.ts';
import { NONE, plural } from '../../core/figures.ts';
import type { ListedExperiment } from '../../lab/observed-status.ts';
import { wantsAllExperiments } from '../damage.ts';
import { ExitCode } from '../exit-code.ts';
import { studyIds } from '../selection.ts';
import type { QueryResult } from '../sql/run-query.ts';
import { findExperiments, type OpenedStore, withStore } from '../store-access.ts';
import { printJsonLine, printLine, say, warn } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { type Column, fittedTable, sayDropped, terminalWidth } from '../terminal/table.ts';

interface Options {
  readonly experiment?: readonly string[];
  readonly study?: string;
  readonly json?: boolean;
}

// As many rows are laid out at a time: who asks for a million sees the first at once.
const PAGE_ROWS = 1000;

const COMMENT = /--.*|\/\*[\s\S]*?\*\//g;

export function define(command: Command): void {
  command
    .argument('[sql]', 'one SELECT; - or nothing reads it from standard input')
    .description(
      'Asks in the SQL of DuckDB, read-only, over the views events (all records), experiments and metrics (metric points).',
    )
    .option('-e, --experiment <experiments...>', 'only these: ids, beginnings of ids, or names')
    .option('--study <name>', 'only the experiments of one study')
    .option('--json', 'print one JSON object a row')
    .addHelpText(
      'after',
      `
measurements and metadata are JSON text: metadata->>'$.tokens.prompt'.

Examples:
  $ crucible query "SELECT event_name, count(*) AS n, avg(latency_ms) FROM events GROUP BY ALL"
  $ crucible query "SELECT condition, replicate, max(accuracy) FROM events GROUP BY ALL ORDER BY ALL" --study penguins
  $ crucible query --json "FROM metrics" | jq .value`,
    )
    .action((argument: string | undefined, flags: Options) =>
      withStore(command, async (opened) => {
        const { given, options } = await sqlApart(opened, argument, flags);
        const sql = given === undefined || given === '-' ? await standardInput(options) : given;
        if (sql.replace(COMMENT, '').trim() === '') throw noSql(options);
        if (!options.experiment) wantsAllExperiments();
        const chosen = await chosenIds(opened, options);
        const experiments = await opened.lab.listExperiments();
        const asked = experiments.filter(({ id }) => chosen.every((ids) => ids.includes(id)));
        await answer(opened, asked, sql, options.json ? printObjects : printTable);
      }),
    );
}

const SQL = /^\s*(select|from|with|describe|summarize|values|pivot|unpivot)\s+\S/i;

// -e takes all words up to the next flag, so also a statement after it.
async function sqlApart(
  { store }: OpenedStore,
  given: string | undefined,
  options: Options,
): Promise<{ given: string | undefined; options: Options }> {
  const last = options.experiment?.at(-1);
  const isSwallowed = given === undefined && last !== undefined && SQL.test(last);
  if (!isSwallowed || (await store.list()).some(({ name }) => name === last)) return { given, options };
  const experiment = options.experiment?.slice(0, -1) ?? [];
  if (experiment.length > 0) return { given: last, options: { ...options, experiment } };
  throw new CrucibleError('invalid_argument', '-e names no experiment: after it comes the SQL.', {
    hint: 'crucible query "SELECT …" -e my_run',
  });
}

// What an experiment has to be in, each list of ids.
async function chosenIds(opened: OpenedStore, { experiment, study }: Options): Promise<readonly string[][]> {
  return [
    ...(experiment ? [(await findExperiments(opened, experiment)).map(({ id }) => id)] : []),
    ...(study === undefined ? [] : [await studyIds(opened, study)]),
  ];
}

// A segment may turn out to be damaged when its contents are read: the answer is then that without it.
async function answer(
  opened: OpenedStore,
  experiments: readonly ListedExperiment[],
  sql: string,
  print: (result: QueryResult) => Promise<void>,
): Promise<void> {
  const [{ openViews }, { runQuery, DamagedSegments }] = await Promise.all([
    import('../sql/views.ts'),
    import('../sql/run-query.ts'),
  ]);
  const without = new Set<string>();
  for (;;) {
    const views = await withProgress('reading segments', () => openViews(opened, experiments, without));
    try {
      return await print(await withProgress('asking', () => runQuery(views, sql)));
    } catch (error) {
      if (!(error instanceof DamagedSegments)) throw error;
      for (const path of error.paths) {
        without.add(path);
        warn(`${path} is damaged: all its records are left out. crucible verify says more.`);
      }
      process.exitCode = ExitCode.DAMAGED;
    } finally {
      await views.close();
    }
  }
}

async function printObjects({ columns, chunks }: QueryResult): Promise<void> {
  for await (const rows of chunks()) {
    for (const row of rows) {
      await printJsonLine(Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
    }
  }
}

async function printTable(result: QueryResult): Promise<void> {
  const columns = result.columns.map(
    ({ name, numeric }, i): Column<readonly unknown[]> => ({
      title: name,
      value: (row) => cell(row[i]),
      align: numeric ? 'right' : 'left',
      keep: 5 + result.columns.length - i,
      ...(numeric ? {} : { min: Math.min(name.length, 8) }),
    }),
  );
  let page: (readonly unknown[])[] = [];
  let printed = 0;
  const flush = async () => {
    const { lines, dropped } = fittedTable(page, columns, terminalWidth());
    for (const line of printed === 0 ? lines : lines.slice(1)) await printLine(line);
    if (printed === 0) sayDropped(dropped);
    printed += page.length;
    page = [];
  };
  for await (const rows of result.chunks()) {
    page.push(...rows);
    if (page.length >= PAGE_ROWS) await flush();
  }
  if (page.length > 0 || printed === 0) await flush();
  say(plural(printed, 'row'));
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function noSql({ experiment }: Options): CrucibleError {
  const where = experiment ? ', before -e, which takes all words after it.' : '';
  return new CrucibleError('invalid_argument', 'There is no SQL.', {
    hint: `crucible query "SELECT …"${where}`,
  });
}

async function standardInput(options: Options): Promise<string> {
  if (process.stdin.isTTY) {
    throw noSql(options);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
