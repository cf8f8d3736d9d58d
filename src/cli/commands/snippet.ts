import { Argument, type Command } from 'commander';
import { findExperiment, withStore } from '../store-access.ts';
import { printLine } from '../terminal/output.ts';

const LANGUAGES: Readonly<Record<string, () => Promise<(folder: string) => string>>> = {
  python: async () => (await import('../snippets/python.ts')).pandasSnippet,
  pandas: async () => (await import('../snippets/python.ts')).pandasSnippet,
  polars: async () => (await import('../snippets/python.ts')).polarsSnippet,
  duckdb: async () => (await import('../snippets/sql.ts')).duckdbSnippet,
  r: async () => (await import('../snippets/embedded-sql.ts')).rSnippet,
  julia: async () => (await import('../snippets/embedded-sql.ts')).juliaSnippet,
};

export function define(command: Command): void {
  command
    .addArgument(new Argument('<language>', 'for which to print code').choices(Object.keys(LANGUAGES)))
    .argument('<experiment>', 'id, beginning of an id, or name')
    .description('Prints code that reads the records of an experiment as they lie on disk, live and sealed, each once.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ crucible snippet python my_run > read_run.py\n  $ crucible snippet duckdb my_run | duckdb',
    )
    .action((language: string, wanted: string) =>
      withStore(command, async (opened) => {
        const [{ experimentFolder }, snippet] = await Promise.all([
          import('../../stores/local/index.ts'),
          LANGUAGES[language]!(),
        ]);
        const { id } = await findExperiment(opened, wanted);
        await printLine(snippet(experimentFolder(opened.dir, id)).trimEnd());
      }),
    );
}
