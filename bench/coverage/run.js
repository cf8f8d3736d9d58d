// npm run build, then node bench/coverage/run.js [--full]: how often intervals hold what they are to hold, by seeded simulation.
// The short run takes about a minute of CPU, the full one some ten. Either writes bench/coverage/results.md.
import { readdirSync, writeFileSync } from 'node:fs';
import { describeMachine } from '../lib/machine.js';
import { percent } from './lib/rules.js';
import { coverageTable, remarks, verdict } from './lib/table.js';

const CASES = new URL('./cases/', import.meta.url);
const RESULTS = new URL('./results.md', import.meta.url);

const full = process.argv.includes('--full');
const start = process.cpuUsage();
const sections = [];
const unmet = [];
for (const file of readdirSync(CASES).sort()) {
  const { title, about, cases } = await import(new URL(file, CASES).href);
  const rows = [];
  console.log(`\n${title}`);
  for await (const row of cases({ full })) {
    rows.push(row);
    const found = `${percent(row.covered)} of ${row.runs ?? 'all outcomes'}, to hold ${row.rule.text}: ${verdict(row)}`;
    console.log(`  ${row.what}: ${found}${remarks(row) === '' ? '' : ` (${remarks(row)})`}`);
    if (row.rule.met(row) === false)
      unmet.push(`${title}: ${row.what}: ${percent(row.covered)} (${verdict(row).replaceAll('*', '')})`);
  }
  sections.push(`## ${title}\n\n${about}\n\n${coverageTable(rows)}`);
}
const { user, system } = process.cpuUsage(start);
const seconds = ((user + system) / 1e6).toFixed(0);

writeFileSync(
  RESULTS,
  `# Coverage, simulated

By \`node bench/coverage/run.js${full ? ' --full' : ''}\` after a build: ${seconds} s of CPU. Everything is seeded, so a run repeats to the last digit. The error is two
standard errors of the simulation. "To hold" is what is asked, "as it should" whether it is so.

${describeMachine()
  .filter((fact) => !fact.startsWith('load'))
  .map((fact) => `- ${fact}`)
  .join('\n')}

${unmet.length === 0 ? 'Everything holds what it is to hold.' : `What does not hold what it is to hold:\n\n${unmet.map((line) => `- ${line}`).join('\n')}`}

${sections.join('\n\n')}
`,
);
console.log(`\n${seconds} s of CPU. Written to bench/coverage/results.md.`);
