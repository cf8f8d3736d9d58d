import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jsonlMetrics } from 'crucible-telemetry';
import { interleave } from '../lib/interleave.js';
import { filePino } from '../lib/peers.js';
import { peersOf } from '../lib/summary.js';
import { temporaryFolder } from '../lib/temporary-folder.js';

export const name = 'jsonl-metrics';
export const budget = { text: '≤ 15 µs', limit: 15_000 };

const COUNT = 10_000;
const APPEND = 'fs.appendFileSync of JSON.stringify';
const PINO = 'pino, sync to a file';

export const contenders = [
  {
    label: 'record',
    count: COUNT,
    prepare: () => {
      const folder = temporaryFolder();
      return { folder, store: jsonlMetrics({ path: join(folder, 'metrics.jsonl') }) };
    },
    run: record,
    finish: async ({ folder, store }) => {
      const { length } = await store.read('run_123');
      if (length !== COUNT) throw new Error(`${length} of ${COUNT} points were written.`);
      await store.close();
      rmSync(folder, { recursive: true });
    },
  },
  {
    label: APPEND,
    count: COUNT,
    prepare: temporaryFolder,
    run: append,
    finish: (folder) => rmSync(folder, { recursive: true }),
  },
  { label: PINO, count: COUNT, prepare: filePino, run: log, finish: ({ close }) => close() },
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders);
  return {
    lines: [{ what: '`jsonlMetrics.record`, awaited', ours: results.record, peers: peersOf(results, [APPEND, PINO]) }],
  };
}

async function record({ store }) {
  for (let step = 0; step < COUNT; step++) {
    await store.record('run_123', 'loss', 1 / (step + 1), { step, metadata: { epoch: step >> 8 } });
  }
}

function append(folder) {
  const path = join(folder, 'metrics.jsonl');
  for (let step = 0; step < COUNT; step++) appendFileSync(path, `${JSON.stringify(pointOf(step))}\n`);
}

function log({ logger }) {
  for (let step = 0; step < COUNT; step++) logger.info(pointOf(step));
}

function pointOf(step) {
  return {
    run_id: 'run_123',
    metric: 'loss',
    value: 1 / (step + 1),
    step,
    timestamp: new Date().toISOString(),
    metadata: { epoch: step >> 8 },
  };
}
