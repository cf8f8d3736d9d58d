#!/usr/bin/env node
import { ExitCode } from './exit-code.ts';
import { endEarly, interrupt } from './interrupt.ts';
import { isClosedPipe, main } from './program.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (!isClosedPipe(error)) throw error;
    void endEarly(ExitCode.OK);
  });
}
// The second Ctrl-C finds no listener and ends the process at once.
process.once('SIGINT', () => void interrupt());

process.exitCode = await main(process.argv);
