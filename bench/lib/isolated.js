import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('./isolated-worker.js', import.meta.url));

/**
 * A module in a process of its own: fresh heap, fresh compiler. `call` awaits one of its exported functions and gives what
 * that returned; `close` ends the process.
 */
export function isolated(moduleUrl, execArgv = process.execArgv) {
  const child = fork(WORKER, [String(moduleUrl)], { execArgv, serialization: 'advanced' });
  const waiting = [];
  let gone;
  const settle = (outcome) => waiting.shift()?.(outcome);
  child.on('message', settle);
  const closed = new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      gone = { error: `its process ended with ${signal ?? `code ${code}`}` };
      while (waiting.length > 0) settle(gone);
      resolve();
    });
  });
  return {
    async call(name, ...args) {
      const outcome =
        gone ??
        (await new Promise((resolve) => {
          waiting.push(resolve);
          child.send({ name, args });
        }));
      if (outcome.error !== undefined) throw new Error(outcome.error);
      return outcome.value;
    },
    async close() {
      if (child.connected) child.disconnect();
      // What hangs in a measurement does not end by itself.
      setTimeout(() => child.kill('SIGKILL'), 5000).unref();
      await closed;
    },
  };
}

/** Calls one function in a process made for that call. */
export async function callIsolated(moduleUrl, name, ...args) {
  const process = isolated(moduleUrl);
  try {
    return await process.call(name, ...args);
  } finally {
    await process.close();
  }
}
