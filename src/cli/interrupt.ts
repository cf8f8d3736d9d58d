import { ExitCode } from './exit-code.ts';

let clearUp: (() => Promise<void>) | undefined;

/** What Ctrl-C is to undo before the process ends, until the returned function is called. */
export function onInterrupt(action: () => Promise<void>): () => void {
  clearUp = action;
  return () => {
    clearUp = undefined;
  };
}

/** Ends the process as interrupted, once what was half done is undone. */
export async function interrupt(): Promise<void> {
  try {
    await clearUp?.();
  } finally {
    process.exit(ExitCode.INTERRUPTED);
  }
}
