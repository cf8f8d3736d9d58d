import { Command, CommanderError } from 'commander';
import { packageVersion } from '../core/package-version.ts';
import { COMMANDS } from './commands.ts';
import { damageMet, showWarnings } from './damage.ts';
import { refuseEmptyNames } from './empty-names.ts';
import { ExitCode } from './exit-code.ts';
import { reportFailure } from './failure.ts';
import { useColor } from './terminal/style.ts';

/** Runs a command line. Resolves with the code to end with; whatever went wrong has been said on stderr by then. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  showWarnings();
  const program = createProgram();
  try {
    if (argv.length <= 2) program.outputHelp();
    else await program.parseAsync(asFlag(argv));
    if ((await damageMet()) !== undefined) return ExitCode.DAMAGED;
    return (process.exitCode as ExitCode | undefined) ?? ExitCode.OK;
  } catch (error) {
    // Commander has said by itself what is wrong with the command line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
    if (isClosedPipe(error)) return ExitCode.OK;
    return reportFailure(error, await damageMet());
  }
}

// `help <command>` would print a command that was not loaded.
function asFlag(argv: readonly string[]): readonly string[] {
  const [node = '', script = '', first, name] = argv;
  const isKnown = first === 'help' && COMMANDS.some((command) => command.name === name);
  return isKnown ? [node, script, name!, '--help'] : argv;
}

/** Whether what read the output has seen enough, such as `head`: that is no failure. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/** The program with all its commands. What a command takes is known once its file was loaded: see `Entry.load`. */
export function createProgram(): Command {
  const program = new Command('crucible')
    .description(
      'Looks at experiments that crucible-telemetry recorded: lists, measures, compares, follows, exports them.',
    )
    .version(packageVersion() ?? 'unknown', '-V, --version', 'print the version')
    .option('--dir <folder>', 'where experiments are kept (default: CRUCIBLE_DIR, else .crucible)')
    .option('--no-color', 'print without colour; so does NO_COLOR')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help about a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
    .configureOutput({ outputError: (text, write) => write(usageError(text)) })
    .addHelpText('after', EXAMPLES);
  const loaders = new Map<Command, (typeof COMMANDS)[number]['load']>();
  for (const { name, summary, load } of COMMANDS) loaders.set(program.command(name).summary(summary), load);
  loaders.set(program.command('__complete', { hidden: true }), () => import('./commands/complete.ts'));
  program.hook('preSubcommand', async (_, command) => {
    if (program.opts<{ color: boolean }>().color === false) useColor(false);
    const load = loaders.get(command);
    if (load) (await load()).define(command);
  });
  program.hook('preAction', (_, command) => refuseEmptyNames(command));
  return program;
}

const EXAMPLES = `
Examples:
  $ crucible demo                              train two models on real data and compare them
  $ crucible list --study penguins             what there is
  $ crucible tail my_run                       follow a run while it is written
  $ crucible query "SELECT event_name, count(*) FROM events GROUP BY ALL"

An experiment is named by its id, the beginning of its id, or its name where only one has it.
Exit codes: 0 ok, 1 a check failed, 2 usage, 3 not found, 4 damaged data, 130 interrupted.`;

function usageError(text: string): string {
  const [message = '', ...rest] = text.trim().split('\n');
  const suggestion = /^\(Did you mean (.*)\?\)$/.exec(rest.join(' ').trim())?.[1];
  const hint = suggestion ? `Did you mean ${suggestion}?` : 'Add --help to see what is possible.';
  return `${message.replace(/\.?$/, '.')}\nhint: ${hint}\n`;
}
