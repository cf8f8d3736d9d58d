import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeBinary } from '../lib/node-versions.js';
import { summarise } from '../lib/summary.js';

export const name = 'host-promises';
export const budget = { text: 'published' };

const SCRIPT = fileURLToPath(new URL('../host-promises.js', import.meta.url));
const MAJORS = [20, 22, 24];
const ROUNDS = 3;
const AS_BEFORE = 1.2;
const run = promisify(execFile);

export async function measure() {
  const lines = [];
  const notes = [];
  for (const major of MAJORS) {
    const { binary, reason } = nodeBinary(major);
    if (binary) lines.push(...(await linesFor(binary)));
    else notes.push(`Node ${major} is left out. ${reason}`);
  }
  return { lines, notes };
}

async function linesFor(binary) {
  const { stdout } = await run(binary, ['--version']);
  const version = `Node ${stdout.trim().slice(1)}`;
  const ours = [];
  const bare = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await awaitsOn(binary));
    bare.push(await awaitsOn(binary, 'bare'));
  }
  const of = (processes, state) => summarise(processes.flatMap((states) => states[state]));
  const line = (what, state, peer) => ({
    what: `${version}: an \`await\` ${what}`,
    ours: of(ours, state),
    peers: peer === undefined ? [] : [{ name: peer, ...of(bare, state) }],
  });
  const before = of(ours, 'before');
  return [
    line('before', 'before'),
    line('with an experiment that had no run', 'started'),
    line('inside `experiment.run`', 'during', 'inside a bare AsyncLocalStorage.run'),
    line('after the run, experiment open', 'ended', 'after it'),
    {
      ...line('after `stop`', 'stopped', 'after its disable()'),
      budget: { text: `as before (≤ ${AS_BEFORE}×)`, limit: AS_BEFORE * before.median },
    },
  ];
}

async function awaitsOn(binary, ...args) {
  const { stdout } = await run(binary, [SCRIPT, ...args]);
  return JSON.parse(stdout);
}
