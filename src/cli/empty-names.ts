import type { Command } from 'commander';
import { CrucibleError } from '../core/errors.ts';

// What the words of these commands are is for them to say: SQL, and a word that is being completed.
const OWN_WORDS: readonly string[] = ['query', '__complete'];
const NAMING: readonly string[] = ['dir', 'study', 'experiment', 'condition', 'baseline', 'tag'];

/** Refuses an argument without text, mostly an unset variable of a shell: every id begins with it, and `delete` would take any. */
export function refuseEmptyNames(command: Command): void {
  if (!OWN_WORDS.includes(command.name()) && command.args.includes('')) throw empty('An argument');
  for (const [name, value] of Object.entries(command.optsWithGlobals<Record<string, unknown>>())) {
    if (NAMING.includes(name) && [value].flat().includes('')) throw empty(`--${name}`);
  }
}

function empty(what: string): CrucibleError {
  return new CrucibleError('invalid_argument', `${what} is an empty text.`, {
    hint: 'Is a variable of the shell unset? crucible list shows what there is.',
  });
}
