import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { jsonlMetrics } from '../../../../src/metrics-store/adapters/jsonl/jsonl-metrics.ts';

const GOLDEN = join(import.meta.dirname, '../../../golden/metrics-points.jsonl');

const dir = mkdtempSync(join(tmpdir(), 'crucible-jsonl-'));
afterAll(() => rmSync(dir, { recursive: true }));

let files = 0;
const newPath = () => join(dir, `${files++}`, 'metrics.jsonl');
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n');
const line = (run: string, value: number | string) =>
  `{"run_id":"${run}","metric":"loss","value":${value},"step":1,"timestamp":"2026-01-01T00:00:00.000000Z","metadata":{}}\n`;

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
}

async function recordGoldenPoints(path: string): Promise<void> {
  let micros = Date.UTC(2026, 10, 23, 10, 15, 30, 123) * 1000 + 456;
  await using store = jsonlMetrics({ path, clock: { nowMicros: () => micros++ } });
  await store.record('run_123', 'loss', 2.5, { step: 0, metadata: { epoch: 1 } });
  await store.record('run_123', 'loss', 1e-7, {
    step: 1,
    metadata: { epoch: 1, split: 'train', nested: { list: [1, null] } },
  });
  await store.record('run_123', 'accuracy', 1);
  await store.record('run_456', 'loss', Number.NaN, { step: 1.5 });
  await store.record('run_456', 'loss', Number.POSITIVE_INFINITY, { step: -2 });
  await store.record('run_456', 'loss', Number.NEGATIVE_INFINITY, {
    step: 1e21,
    timestamp: '2026-01-31T12:00:00+01:00',
  });
  await store.record('run_456', 'loss', -0);
  await store.record('run_456', 'zażółć "loss"\n', 9_007_199_254_740_991n, {
    metadata: {
      nan: Number.NaN,
      big: 2n ** 53n + 1n,
      date: new Date(0),
      fn: recordGoldenPoints,
      lookalike: { $number: 'NaN' },
    },
  });
}

test('the bytes of the file are those of the golden file', async () => {
  const path = newPath();
  await recordGoldenPoints(path);
  expect(readFileSync(path, 'utf8')).toBe(readFileSync(GOLDEN, 'utf8'));
});

test('every line of the golden file is plain JSON with the six keys in order', () => {
  for (const text of linesOf(GOLDEN).slice(0, -1)) {
    expect(Object.keys(JSON.parse(text))).toEqual(['run_id', 'metric', 'value', 'step', 'timestamp', 'metadata']);
  }
});

test('the golden file reads back as what was recorded', async () => {
  const store = jsonlMetrics({ path: GOLDEN });
  expect((await store.read('run_123')).map((point) => [point.metric, point.value, point.step])).toEqual([
    ['loss', 2.5, 0],
    ['loss', 1e-7, 1],
    ['accuracy', 1, null],
  ]);
  const other = await store.read('run_456');
  expect(other.map((point) => point.value)).toEqual([Number.NaN, Infinity, -Infinity, -0, Number.MAX_SAFE_INTEGER]);
  expect(other.map((point) => point.timestamp)[2]).toBe('2026-01-31T11:00:00.000000Z');
  expect(other.at(-1)?.metadata).toEqual({
    nan: Number.NaN,
    big: 2n ** 53n + 1n,
    date: '1970-01-01T00:00:00.000Z',
    fn: '[Function: recordGoldenPoints]',
    lookalike: { $number: 'NaN' },
  });
  expect(store.rejects).toEqual({ torn: 0, damaged: 0, refused: 0 });
});

test('reading, flushing and closing create nothing; the first record creates the folder and the file', async () => {
  const path = join(newPath(), 'deeper', 'metrics.jsonl');
  const store = jsonlMetrics({ path });
  expect(await store.read('run')).toEqual([]);
  await store.flush();
  await expect(store.record('run', '', 1)).rejects.toThrow();
  await jsonlMetrics({ path }).close();
  expect(existsSync(join(path, '..'))).toBe(false);
  await store.record('run', 'loss', 1);
  expect(existsSync(path)).toBe(true);
  await store.close();
});

test('a line is in the file when record resolves, without flush or close', async () => {
  const path = newPath();
  const store = jsonlMetrics({ path });
  for (let i = 1; i <= 3; i++) {
    await store.record('run', 'loss', i);
    expect(linesOf(path)).toHaveLength(i + 1);
  }
  await store.close();
});

test('a relative path stays where it pointed at first', async () => {
  const path = newPath();
  mkdirSync(join(path, '..'), { recursive: true });
  const before = process.cwd();
  // Vitest's forks may change folder; threads may not.
  process.chdir(join(path, '..'));
  const store = jsonlMetrics({ path: 'metrics.jsonl' });
  process.chdir(before);
  await store.record('run', 'loss', 1);
  await store.close();
  expect(linesOf(path)).toHaveLength(2);
});

test('damaged lines and a torn tail are skipped, counted, and warned of once per file', async () => {
  const path = newPath();
  const bad = [
    'not json',
    '{}',
    'null',
    '[]',
    '7',
    '{"run_id":"run"',
    line('run', 'null').trim(),
    line('run', '"high"').trim(),
  ];
  bad.push(line('run', 1).replace('"step":1', '"step":"one"').trim());
  bad.push(line('run', 1).replace('2026-01-01T00', '2026-99-01T00').trim());
  bad.push(line('run', 1).replace('"metadata":{}', '"metadata":[]').trim());
  bad.push('\u0000'.repeat(100));
  write(path, `${line('run', 1)}${bad.join('\n')}\n\n  \n${line('run', 2)}{"run_id":"run","metric":"lo`);
  const warnings: Error[] = [];
  const listener = (warning: Error) => void warnings.push(warning);
  process.on('warning', listener);
  const store = jsonlMetrics({ path });
  for (let i = 0; i < 2; i++) {
    expect((await store.read('run')).map((point) => point.value)).toEqual([1, 2]);
    expect(store.rejects).toEqual({ torn: 1, damaged: bad.length, refused: 0 });
  }
  await tick();
  process.off('warning', listener);
  const mine = warnings.filter((warning) => warning.message.includes(path));
  expect(mine.map((warning) => warning.message)).toEqual([
    expect.stringMatching(/skipped 12 damaged and 1 unfinished line\(s\), the first of them line 2\b/),
  ]);
});

test('a line that is not UTF-8 is damaged, rather than read with a changed name', async () => {
  const path = newPath();
  const bytes = Buffer.from(line('run?', 1));
  bytes[bytes.indexOf('?')] = 0xff;
  write(path, Buffer.concat([bytes, Buffer.from(line('run\ufffd', 2))]));
  const store = jsonlMetrics({ path });
  expect((await store.read('run\ufffd')).map((point) => point.value)).toEqual([2]);
  expect(store.rejects.damaged).toBe(1);
});

test('a record after a torn tail begins a line of its own, also when the tail appears while the file is open', async () => {
  const path = newPath();
  write(path, '{"run_id":"run","met');
  await using store = jsonlMetrics({ path });
  await store.record('run', 'loss', 1);
  await store.record('run', 'loss', 2);
  appendFileSync(path, line('run', 3));
  await store.record('run', 'loss', 4);
  appendFileSync(path, line('run', 5).slice(0, 30));
  await store.record('run', 'loss', 6);
  await store.record('run', 'loss', 7);
  expect((await store.read('run')).map((point) => point.value)).toEqual([1, 2, 3, 4, 6, 7]);
  expect(store.rejects).toEqual({ torn: 0, damaged: 2, refused: 0 });
  expect(linesOf(path)).toHaveLength(9);
});

test('lines of other writers are read: other key orders, spacing, line ends, spellings of time', async () => {
  const path = newPath();
  write(
    path,
    [
      '{"value": 1, "metric": "loss", "run_id": "run", "timestamp": "2025-12-28T10:00:00+00:00", "step": 3, "extra": true}\r',
      '{"run_id":"run","metric":"loss","value":2,"timestamp":"2025-12-28T10:00:00.5Z","metadata":null}\r',
      '{"run_id":"run","metric":"loss","value":3,"timestamp":"2025-12-28T10:00:00.123456Z","step":null}',
    ].join('\n'),
  );
  const store = jsonlMetrics({ path });
  const common = { run_id: 'run', metric: 'loss', metadata: {} };
  expect(await store.read('run')).toEqual([
    { ...common, value: 1, step: 3, timestamp: '2025-12-28T10:00:00.000000Z' },
    { ...common, value: 2, step: null, timestamp: '2025-12-28T10:00:00.500000Z' },
    { ...common, value: 3, step: null, timestamp: '2025-12-28T10:00:00.123456Z' },
  ]);
  expect(store.rejects).toEqual({ torn: 0, damaged: 0, refused: 0 });
});

test('lines longer than a chunk of reading, and characters across its edge, are read whole', async () => {
  const path = newPath();
  await using store = jsonlMetrics({ path });
  const texts = [0, 1, 2, 3].map((shift) => 'x'.repeat(shift) + '👩‍🔬ż'.repeat(60_000));
  for (const text of texts) await store.record('run', 'loss', 1, { metadata: { text } });
  expect((await store.read('run')).map((point) => point.metadata.text)).toEqual(texts);
});

test('lines too long to be points are skipped, whole or not, and what follows is read', async () => {
  const path = newPath();
  const text = 'x'.repeat(65 * 1024 * 1024);
  write(path, line('run', 1));
  appendFileSync(path, line('run', 2).replace('{}', `{"text":"${text}"}`));
  appendFileSync(path, line('run', 3));
  appendFileSync(path, text);
  await using store = jsonlMetrics({ path });
  expect((await store.read('run')).map((point) => point.value)).toEqual([1, 3]);
  expect(store.rejects).toEqual({ torn: 1, damaged: 1, refused: 0 });
  await store.record('run', 'loss', 4);
  expect((await store.read('run')).map((point) => point.value)).toEqual([1, 3, 4]);
  expect(store.rejects).toEqual({ torn: 0, damaged: 2, refused: 0 });
  rmSync(path);
});

test('a point that would make a line too long to be read is refused', async () => {
  const path = newPath();
  await using store = jsonlMetrics({ path });
  const text = 'x'.repeat(1_000_000);
  const metadata = Object.fromEntries(Array.from({ length: 68 }, (_, i) => [`k${i}`, text]));
  await expect(store.record('run', 'loss', 1, { metadata })).rejects.toMatchObject({ code: 'invalid_argument' });
  await store.record('run', 'loss', 2);
  expect((await store.read('run')).map((point) => point.value)).toEqual([2]);
});

test('after the file was deleted, points go into a new one', async () => {
  const path = newPath();
  await using store = jsonlMetrics({ path });
  await store.record('run', 'loss', 1);
  rmSync(join(path, '..'), { recursive: true });
  await store.flush();
  await store.record('run', 'loss', 2);
  expect((await store.read('run')).map((point) => point.value)).toEqual([2]);
});

test('a closed store reads what others append later', async () => {
  const path = newPath();
  const closed = jsonlMetrics({ path });
  await closed.close();
  await using other = jsonlMetrics({ path });
  await other.record('run', 'loss', 1);
  expect(await closed.read('run')).toHaveLength(1);
});

test('a path that is a folder is an error with the reason, for writing and for reading', async () => {
  const store = jsonlMetrics({ path: dir });
  await expect(store.record('run', 'loss', 1)).rejects.toMatchObject({
    code: 'path_unwritable',
    message: expect.stringContaining(dir),
    hint: expect.stringContaining('folder'),
  });
  await expect(store.read('run')).rejects.toMatchObject({
    code: 'path_unreadable',
    hint: expect.stringContaining('folder'),
  });
});

test('a path through a file is an error with the reason', async () => {
  const path = newPath();
  write(path, '');
  const store = jsonlMetrics({ path: join(path, 'deeper', 'metrics.jsonl') });
  await expect(store.record('run', 'loss', 1)).rejects.toMatchObject({
    code: 'path_unwritable',
    hint: expect.stringContaining('is a file'),
  });
});

test.runIf(existsSync('/dev/full'))('a full disk refuses the point, and later points are tried again', async () => {
  const store = jsonlMetrics({ path: '/dev/full' });
  for (let i = 1; i <= 2; i++) {
    await expect(store.record('run', 'loss', 1)).rejects.toMatchObject({
      code: 'path_unwritable',
      message: expect.stringContaining('ENOSPC'),
      hint: expect.stringContaining('Free some space'),
    });
    expect(store.rejects.refused).toBe(i);
  }
  await store.close();
});

test('what made recording fail can be repaired without opening the store again', async () => {
  const path = newPath();
  const folder = join(path, '..');
  writeFileSync(folder, 'in the way');
  await using store = jsonlMetrics({ path });
  await expect(store.record('run', 'loss', 1)).rejects.toMatchObject({ code: 'path_unwritable' });
  renameSync(folder, `${folder}-moved`);
  await store.record('run', 'loss', 2);
  expect((await store.read('run')).map((point) => point.value)).toEqual([2]);
});
