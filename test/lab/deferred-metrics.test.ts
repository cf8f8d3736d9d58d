import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { deferredMetrics } from '../../src/lab/deferred-metrics.ts';
import { localMetrics } from '../../src/metrics-store/adapters/local/local-metrics.ts';
import { metricsStoreConformance } from '../../src/testing/metrics-store-conformance.ts';
import { Sandbox } from '../sandbox.ts';

const sandbox = new Sandbox(process.cwd());
const dir = mkdtempSync(join(tmpdir(), 'crucible-deferred-'));
afterAll(() => {
  sandbox.remove();
  rmSync(dir, { recursive: true });
});
// One warning for each store that refuses a point is right, and unreadable here.
process.removeAllListeners('warning');

metricsStoreConformance({
  name: 'opened by its first use',
  test,
  persistent: true,
  open: ({ place, clock }) => deferredMetrics(() => localMetrics({ dir: join(dir, place), clock })),
});

test('flushing and closing what was never used opens nothing', async () => {
  let opened = 0;
  const store = deferredMetrics(() => {
    opened++;
    return localMetrics({ dir });
  });
  await store.flush();
  await store.close();
  expect([opened, store.rejects]).toEqual([0, { torn: 0, damaged: 0, refused: 0 }]);
});

test('a point of the default lab is on disk when the call returns, although the process ends there', async () => {
  const folder = join(dir, 'default');
  const program = sandbox.write(
    'programs/exits.mjs',
    `import { crucible } from 'crucible-telemetry';
     process.env.CRUCIBLE_DIR = ${JSON.stringify(folder)};
     const metadata = { epoch: 1 };
     crucible.metricsStore.record('run', 'loss', 0.5, { metadata });
     metadata.epoch = 2;
     process.exit();`,
  );
  await sandbox.run(program);
  expect(existsSync(folder)).toBe(true);
  const points = await localMetrics({ dir: folder }).read('run');
  expect(points.map(({ value, metadata }) => [value, metadata])).toEqual([[0.5, { epoch: 1 }]]);
});

test('events and metric points of the default lab go to one folder, wherever the process goes meanwhile', async () => {
  const program = sandbox.write(
    'wandering/moves.mjs',
    `import { mkdirSync } from 'node:fs';
     import { crucible } from 'crucible-telemetry';
     delete process.env.CRUCIBLE_DIR;
     mkdirSync('sub');
     const experiment = await crucible.startExperiment({ name: 'e', id: 'e' });
     process.chdir('sub');
     await experiment.logMetric('loss', 1, { step: 0 });
     await experiment.stop();
     await crucible.close();`,
  );
  await sandbox.run(program);
  expect(existsSync(join(dirname(program), 'sub', '.crucible'))).toBe(false);
  expect(await localMetrics({ dir: join(dirname(program), '.crucible') }).read('e')).toHaveLength(1);
});
