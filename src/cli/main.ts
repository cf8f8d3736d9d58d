#!/usr/bin/env node
import { ExitCode } from './exit-code.ts';
import { interrupt } from './interrupt.ts';
import { main } from './program.ts';

// A reader that has seen enough, such as `head`, closes the pipe: that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.OK);
    throw error;
  });
}
// The second Ctrl-C finds no listener and ends the process at once.
process.once('SIGINT', () => void interrupt());

process.exitCode = await main(process.argv);
