import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { jsonlMetrics } from '../../src/metrics-store/adapters/jsonl/jsonl-metrics.ts';
import { localMetrics } from '../../src/metrics-store/adapters/local/local-metrics.ts';
import { memoryMetrics } from '../../src/metrics-store/adapters/memory/memory-metrics.ts';
import { openMetricsStore } from '../../src/metrics-store/adapters/open.ts';
import { batchingMetrics } from '../../src/metrics-store/batching-metrics.ts';
import { metricsStoreFrom } from '../../src/metrics-store/metrics-driver.ts';
import type { MetricPoint, MetricsStore } from '../../src/metrics-store/metrics-store.ts';
import { pointFromLine, pointToLine } from '../../src/metrics-store/point-line.ts';
import { TeeDriver } from '../../src/metrics-store/tee-metrics.ts';
import { metricsStoreConformance } from '../../src/testing/metrics-store-conformance.ts';

const dir = mkdtempSync(join(tmpdir(), 'crucible-conformance-'));
// One warning for each store that refuses a point is right, and unreadable here.
process.removeAllListeners('warning');
afterAll(() => rmSync(dir, { recursive: true }));

metricsStoreConformance({ name: 'memory', test, open: ({ clock }) => memoryMetrics({ clock }) });

metricsStoreConformance({
  name: 'jsonl',
  test,
  persistent: true,
  open: ({ place, clock }) => jsonlMetrics({ path: join(dir, place, 'metrics.jsonl'), clock }),
});

metricsStoreConformance({
  name: 'jsonl by name',
  test,
  persistent: true,
  open: ({ place, clock }) => openMetricsStore({ adapter: 'jsonl', path: join(dir, place), clock }),
});

metricsStoreConformance({
  name: 'local',
  test,
  persistent: true,
  open: ({ place, clock }) => openMetricsStore({ adapter: 'local', dir: join(dir, place), clock }),
});

metricsStoreConformance({
  name: 'tee',
  test,
  persistent: true,
  open: ({ place, clock }) =>
    metricsStoreFrom(new TeeDriver([localMetrics({ dir: join(dir, place) }), memoryMetrics()]), { clock }),
});

metricsStoreConformance({
  name: 'batching',
  test,
  persistent: true,
  open: ({ place, clock }) =>
    batchingMetrics(jsonlMetrics({ path: join(dir, place, 'metrics.jsonl') }), { maxPoints: 7, clock }),
  skip: [
    {
      law: "two stores on one place keep each other's points and each its own order",
      reason: 'what waits in the other is not in the file yet',
    },
  ],
});

metricsStoreConformance({
  name: 'batching in front of a slow store',
  test,
  open: ({ place, clock }) => batchingMetrics(tableMetrics({ table: place, clock }), { maxPoints: 7, clock }),
});

// Adapters such as a user writes: a list of objects,
function listMetrics({ clock }: { clock: Clock }): MetricsStore {
  const points: MetricPoint[] = [];
  return metricsStoreFrom(
    {
      name: 'list',
      append(point) {
        points.push(point);
      },
      scan: (runId) => structuredClone(points.filter((point) => point.run_id === runId)),
    },
    { clock },
  );
}

// and a table of text that answers later, as a database does.
const tables = new Map<string, string[]>();
function tableMetrics({ table, clock }: { table: string; clock: Clock }): MetricsStore {
  const rows = tables.get(table) ?? [];
  tables.set(table, rows);
  return metricsStoreFrom(
    {
      name: `table ${table}`,
      async append(point) {
        const row = pointToLine(point);
        await new Promise(setImmediate);
        rows.push(row);
      },
      scan: (runId) => [...rows].map((row) => pointFromLine(row)!).filter((point) => point.run_id === runId),
    },
    { clock },
  );
}

metricsStoreConformance({ name: "a user's list", test, open: ({ clock }) => listMetrics({ clock }) });

metricsStoreConformance({
  name: "a user's table",
  test,
  persistent: true,
  open: ({ place, clock }) => openMetricsStore({ adapter: tableMetrics, table: place, clock }),
});

function declared(options: { persistent?: boolean; skip?: { law: string; reason: string }[] }) {
  const names: string[] = [];
  const skipped: string[] = [];
  const runs: (() => Promise<void>)[] = [];
  const declare = (name: string, run: () => Promise<void>) => {
    names.push(name);
    runs.push(run);
  };
  const fakeTest = Object.assign(declare, { skip: (name: string) => void skipped.push(name) });
  metricsStoreConformance({ name: 'x', test: fakeTest, open: ({ clock }) => memoryMetrics({ clock }), ...options });
  return { names, skipped, runs };
}

test('a store that is not persistent is not held to the laws about persistence', () => {
  const all = declared({ persistent: true }).names;
  const some = declared({}).names;
  expect(some.length).toBeLessThan(all.length);
  expect(all.filter((name) => !some.includes(name)).every((name) => /outlive|two stores/.test(name))).toBe(true);
});

test('a skipped law is declared as skipped, with its reason', () => {
  const law = 'a run without points reads as empty';
  const { names, skipped } = declared({ skip: [{ law, reason: 'the server makes one up' }] });
  expect(skipped).toEqual([`x: ${law} (skipped: the server makes one up)`]);
  expect(names).not.toContain(`x: ${law}`);
});

test('skipping a law that does not exist is an error', () => {
  expect(() => declared({ skip: [{ law: 'no such law', reason: 'typing error' }] })).toThrow(/no such law/);
});

test('no declared test takes an argument, which jest would read as a callback to wait for', () => {
  expect(declared({ persistent: true }).runs.map((run) => run.length)).toEqual(
    declared({ persistent: true }).runs.map(() => 0),
  );
});

test('stores that break a law fail its test', async () => {
  const defects: Record<string, (store: MetricsStore) => Partial<MetricsStore>> = {
    'points come back in the order recorded': (store) => ({
      read: async (runId, filter) => (await store.read(runId, filter)).sort((a, b) => (a.step ?? 0) - (b.step ?? 0)),
    }),
    'runs do not see each other': (store) => ({ read: (_, filter) => store.read('run', filter) }),
    'every number is kept': (store) => ({ record: (run, name, value) => store.record(run, name, Number(value) + 0) }),
    'a refusal that nobody awaits': (store) => ({ record: async (run, name, value) => store.record(run, name, value) }),
    'after close recording is refused': (store) => ({ close: async () => void store }),
    'flush resolves with points': () => ({ flush: () => Promise.reject(new Error('nothing to flush')) }),
  };
  // The runner would count the one rejection that this test provokes on purpose.
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', () => {});
  try {
    for (const [law, defect] of Object.entries(defects)) {
      const runs = new Map<string, () => Promise<void>>();
      metricsStoreConformance({
        name: 'x',
        test: (name, run) => runs.set(name, run),
        open: ({ clock }) => {
          const store = memoryMetrics({ clock });
          const broken = defect(store);
          return new Proxy(store, {
            get: (target, key) => {
              const own: unknown = Reflect.get(key in broken ? broken : target, key, key in broken ? broken : target);
              return typeof own === 'function' && !(key in broken) ? own.bind(target) : own;
            },
          });
        },
      });
      const [, run] = [...runs].find(([name]) => name.startsWith(`x: ${law}`))!;
      await expect(run(), law).rejects.toThrow();
    }
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
});
