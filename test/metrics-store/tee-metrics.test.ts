import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { jsonlMetrics } from '../../src/metrics-store/adapters/jsonl/jsonl-metrics.ts';
import { memoryMetrics } from '../../src/metrics-store/adapters/memory/memory-metrics.ts';
import { metricsStoreFrom } from '../../src/metrics-store/metrics-driver.ts';
import { teeMetrics } from '../../src/metrics-store/tee-metrics.ts';

const dir = mkdtempSync(join(tmpdir(), 'crucible-tee-'));
afterAll(() => rmSync(dir, { recursive: true }));
// One warning for each store that refuses a point is right, and unreadable here.
process.removeAllListeners('warning');

writeFileSync(join(dir, 'file'), '');
const unwritable = () => jsonlMetrics({ path: join(dir, 'file', 'metrics.jsonl') });

test('every store keeps the same points, with the same timestamps', async () => {
  const stores = [memoryMetrics(), jsonlMetrics({ path: join(dir, 'same.jsonl') }), memoryMetrics()] as const;
  await using tee = teeMetrics(...stores);
  await tee.record('run', 'loss', Number.NaN, { step: 1, metadata: { big: 2n ** 64n, list: [1, { x: -0 }] } });
  await tee.record('run', 'loss', 2, { timestamp: '2026-01-01' });
  const points = await tee.read('run');
  expect(points).toHaveLength(2);
  for (const store of stores) expect(await store.read('run')).toEqual(points);
});

test.each([
  [0, 'store 1'],
  [1, 'store 2'],
  [2, 'store 3'],
])('what store %i refuses the others keep, and the error names it', async (place, name) => {
  const stores = [memoryMetrics(), memoryMetrics(), memoryMetrics()];
  stores[place] = unwritable();
  const tee = teeMetrics(...(stores as [(typeof stores)[0]]));
  const error: unknown = await tee.record('run', 'loss', 1).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'path_unwritable',
    message: expect.stringMatching(new RegExp(`1 of 3 metrics stores failed, 2 kept the point; ${name}: .*ENOTDIR`)),
    cause: { code: 'path_unwritable' },
  });
  expect(tee.rejects.refused).toBe(1);
  for (const [i, store] of stores.entries()) if (i !== place) expect(await store.read('run')).toHaveLength(1);
  await tee.close();
});

test('when several fail the error names each', async () => {
  const tee = teeMetrics(unwritable(), memoryMetrics(), unwritable());
  await expect(tee.record('run', 'loss', 1)).rejects.toMatchObject({
    message: expect.stringMatching(/2 of 3 metrics stores failed, 1 kept the point; store 1: .*; store 3: /),
    cause: { errors: [{ code: 'path_unwritable' }, { code: 'path_unwritable' }] },
  });
});

test('what is no metric point reaches no store', async () => {
  const store = memoryMetrics();
  const tee = teeMetrics(store, unwritable());
  await expect(tee.record('', 'loss', 1)).rejects.toMatchObject({ code: 'invalid_argument' });
  expect([tee.rejects.refused, store.rejects.refused]).toEqual([1, 0]);
});

test('a store that throws instead of rejecting fails alone', async () => {
  const thrower = new Proxy(memoryMetrics(), {
    get: () => () => {
      throw new Error('at once');
    },
  });
  const store = memoryMetrics();
  const tee = teeMetrics(store, thrower);
  await expect(tee.record('run', 'loss', 1)).rejects.toThrow(/store 2: at once/);
  expect(await store.read('run')).toHaveLength(1);
});

test('reads and their rejects come from the first', async () => {
  const path = join(dir, 'damaged.jsonl');
  writeFileSync(path, 'no point\n');
  const [file, memory] = [jsonlMetrics({ path }), memoryMetrics()];
  await memory.record('run', 'loss', 1);
  const [fileFirst, memoryFirst] = [teeMetrics(file, memory), teeMetrics(memory, file)];
  expect([await fileFirst.read('run'), (await memoryFirst.read('run')).length]).toEqual([[], 1]);
  expect([fileFirst.rejects.damaged, memoryFirst.rejects.damaged]).toEqual([1, 0]);
});

test('a run is removed wherever it can be, if it can be in the first', async () => {
  const [memory, other, file] = [memoryMetrics(), memoryMetrics(), jsonlMetrics({ path: join(dir, 'kept.jsonl') })];
  const tee = teeMetrics(memory, file, other);
  await tee.record('run', 'loss', 1);
  await tee.remove!('run');
  expect(await Promise.all([memory, file, other].map(async (store) => (await store.read('run')).length))).toEqual([
    0, 1, 0,
  ]);
  expect(teeMetrics(file, memory).remove).toBeUndefined();
});

test('flush and close reach every store, whichever fails', async () => {
  const done: string[] = [];
  const store = (name: string, fails: boolean) =>
    metricsStoreFrom({
      name,
      append: () => undefined,
      scan: () => [],
      flush: async () => {
        done.push(`flush ${name}`);
        if (fails) throw new Error(`no disk for ${name}`);
      },
      close: async () => void done.push(`close ${name}`),
    });
  const tee = teeMetrics(store('a', true), store('b', false));
  await expect(tee.flush()).rejects.toThrow(/1 of 2 metrics stores failed, 1 flushed; store 1: no disk for a/);
  expect(done).toEqual(['flush a', 'flush b']);
  await expect(tee.close()).rejects.toThrow(/store 1: no disk for a/);
  expect(done.slice(2).sort()).toEqual(['close a', 'close b', 'flush a', 'flush a', 'flush b', 'flush b']);
});

test('what is no metrics store is an error at once that says which', () => {
  expect(() => teeMetrics(memoryMetrics(), {} as never)).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      message: expect.stringContaining('Store 2 of teeMetrics is {}'),
    }),
  );
  expect(() => teeMetrics('runs.jsonl' as never)).toThrow(/Store 1 of teeMetrics is "runs.jsonl"/);
});
