import { spawnSync } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { METRICS_STORE_LAWS } from '../../src/testing/metrics-store-laws.ts';
import { Sandbox } from '../sandbox.ts';

const sandbox = new Sandbox(process.cwd(), ['core', 'engine', 'record', 'metrics-store', 'testing']);
afterAll(() => sandbox.remove());

test("the conformance suite runs under node's own test runner", () => {
  const law = 'a run without points reads as empty';
  const body = `
    import test from 'node:test';
    import { metricsStoreConformance } from '${sandbox.url('testing/metrics-store-conformance.ts')}';
    import { memoryMetrics } from '${sandbox.url('metrics-store/adapters/memory/memory-metrics.ts')}';
    const skip = [{ law: ${JSON.stringify(law)}, reason: 'to see it skipped' }];
    metricsStoreConformance({ name: 'memory', test, skip, open: ({ clock }) => memoryMetrics({ clock }) });
    metricsStoreConformance({ name: 'forgetful', test, open: ({ clock }) => ({ ...memoryMetrics({ clock }), record: async () => {} }) });`;
  const env = { ...process.env, NODE_TEST_CONTEXT: '', NODE_NO_WARNINGS: '1' };
  const args = ['--test-reporter=tap', '--input-type=module', '-e', body];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  const lines = stdout.split('\n');
  const laws = METRICS_STORE_LAWS.filter((each) => !each.persistent).length;
  expect(lines.filter((line) => /^ok \d+ - memory: /.test(line))).toHaveLength(laws);
  expect(lines.filter((line) => line.includes('# SKIP')).map((line) => line.replace(/^ok \d+ - /, ''))).toEqual([
    `memory: ${law} (skipped: to see it skipped) # SKIP`,
  ]);
  expect(lines.filter((line) => /^not ok \d+ - forgetful: /.test(line)).length).toBeGreaterThan(10);
  expect(status).toBe(1);
});
