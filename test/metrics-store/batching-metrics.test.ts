import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { memoryMetrics } from '../../src/metrics-store/adapters/memory/memory-metrics.ts';
import { batchingMetrics } from '../../src/metrics-store/batching-metrics.ts';
import { metricsStoreFrom } from '../../src/metrics-store/metrics-driver.ts';
import type { MetricPoint, MetricsStore } from '../../src/metrics-store/metrics-store.ts';
import { Sandbox } from '../sandbox.ts';

const sandbox = new Sandbox(process.cwd(), ['core', 'engine', 'record', 'metrics-store']);
const dir = mkdtempSync(join(tmpdir(), 'crucible-batching-'));
afterAll(() => {
  sandbox.remove();
  rmSync(dir, { recursive: true });
});
// One warning for points that are refused later is right, and unreadable here.
process.removeAllListeners('warning');

const valuesOf = (points: readonly MetricPoint[]) => points.map((point) => point.value);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A store that answers when it is told to, or refuses. */
function slowStore(): { store: MetricsStore; taken: number[]; answer(error?: Error): Promise<void> } {
  const taken: number[] = [];
  let answers: ((error?: Error) => void)[] = [];
  const store = metricsStoreFrom({
    name: 'slow',
    append: (point) => {
      taken.push(point.value);
      return new Promise((resolve, reject) => {
        answers.push((error) => (error ? reject(error) : resolve()));
      });
    },
    scan: () => [],
  });
  return {
    store,
    taken,
    async answer(error) {
      const due = answers;
      answers = [];
      for (const each of due) each(error);
      await new Promise(setImmediate);
    },
  };
}

test('points wait until there are enough of them, and are handed over in order', async () => {
  const store = memoryMetrics();
  const batching = batchingMetrics(store, { maxPoints: 3, maxDelayMs: 1e6 });
  const held: number[] = [];
  for (const value of upTo(8)) {
    await batching.record('run', 'loss', value);
    held.push((await store.read('run')).length);
  }
  expect(held).toEqual([0, 0, 3, 3, 3, 6, 6, 6]);
  expect(valuesOf(await store.read('run'))).toEqual(upTo(6));
  await batching.close();
  expect(valuesOf(await store.read('run'))).toEqual(upTo(8));
});

test('points wait no longer than the delay', async () => {
  vi.useFakeTimers();
  try {
    const store = memoryMetrics();
    const batching = batchingMetrics(store, { maxDelayMs: 200 });
    await batching.record('run', 'loss', 0);
    await vi.advanceTimersByTimeAsync(150);
    await batching.record('run', 'loss', 1);
    expect(await store.read('run')).toEqual([]);
    await vi.advanceTimersByTimeAsync(50);
    expect(valuesOf(await store.read('run'))).toEqual([0, 1]);
    await batching.record('run', 'loss', 2);
    await vi.advanceTimersByTimeAsync(199);
    expect(await store.read('run')).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await store.read('run')).toHaveLength(3);
    await batching.close();
  } finally {
    vi.useRealTimers();
  }
});

test.each<[string, (store: MetricsStore) => Promise<unknown>]>([
  ['flush', (store) => store.flush()],
  ['flush of another run', (store) => store.flush('other')],
  ['read', (store) => store.read('run')],
  ['scan', async (store) => store.scan('run')[Symbol.asyncIterator]().next()],
  ['remove', (store) => store.remove!('other')],
  ['close', (store) => store.close()],
])('%s hands over what waits', async (_, act) => {
  const store = memoryMetrics();
  const batching = batchingMetrics(store, { maxDelayMs: 1e6 });
  for (const value of upTo(5)) await batching.record('run', 'loss', value);
  await act(batching);
  expect(valuesOf(await store.read('run'))).toEqual(upTo(5));
  await batching.close();
});

test('a point keeps the time of its record, not of the handing over', async () => {
  let micros = 1_767_225_600_000_000;
  const store = memoryMetrics();
  const batching = batchingMetrics(store, { clock: { nowMicros: () => micros } });
  await batching.record('run', 'loss', 1);
  micros += 5e6;
  await batching.close();
  expect((await store.read('run'))[0]?.timestamp).toBe('2026-01-01T00:00:00.000000Z');
});

test('the record that fills a batch waits for the store, so that a slow one is not overrun', async () => {
  const { store, taken, answer } = slowStore();
  const batching = batchingMetrics(store, { maxPoints: 2, maxDelayMs: 1e6 });
  await batching.record('run', 'loss', 0);
  let full = false;
  const filling = batching.record('run', 'loss', 1).then(() => {
    full = true;
  });
  await new Promise(setImmediate);
  expect([taken, full]).toEqual([[0, 1], false]);
  await answer();
  await filling;
  expect(full).toBe(true);
});

test('flush waits for batches under way', async () => {
  const { store, answer } = slowStore();
  const batching = batchingMetrics(store, { maxPoints: 1 });
  void batching.record('run', 'loss', 0);
  let flushed = false;
  const flushing = batching.flush().then(() => {
    flushed = true;
  });
  await new Promise(setImmediate);
  expect(flushed).toBe(false);
  await answer();
  await flushing;
});

test('what the store refuses later is counted and told of once, by the next flush', async () => {
  const { store, answer } = slowStore();
  const batching = batchingMetrics(store, { maxDelayMs: 1e6 });
  for (const value of upTo(3)) await batching.record('run', 'loss', value);
  expect(batching.rejects.refused).toBe(0);
  const flushing = batching.flush();
  flushing.catch(() => undefined);
  await new Promise(setImmediate);
  await answer(new Error('quota'));
  await expect(flushing).rejects.toMatchObject({
    code: 'path_unwritable',
    message: expect.stringContaining('3 metric point(s) recorded since the last flush were refused, the first: quota'),
  });
  expect(batching.rejects.refused).toBe(3);
  await batching.flush();
  await expect(batching.record('run', '', 1)).rejects.toMatchObject({ code: 'invalid_argument' });
  expect(batching.rejects.refused).toBe(4);
});

test('it can remove a run only if the store can', () => {
  expect(batchingMetrics(memoryMetrics()).remove).toBeTypeOf('function');
  expect(batchingMetrics(slowStore().store).remove).toBeUndefined();
});

const killed = (signal: NodeJS.Signals) =>
  `process.kill(process.pid, '${signal}'); await new Promise((done) => setTimeout(done, 1e4));`;
const endings: Record<string, { body: string; status: number | null; signal?: NodeJS.Signals }> = {
  'runs to its end': { body: '', status: 0 },
  'calls process.exit': { body: 'process.exit(3);', status: 3 },
  throws: { body: "throw new Error('crash');", status: 1 },
  'leaves a promise rejected': {
    body: "Promise.reject(new Error('crash')); await new Promise(setImmediate);",
    status: 1,
  },
  'is told to end': { body: killed('SIGTERM'), status: null, signal: 'SIGTERM' },
  'is interrupted': { body: killed('SIGINT'), status: null, signal: 'SIGINT' },
};

test.each(Object.entries(endings))(
  'a process that %s loses nothing, and ends as it would have',
  (name, { body, status, signal = null }) => {
    const path = join(dir, `${name.replaceAll(' ', '-')}.jsonl`);
    const program = `
    import { batchingMetrics } from '${sandbox.url('metrics-store/batching-metrics.ts')}';
    import { jsonlMetrics } from '${sandbox.url('metrics-store/adapters/jsonl/jsonl-metrics.ts')}';
    const stores = Array.from({ length: 12 }, () => batchingMetrics(jsonlMetrics({ path: ${JSON.stringify(path)} }), { maxDelayMs: 1e6 }));
    for (const [n, store] of stores.entries()) for (let i = 0; i < 5; i++) await store.record('run_' + n, 'loss', i);
    ${body}`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect([child.status, child.signal]).toEqual([status, signal]);
    expect(child.stderr).not.toContain('MaxListeners');
    const values = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as MetricPoint).value);
    expect(values).toEqual(Array.from({ length: 12 }, () => upTo(5)).flat());
  },
);

test('a process whose event loop runs empty waits for a store that answers later', () => {
  const program = `
    import { batchingMetrics } from '${sandbox.url('metrics-store/batching-metrics.ts')}';
    import { metricsStoreFrom } from '${sandbox.url('metrics-store/metrics-driver.ts')}';
    const kept = [];
    const append = (point) => new Promise((resolve) => setTimeout(() => { kept.push(point.value); resolve(); }, 20));
    const store = batchingMetrics(metricsStoreFrom({ name: 'slow', append, scan: () => [] }), { maxDelayMs: 1e6 });
    for (let i = 0; i < 5; i++) await store.record('run', 'loss', i);
    process.on('exit', () => process.stdout.write(JSON.stringify(kept)));`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(child.stdout).toBe('[0,1,2,3,4]');
});

test('no listener stays behind once nothing waits', async () => {
  const listeners = () => ['beforeExit', 'SIGTERM', 'SIGINT'].map((event) => process.listenerCount(event));
  const before = listeners();
  const batching = batchingMetrics(memoryMetrics());
  await batching.record('run', 'loss', 1);
  expect(listeners()).not.toEqual(before);
  await batching.flush();
  expect(listeners()).toEqual(before);
});

test.each([
  { maxPoints: 0 },
  { maxPoints: 1.5 },
  { maxDelayMs: -1 },
  { maxDelayMs: Number.NaN },
  { maxDelay: 5 },
  { maxDelayMs: 2 ** 31 },
])('options that cannot be meant, %j, are an error at once', (options) => {
  expect(() => batchingMetrics(memoryMetrics(), options)).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  );
});

test('what is no metrics store is an error at once', () => {
  expect(() => batchingMetrics({ path: 'x' } as never)).toThrow(/The store of batchingMetrics is \{"path":"x"\}/);
});
