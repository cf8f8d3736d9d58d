import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { ExperimentState } from '../../stores/experiment-state.ts';
import { COMMANDS } from '../commands.ts';
import { storeFolder, withFolder } from '../store-access.ts';
import { printLine } from '../terminal/output.ts';

const GLOBAL_OPTIONS = ['--dir', '--no-color', '--help', '--version'];

/** What the completion scripts call: prints what the last word may become, one a line. */
export function define(command: Command): void {
  command
    .argument('[words...]')
    .description('Prints what the last word may become.')
    .action(async (words: readonly string[]) => {
      const current = words.at(-1) ?? '';
      for (const found of await candidates(command, words.slice(0, -1), current)) {
        // A word with a space would be several to the shell.
        if (found.startsWith(current) && !/\s/.test(found)) await printLine(found);
      }
    });
}

async function candidates(command: Command, before: readonly string[], current: string): Promise<string[]> {
  const entry = COMMANDS.find(({ name }) => before.includes(name));
  if (!entry) return current.startsWith('-') ? GLOBAL_OPTIONS : COMMANDS.map(({ name }) => name);
  const wanted = new Command(entry.name);
  (await entry.load()).define(wanted);
  if (current.startsWith('-'))
    return [...wanted.options.map(({ long, short }) => long ?? short ?? ''), ...GLOBAL_OPTIONS];
  const dir = folderIn(before) ?? storeFolder(command);
  const option = wanted.options.find(({ long, short }) => before.at(-1) === long || before.at(-1) === short);
  if (option?.long === '--study') return studies(dir);
  if (option?.argChoices) return option.argChoices;
  const given = before.slice(before.indexOf(entry.name) + 1).filter((word) => !word.startsWith('-')).length;
  const { registeredArguments } = wanted;
  const argument = registeredArguments[given] ?? registeredArguments.findLast(({ variadic }) => variadic);
  if (argument?.argChoices) return argument.argChoices;
  const name = argument?.name() ?? '';
  return [
    ...(name.startsWith('study') ? await studies(dir) : []),
    ...(/\bexperiments?\b/.test(name) ? await experiments(dir) : []),
  ];
}

async function experiments(dir: string): Promise<string[]> {
  return [...new Set((await statesIn(dir)).flatMap(({ id, name }) => [name, id]))];
}

async function studies(dir: string): Promise<string[]> {
  return [...new Set((await statesIn(dir)).flatMap(({ study }) => study ?? []))];
}

async function statesIn(dir: string): Promise<readonly ExperimentState[]> {
  return existsSync(join(dir, 'experiments')) ? withFolder(dir, ({ store }) => store.list()) : [];
}

function folderIn(words: readonly string[]): string | undefined {
  const at = words.indexOf('--dir');
  return at < 0 ? undefined : words[at + 1];
}
