import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { memoryMetrics } from '../../../src/metrics-store/adapters/memory/memory-metrics.ts';
import { type MetricsStoreConfig, openMetricsStore } from '../../../src/metrics-store/adapters/open.ts';

const dir = mkdtempSync(join(tmpdir(), 'crucible-open-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('a store is opened by the name in a configuration file', async () => {
  const path = join(dir, 'runs', 'metrics.jsonl');
  const config = JSON.parse(JSON.stringify({ adapter: 'jsonl', path })) as MetricsStoreConfig;
  await using store = openMetricsStore(config);
  await store.record('run', 'loss', 1);
  expect(await openMetricsStore(config).read('run')).toEqual(await store.read('run'));
  await using memory = openMetricsStore({ adapter: 'memory' });
  await memory.record('run', 'loss', 1);
  expect(await memory.read('run')).toHaveLength(1);
});

test('opening touches nothing', () => {
  openMetricsStore({ adapter: 'jsonl', path: join(dir, 'untouched', 'metrics.jsonl') });
  expect(readdirSync(dir)).not.toContain('untouched');
});

test("a user's own adapter gets its options, without the key that chose it", () => {
  const seen: object[] = [];
  const mine = (options: { url: string; retries?: number }) => {
    seen.push(options);
    return memoryMetrics();
  };
  const store = openMetricsStore({ adapter: mine, url: 'http://localhost', retries: 3 });
  expect(seen).toEqual([{ url: 'http://localhost', retries: 3 }]);
  expect(store.rejects).toEqual({ torn: 0, damaged: 0, refused: 0 });
});

test.each(['jsnol', 'constructor', '', undefined, null, 7])(
  'an unknown adapter, %j, is an error that lists the known ones',
  (adapter) => {
    const open = () => openMetricsStore({ adapter } as unknown as MetricsStoreConfig);
    expect(open).toThrow(
      expect.objectContaining({ code: 'unknown_adapter', hint: expect.stringContaining('"jsonl", "local", "memory"') }),
    );
    expect(open).toThrow(JSON.stringify(adapter) ?? 'undefined');
  },
);

test.each([null, undefined, 5, 'jsonl', []])('what is no configuration, %j, is refused', (config) => {
  expect(() => openMetricsStore(config as unknown as MetricsStoreConfig)).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  );
});

test.each([undefined, '', 7, 'runs/'])('a path that names no file, %j, is an error at once', (path) => {
  const config = { adapter: 'jsonl', path } as MetricsStoreConfig;
  expect(() => openMetricsStore(config)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});

test('options of a known adapter and of a factory are checked by the compiler', () => {
  const mine = (_: { url: string }) => memoryMetrics();
  // @ts-expect-error the path is missing
  expect(() => openMetricsStore({ adapter: 'jsonl' })).toThrow();
  // @ts-expect-error no such name
  expect(() => openMetricsStore({ adapter: 'sqlite' })).toThrow();
  // @ts-expect-error the url is missing
  openMetricsStore({ adapter: mine });
});
