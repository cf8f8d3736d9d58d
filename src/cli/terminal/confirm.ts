import { createInterface } from 'node:readline/promises';
import { CrucibleError } from '../../core/errors.ts';

/** Asks a question that is answered with yes or no. Where nobody can answer, it throws `invalid_argument` with that hint. */
export async function confirm(question: string, hint: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CrucibleError('invalid_argument', `${question} Nobody can be asked: this is no terminal.`, { hint });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // While it asks, readline takes Ctrl-C for itself.
  prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
