import { ExitCode } from './exit-code.ts';
import { say } from './terminal/output.ts';

const actions = new Set<() => Promise<void>>();

/** What an early end (Ctrl-C, a reader that closes the pipe) is to undo before the process ends, until the returned function is called. */
export function onInterrupt(action: () => Promise<void>): () => void {
  actions.add(action);
  return () => {
    actions.delete(action);
  };
}

/** Ends the process as interrupted, once what was half done is undone. */
export async function interrupt(): Promise<never> {
  say('Interrupted.');
  return endEarly(ExitCode.INTERRUPTED);
}

/** Ends the process at once, once what was half done is undone. */
export async function endEarly(code: ExitCode): Promise<never> {
  for (const result of await Promise.allSettled([...actions].map((action) => action()))) {
    if (result.status === 'rejected') say(`Something was left behind: ${String(result.reason)}`);
  }
  process.exit(code);
}
