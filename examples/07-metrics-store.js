// @ts-check
// Metric points: the curves of training runs, in a file that pandas reads with one line. Three ways to a store, and reading back.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrucible, jsonlMetrics, memoryMetrics, metricsStoreFrom, openMetricsStore } from 'crucible-telemetry';
import { printTable } from './lib/table.js';

const STEPS = 800;
const folder = await mkdtemp(join(tmpdir(), 'crucible-example-'));
const path = join(folder, 'metrics.jsonl');

// The training: a line through noisy points, by gradient descent. Above a certain learning rate it diverges.
const data = Array.from({ length: 50 }, (_, i) => ({ x: i / 50, y: 3 * (i / 50) - 1 + 0.1 * Math.sin(40 * i) }));
/** @param {number} rate @param {(loss: number, step: number) => Promise<void>} log */
async function train(rate, log) {
  let [a, b] = [0, 0];
  for (let step = 0; step < STEPS; step++) {
    const errors = data.map(({ x, y }) => ({ x, error: a * x + b - y }));
    await log(errors.reduce((sum, { error }) => sum + error ** 2, 0) / data.length, step);
    a -= (2 * rate * errors.reduce((sum, { x, error }) => sum + error * x, 0)) / data.length;
    b -= (2 * rate * errors.reduce((sum, { error }) => sum + error, 0)) / data.length;
  }
}

// 1. A file, by its factory. Each line is with the operating system before `record` resolves.
const store = jsonlMetrics({ path });
await train(0.1, (loss, step) => store.record('rate-0.1', 'loss', loss, { step, metadata: { seed: 1 } }));
await store.flush();

// 2. The same file, by a configuration as it may stand in JSON.
const configured = openMetricsStore({ adapter: 'jsonl', path });
await train(0.6, (loss, step) => configured.record('rate-0.6', 'loss', loss, { step }));

// 3. An adapter of your own: keeps each point in several stores, here a file for later and memory for now. The driver says how to
// append and how to read; checks, filters, clock and accounting come from metricsStoreFrom. `metricsStoreConformance` of
// crucible-telemetry/testing proves an adapter.
/** @param {{ stores: import('crucible-telemetry').MetricsStore[] }} options */
function mirroredMetrics({ stores }) {
  return metricsStoreFrom({
    name: 'mirrored',
    async append(point) {
      await Promise.all(stores.map((store) => store.record(point.run_id, point.metric, point.value, point)));
    },
    scan: (runId) => /** @type {typeof store} */ (stores.at(-1)).scan(runId),
    async flush(runId) {
      await Promise.all(stores.map((store) => store.flush(runId)));
    },
    async close() {
      await Promise.all(stores.map((store) => store.close()));
    },
  });
}
const mirrored = openMetricsStore({ adapter: mirroredMetrics, stores: [jsonlMetrics({ path }), memoryMetrics()] });

// Given to a lab, a store takes what `logMetric` writes, with the experiment's id as run.
const lab = createCrucible({ metricsStore: mirrored });
const experiment = await lab.startExperiment({ name: 'diverging' });
await train(1.6, (loss, step) => experiment.logMetric('loss', loss, { step }));
await experiment.stop();

console.log(`The first line of ${path}:\n  ${(await readFile(path, 'utf8')).split('\n')[0]}\n`);

const rows = [];
for (const [rate, run, from] of /** @type {const} */ ([
  [0.1, 'rate-0.1', store],
  [0.6, 'rate-0.6', store],
  [1.6, experiment.id, lab.metricsStore],
])) {
  const points = await from.read(run, { metric: 'loss' });
  const [early] = await from.read(run, { metric: 'loss', minStep: 50 });
  const at = (/** @type {{ value: number } | undefined} */ point) => String(point?.value.toPrecision(3));
  rows.push({ rate, points: points.length, first: at(points[0]), 'step 50': at(early), last: at(points.at(-1)) });
}
printTable(rows);

const { loss } = (await experiment.metrics()).training.logged;
console.log(`\nRate 1.6 in metrics(): ${loss?.count} finite losses, ${loss?.non_finite} that are not: it diverged.`);

// What is no metric point is refused, said and counted; the training goes on.
const text = /** @type {any} */ ('0.25');
const refused = await store.record('rate-0.1', 'loss', text).catch((/** @type {Error} */ error) => error.message);
console.log(`Refused: ${refused}\nRejects:`, store.rejects);

await Promise.all([store.close(), configured.close(), mirrored.close()]);
await lab.close();
await rm(folder, { recursive: true });
