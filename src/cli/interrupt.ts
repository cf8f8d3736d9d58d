import { ExitCode } from './exit-code.ts';
import { say } from './terminal/output.ts';

const actions = new Set<() => Promise<void>>();

/** What Ctrl-C is to undo before the process ends, until the returned function is called. */
export function onInterrupt(action: () => Promise<void>): () => void {
  actions.add(action);
  return () => {
    actions.delete(action);
  };
}

/** Ends the process as interrupted, once what was half done is undone. */
export async function interrupt(): Promise<void> {
  say('Interrupted.');
  for (const result of await Promise.allSettled([...actions].map((action) => action()))) {
    if (result.status === 'rejected') say(`Something was left behind: ${String(result.reason)}`);
  }
  process.exit(ExitCode.INTERRUPTED);
}
