// npm run bench [-- part-of-a-row's-name] [-- --cpu-prof]: measures the budgets of DESIGN section 8 beside peers.
// Reports, never fails on a figure. A run of all rows writes bench/results.md.
import { fork } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeMachine } from './lib/machine.js';
import { cellsOf, markdownTable } from './lib/table.js';

const here = import.meta.dirname;
const nodeOptions = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const all = readdirSync(join(here, 'rows'))
  .filter((file) => file.endsWith('.js'))
  .map((file) => basename(file, '.js'))
  .sort();
const wanted = all.filter((row) => filters.length === 0 || filters.some((filter) => row.includes(filter)));

const machine = describeMachine();
const facts = [
  `CPU: ${machine.cpu}, ${machine.cores} cores`,
  `memory: ${machine.memory}`,
  `Node: ${machine.node}`,
  `OS: ${machine.os}`,
  `load average at the start (1, 5, 15 min): ${machine.load}`,
];
console.log(facts.join('\n'));
if (wanted.length === 0) console.log(`\nNo row is named like that. There are: ${all.join(', ')}.`);

const started = Date.now();
const table = [];
const notes = [];
for (const row of wanted) {
  const rowStarted = Date.now();
  console.log(`\n${row}`);
  const outcome = await measured(row);
  for (const line of outcome.lines.flatMap((each) => cellsOf(row, each))) {
    table.push(line);
    print(line);
  }
  for (const note of outcome.notes) {
    notes.push(`- ${row}: ${note}`);
    console.log(`  ${note}`);
  }
  console.log(`  (${((Date.now() - rowStarted) / 1000).toFixed(1)} s)`);
}

if (filters.length === 0) {
  writeFileSync(join(here, 'results.md'), report());
  console.log('\nWritten to bench/results.md');
}
console.log(`${((Date.now() - started) / 1000).toFixed(0)} s in all`);

/** Runs a row in a process of its own: fresh heap, fresh compiler. */
function measured(row) {
  const { promise, resolve } = deferred();
  const child = fork(join(here, 'lib', 'run-row.js'), [join(here, 'rows', `${row}.js`)], {
    execArgv: ['--expose-gc', '--no-warnings', ...nodeOptions],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  let outcome;
  child.on('message', (message) => {
    outcome = message;
  });
  child.on('close', (code, signal) => {
    resolve(outcome ?? { lines: [], notes: [`not measured: ${reasonIn(complaints) ?? `exit ${signal ?? code}`}`] });
  });
  return promise;
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function reasonIn(complaints) {
  return complaints.split('\n').find((line) => /^\w*Error\b/.test(line));
}

function print([, what, budget, median, best, peer, peerMedian, , ratio, met]) {
  if (what !== '') console.log(`  ${what}: ${median}, best ${best}; budget ${budget}, met: ${met}`);
  if (peer !== '–') console.log(`      ${peer}: ${peerMedian} (${ratio})`);
}

function report() {
  return `# Budgets, measured

By \`npm run bench\`, which measures each row in a process of its own, in several rounds that alternate with the peers'.
Median and best of the rounds; the ratio is the peer's median over ours, so above 1 we need less. Met is judged by the median.

${facts.map((fact) => `- ${fact}`).join('\n')}
- measured: ${new Date().toISOString().slice(0, 16)}Z, in ${((Date.now() - started) / 1000).toFixed(0)} s

${markdownTable(table)}

## Notes

${notes.join('\n')}
`;
}
