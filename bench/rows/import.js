import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { format, summarise } from '../lib/summary.js';

export const name = 'import';
export const budget = { text: '≤ 40 ms over bare Node', limit: 40e6 };

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const ROUNDS = 15;
const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const COMMAND_BUDGET = { text: '≤ 200 ms', limit: 200e6 };
const PROGRAMS = {
  bare: '',
  ours: "import 'crucible-telemetry';",
  start:
    "import { createCrucible } from 'crucible-telemetry'; await createCrucible().startExperiment({ name: 'first' });",
  '@opentelemetry/sdk-trace-base': "import '@opentelemetry/sdk-trace-base';",
  pino: "import 'pino';",
  'prom-client': "import 'prom-client';",
};

export async function measure() {
  const samples = new Map(Object.keys(PROGRAMS).map((each) => [each, []]));
  const help = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [each, program] of Object.entries(PROGRAMS)) {
      samples.get(each).push(timeOf('--input-type=module', '--eval', program));
    }
    help.push(timeOf(COMMAND, '--help'));
  }
  const bare = summarise(samples.get('bare'));
  const overBare = (each) => {
    const { median, best } = summarise(samples.get(each));
    return { median: median - bare.median, best: best - bare.best };
  };
  const peers = ['@opentelemetry/sdk-trace-base', 'pino', 'prom-client'];
  return {
    lines: [
      {
        what: 'importing the main entry',
        ours: overBare('ours'),
        peers: peers.map((each) => ({ name: `importing ${each}`, ...overBare(each) })),
      },
      { what: 'the same and the first `startExperiment`, prices loaded', ours: overBare('start'), budget: undefined },
      {
        what: '`crucible --help`, from start to end',
        budget: COMMAND_BUDGET,
        ours: summarise(help),
        peers: [{ name: 'bare Node', ...bare }],
      },
    ],
    notes: [
      `bare Node takes ${format(bare.median)}, best ${format(bare.best)}; the figures are what comes on top, but for \`crucible --help\``,
    ],
  };
}

function timeOf(...args) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: PACKAGE });
  const elapsed = Number(process.hrtime.bigint() - start);
  if (status !== 0) throw new Error(String(stderr));
  return elapsed;
}
