import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type LocalMetricsOptions, localMetrics } from '../../../../src/metrics-store/adapters/local/local-metrics.ts';

const root = mkdtempSync(join(tmpdir(), 'crucible-local-metrics-'));
afterAll(() => rmSync(root, { recursive: true }));
// One warning for each damaged file is right, and unreadable here.
process.removeAllListeners('warning');

let folders = 0;
const newDir = () => join(root, `${folders++}`);
const valuesOf = (points: readonly { value: number }[]) => points.map((point) => point.value);

/** The files below a folder, with `<writer>` for the name of the one who wrote. */
const listing = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .map((path) => path.replace(/w[0-9a-f]{16}/, '<writer>'))
    .sort();

/** A file as another process would have left it. */
function leave(folder: string, writer: string, points: readonly [value: number, second: number][]): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${writer}-00000000.jsonl`);
  for (const [value, second] of points) {
    const timestamp = `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000Z`;
    appendFileSync(
      path,
      `{"run_id":"run","metric":"loss","value":${value},"step":null,"timestamp":"${timestamp}","metadata":{}}\n`,
    );
  }
  return path;
}

test('points of an experiment lie beside its events, those of any other run in a folder of its own', async () => {
  const dir = newDir();
  mkdirSync(join(dir, 'experiments', 'exp-20261123T101530-3fa9c1d2e0'), { recursive: true });
  await using store = localMetrics({ dir });
  for (const run of ['exp-20261123T101530-3fa9c1d2e0', 'run_123']) await store.record(run, 'loss', 1);
  expect(listing(dir)).toEqual([
    'experiments/exp-20261123T101530-3fa9c1d2e0/metrics/<writer>-00000000.jsonl',
    'runs/run_123/metrics/<writer>-00000000.jsonl',
  ]);
  const [file] = readdirSync(join(dir, 'runs/run_123/metrics'));
  expect(readFileSync(join(dir, 'runs/run_123/metrics', file!), 'utf8')).toMatch(
    /^\{"run_id":"run_123","metric":"loss","value":1,"step":null,"timestamp":"[^"]+","metadata":\{\}\}\n$/,
  );
});

test('a run whose name is that of no possible experiment never leaves its folder', async () => {
  const dir = newDir();
  mkdirSync(join(dir, 'experiments', 'exp'), { recursive: true });
  mkdirSync(join(dir, 'outside'));
  await using store = localMetrics({ dir });
  for (const run of ['../outside', '..', '.', 'exp/', 'exp/../../outside']) await store.record(run, 'loss', 1);
  expect(listing(dir).every((path) => /^runs\/[^/]+\/metrics\/<writer>-00000000.jsonl$/.test(path))).toBe(true);
  expect(listing(dir)).toHaveLength(5);
});

test('points recorded before their experiment began are read with those after', async () => {
  const dir = newDir();
  await localMetrics({ dir }).record('exp', 'loss', 1);
  mkdirSync(join(dir, 'experiments', 'exp'), { recursive: true });
  await using store = localMetrics({ dir });
  await store.record('exp', 'loss', 2);
  expect(valuesOf(await store.read('exp'))).toEqual([1, 2]);
  expect(listing(dir)).toHaveLength(2);
});

test('an experiment that was deleted does not come back to life by a point', async () => {
  const dir = newDir();
  const experiment = join(dir, 'experiments', 'exp');
  mkdirSync(experiment, { recursive: true });
  await using store = localMetrics({ dir });
  await store.record('exp', 'loss', 1);
  rmSync(experiment, { recursive: true });
  await store.record('exp', 'loss', 2);
  expect(existsSync(experiment)).toBe(false);
  expect(valuesOf(await store.read('exp'))).toEqual([2]);
});

test('files of several writers are one run: each in its order, across them by timestamp', async () => {
  const dir = newDir();
  const folder = join(dir, 'runs', 'run', 'metrics');
  leave(folder, 'wb', [
    [1, 10],
    [2, 5],
    [3, 40],
  ]);
  leave(folder, 'wa', [
    [4, 10],
    [5, 20],
    [6, 50],
  ]);
  leave(folder, 'wc', [[7, 30]]);
  await using store = localMetrics({ dir });
  // wa begins at the same second as wb and comes first by name; wb's own second 5 stays behind its second 10.
  expect(valuesOf(await store.read('run'))).toEqual([4, 1, 2, 5, 7, 3, 6]);
});

test('unfinished and damaged lines of any file are skipped and counted, and so are points of other runs', async () => {
  const dir = newDir();
  const folder = join(dir, 'runs', 'run', 'metrics');
  const torn = leave(folder, 'wa', [[1, 1]]);
  appendFileSync(torn, '{"run_id":"run","met');
  const damaged = leave(folder, 'wb', [[2, 2]]);
  appendFileSync(damaged, 'no point\n{"run_id":"run"}\n');
  const both = leave(folder, 'wc', [[3, 3]]);
  appendFileSync(both, readFileSync(both, 'utf8').replace('"run"', '"other"'));
  appendFileSync(both, '\xff\n{');
  writeFileSync(join(folder, 'notes.txt'), 'not ours');
  await using store = localMetrics({ dir });
  expect(valuesOf(await store.read('run'))).toEqual([1, 2, 3]);
  expect(store.rejects).toEqual({ torn: 2, damaged: 3, refused: 0 });
});

test('a scan that is left early leaves no file open', async () => {
  const dir = newDir();
  const folder = join(dir, 'runs', 'run', 'metrics');
  for (const writer of ['wa', 'wb', 'wc'])
    leave(folder, writer, [
      [1, 1],
      [2, 2],
    ]);
  const files = () =>
    process.platform === 'linux' ? readdirSync('/proc/self/fd').length : process.getActiveResourcesInfo().length;
  await using store = localMetrics({ dir });
  const before = files();
  for (let i = 0; i < 20; i++) for await (const _ of store.scan('run')) break;
  expect(files() - before).toBeLessThan(10);
});

test('more runs than a process may have files open are all kept, each in its order', async () => {
  const dir = newDir();
  await using store = localMetrics({ dir });
  const runs = Array.from({ length: 200 }, (_, i) => `run_${i}`);
  for (const value of [0, 1, 2]) for (const run of runs) await store.record(run, 'loss', value);
  await store.flush();
  for (const run of runs) expect(valuesOf(await store.read(run))).toEqual([0, 1, 2]);
  expect(listing(dir)).toHaveLength(200);
});

test('removing a run removes what every writer recorded, and only that', async () => {
  const dir = newDir();
  mkdirSync(join(dir, 'experiments', 'exp', 'events'), { recursive: true });
  const store = localMetrics({ dir });
  for (const run of ['exp', 'run', 'run_1']) await store.record(run, 'loss', 1);
  leave(join(dir, 'runs', 'run', 'metrics'), 'wz', [[2, 1]]);
  for (const run of ['exp', 'run', 'nobody']) await store.remove!(run);
  expect(listing(dir)).toEqual(['runs/run_1/metrics/<writer>-00000000.jsonl']);
  expect(existsSync(join(dir, 'experiments', 'exp', 'events'))).toBe(true);
  await store.record('run', 'loss', 3);
  expect(valuesOf(await store.read('run'))).toEqual([3]);
  await store.close();
});

test('opening and reading touch nothing', async () => {
  const dir = newDir();
  await using store = localMetrics({ dir });
  expect(await store.read('run')).toEqual([]);
  await store.flush();
  expect(existsSync(dir)).toBe(false);
});

test('a folder that cannot be one is an error with the reason, for writing and for reading', async () => {
  const dir = newDir();
  mkdirSync(join(dir, 'runs'), { recursive: true });
  writeFileSync(join(dir, 'runs', 'run'), 'in the way');
  await using store = localMetrics({ dir });
  await expect(store.record('run', 'loss', 1)).rejects.toMatchObject({
    code: 'path_unwritable',
    message: expect.stringContaining(join(dir, 'runs', 'run')),
  });
  await expect(store.read('run')).rejects.toMatchObject({ code: 'path_unreadable' });
});

test.each([undefined, '', 7])('a dir that names no folder, %j, is an error at once', (dir) => {
  expect(() => localMetrics({ dir } as LocalMetricsOptions)).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  );
});

test('a misspelt option is an error at once', () => {
  expect(() => localMetrics({ path: 'x' } as never)).toThrow(/no option "path"/);
});
