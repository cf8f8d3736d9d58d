// npm run bench [-- part-of-a-row's-name …] [-- --long] [-- --cpu-prof …]: measures the budgets of DESIGN section 8 beside peers.
// It reports and never fails on a figure. A run of all rows writes bench/results.md.
import { readdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isolated } from './lib/isolated.js';
import { describeMachine } from './lib/machine.js';
import { cellsOf, markdownTable } from './lib/table.js';

const ROWS = new URL('./rows/', import.meta.url);
const RESULTS = new URL('./results.md', import.meta.url);

const isLong = process.argv.includes('--long');
const nodeOptions = process.argv.slice(2).filter((argument) => argument.startsWith('--') && argument !== '--long');
// Rows that sustain something do it for longer.
if (isLong) process.env.CRUCIBLE_BENCH_LONG = '1';
const ROW_LIMIT_SECONDS = isLong ? 600 : 150;
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const rows = readdirSync(ROWS)
  .filter((file) => file.endsWith('.js'))
  .map((file) => basename(file, '.js'))
  .sort();
const wanted = rows.filter((row) => filters.length === 0 || filters.some((filter) => row.includes(filter)));

const machine = describeMachine();
for (const fact of machine) console.log(fact);
if (wanted.length === 0) console.log(`\nNo row is named like that. There are: ${rows.join(', ')}.`);

const start = Date.now();
const table = [];
const notes = [];
for (const row of wanted) {
  const rowStart = Date.now();
  console.log(`\n${row}`);
  const outcome = await measured(row);
  for (const cells of outcome.lines.flatMap((line) => cellsOf(outcome.name, line))) {
    table.push(cells);
    print(cells);
  }
  for (const note of outcome.notes) {
    notes.push(`- ${row}: ${note}`);
    console.log(`  ${note}`);
  }
  console.log(`  (${secondsSince(rowStart)} s)`);
}

if (wanted.length === rows.length) {
  writeFileSync(RESULTS, report());
  console.log('\nWritten to bench/results.md.');
}
console.log(`\n${secondsSince(start)} s in all`);

async function measured(row) {
  const process = isolated(new URL('./lib/row.js', import.meta.url), ['--expose-gc', '--no-warnings', ...nodeOptions]);
  try {
    return await Promise.race([process.call('measureRow', new URL(`${row}.js`, ROWS).href), limit()]);
  } catch (error) {
    return { lines: [], notes: [`not measured: ${error.message}`] };
  } finally {
    await process.close();
  }
}

// A row that hangs on a crowded machine must not cost the others.
function limit() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`it took more than ${ROW_LIMIT_SECONDS} s`)), ROW_LIMIT_SECONDS * 1000).unref();
  });
}

function secondsSince(moment) {
  return ((Date.now() - moment) / 1000).toFixed(1);
}

function print([, what, budget, median, best, peer, peerMedian, , ratio, met]) {
  if (what !== '') console.log(`  ${what}: ${median}, best ${best}; budget ${budget}, met: ${met}`);
  if (peer !== '–') console.log(`      ${peer}: ${peerMedian} (${ratio})`);
}

function report() {
  return `# Budgets, measured

By \`npm run bench\`: every contender in a process of its own, in rounds that take turns with the peers'. Median and best of
the rounds; the ratio is the peer's median over ours, so above 1 we need less. Met is judged by the median.

${machine.map((fact) => `- ${fact}`).join('\n')}
- measured: ${new Date(start).toISOString().slice(0, 16)}Z, in ${secondsSince(start)} s

${markdownTable(table)}

## Notes

${notes.join('\n')}
`;
}
