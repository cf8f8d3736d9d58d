// Kills writing processes at random moments and writes what was lost to docs/durability.md:
//
//   npm run durability [-- --kills 216]
import { writeFileSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import { parseArgs } from 'node:util';
import { BOUNDS, killRound } from '../test/crash/kill-round.js';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '216' } } });
const kinds = Object.keys(BOUNDS).flatMap((durability) =>
  Object.keys(BOUNDS[durability]).flatMap((pace) => [false, true].map((sealing) => ({ durability, pace, sealing }))),
);
const rounds = Math.ceil(Number(values.kills) / kinds.length);
const rows = [];
const failures = [];

for (const kind of kinds) {
  const results = [];
  for (let i = 0; i < rounds; i++) {
    const result = await killRound({ ...kind, afterMs: 100 + Math.random() * 900 });
    results.push(result);
    for (const problem of result.problems) failures.push(`${kind.durability}, ${kind.pace}: ${problem}`);
  }
  const executed = results.reduce((sum, each) => sum + each.executed, 0);
  const lost = results.map((each) => each.lost).sort((a, b) => a - b);
  const lostMs = results.map((each) => each.lostMs).sort((a, b) => a - b);
  const median = (sorted) => sorted[Math.floor(sorted.length / 2)];
  rows.push([
    kind.durability,
    kind.pace + (kind.sealing ? ', sealing' : ''),
    rounds,
    executed,
    `${median(lost)} / ${lost.at(-1)}`,
    `${median(lostMs).toFixed(0)} / ${lostMs.at(-1).toFixed(0)}`,
    results[0].bound,
  ]);
  process.stderr.write(`${rows.at(-1).join('  ')}\n`);
}

writeFileSync(new URL('../docs/durability.md', import.meta.url), page());
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.exitCode = failures.length > 0 ? 1 : 0;

function page() {
  const table = [
    ['durability', 'pace', 'kills', 'executed', 'events lost, median / most', 'ms lost, median / most', 'ms allowed'],
    ['---', '---', '---:', '---:', '---:', '---:', '---:'],
    ...rows,
  ];
  return `# What a crash costs

The local store promises how much can be lost when a process ends without warning (\`kill -9\`, \`abort\`, out of memory):

| durability | what may be lost |
|---|---|
| \`batched\`, the default | the last 50 ms at up to 50,000 events a second, also while the event loop is blocked; at most 200 ms at full speed |
| \`immediate\` | nothing |
| \`fsync\` | nothing, not even when the power fails |

On an ordinary exit, an uncaught error, SIGTERM and SIGINT nothing of the main thread is lost in any of them.
A worker thread is told nothing when the main thread ends the process: end it first (\`await lab.close()\` in the thread, then \`worker.terminate()\`
or its own exit), or its events of the last milliseconds go as with a kill. With \`immediate\` and \`fsync\` none do.

Not so with \`sampling: { method: 'reservoir' }\`: its rows are in memory until their writer closes, so a kill loses what that writer's reservoir holds,
whatever the durability. Its ledger then has all its events in \`sampled_out\` and none in \`stored\`.

These figures come from real processes that were killed at random moments with everything they had started, while another process was
reading. Each was then examined: every record whole, in sequence, once; the experiment seen as \`crashed\`; resumed by another process;
its account in agreement with its files. Repeat them with

\`\`\`sh
npm run durability
\`\`\`

\`full\`: as fast as it goes, the time of every event being noted on disk by the test itself. \`slow\`: 50 events a second. \`blocked\`: the event
loop is blocked for a second at a time. \`sealing\`: segments of 8 KB to 1 MB, killed once the first is being sealed. *ms lost*: how long
before the kill the first event was executed that is not kept.

${table.map((row) => `| ${row.join(' | ')} |`).join('\n')}

${failures.length === 0 ? 'No record was doubled or torn, every experiment resumed.' : `**${failures.length} failures.**`} Taken with Node ${process.version} on ${type()} ${release()}, ${cpus().length} × ${cpus()[0].model.trim()}.
`;
}
