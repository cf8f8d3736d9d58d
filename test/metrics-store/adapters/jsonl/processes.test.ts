import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { jsonlMetrics } from '../../../../src/metrics-store/adapters/jsonl/jsonl-metrics.ts';
import { Sandbox } from '../../../sandbox.ts';

const sandbox = new Sandbox(process.cwd(), ['core', 'engine', 'record', 'metrics-store']);
const moduleUrl = sandbox.url('metrics-store/adapters/jsonl/jsonl-metrics.ts');
const dir = mkdtempSync(join(tmpdir(), 'crucible-processes-'));
afterAll(() => {
  sandbox.remove();
  rmSync(dir, { recursive: true });
});

function script(path: string, body: string): string[] {
  const head = `import { writeSync } from 'node:fs'; import { jsonlMetrics } from '${moduleUrl}';`;
  return [
    '--input-type=module',
    '-e',
    `${head} const store = jsonlMetrics({ path: ${JSON.stringify(path)} }); ${body}`,
  ];
}

function startChild(path: string, body: string): ChildProcess {
  return spawn(process.execPath, script(path, body), { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Its files may not grow beyond 8 KiB. */
function startLimitedChild(path: string, body: string) {
  return spawn('bash', ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, ...script(path, body)]);
}

test("processes that append to one file do not tear or lose each other's lines", async () => {
  const path = join(dir, 'shared', 'metrics.jsonl');
  const each = 400;
  // Lines from one hundred bytes to beyond a page of memory.
  const children = [0, 1, 2, 3].map((n) =>
    startChild(
      path,
      `for (let i = 0; i < ${each}; i++) {
        const metadata = { pad: 'ż'.repeat((i * 37) % 5000) };
        await store.record('run_${n}', 'loss', i, { step: i, metadata });
        await store.record('all', 'loss', i, { metadata: { n: ${n} } });
      }
      await store.close();`,
    ),
  );
  const exits = await Promise.all(children.map((child) => once(child, 'exit')));
  expect(exits).toEqual(children.map(() => [0, null]));
  const store = jsonlMetrics({ path });
  const order = Array.from({ length: each }, (_, i) => i);
  for (const n of [0, 1, 2, 3]) {
    expect((await store.read(`run_${n}`)).map((point) => point.value)).toEqual(order);
  }
  const all = await store.read('all');
  for (const n of [0, 1, 2, 3]) {
    expect(all.filter((point) => point.metadata.n === n).map((point) => point.value)).toEqual(order);
  }
  expect(store.rejects).toEqual({ torn: 0, damaged: 0, refused: 0 });
});

test('SIGKILL while recording loses nothing whose record had resolved, and another process goes on in the same file', async () => {
  const path = join(dir, 'killed', 'metrics.jsonl');
  await using survivor = jsonlMetrics({ path });
  let survived = 0;
  for (let round = 0; round < 4; round++) {
    const run = `killed_${round}`;
    const child = startChild(
      path,
      `for (let i = 0; ; i++) {
        await store.record('${run}', 'loss', i, { metadata: { pad: 'x'.repeat(i % 9000) } });
        writeSync(1, i + '\\n');
      }`,
    );
    let told = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk;
      if (told.length > 2000 * (round + 1)) child.kill('SIGKILL');
    });
    let ended = false;
    const exit = once(child, 'exit').finally(() => {
      ended = true;
    });
    const closed = once(child.stdout!, 'close');
    while (!ended) {
      await survivor.record('survivor', 'loss', survived++);
      await new Promise(setImmediate);
    }
    const [[, signal]] = await Promise.all([exit, closed]);
    expect(signal).toBe('SIGKILL');
    const acknowledged = told.slice(0, told.lastIndexOf('\n')).split('\n').length;
    const values = (await survivor.read(run)).map((point) => point.value);
    expect(values).toEqual(values.map((_, i) => i));
    // One more may have been written than the child lived to tell.
    expect([acknowledged, acknowledged + 1]).toContain(values.length);
  }
  expect((await survivor.read('survivor')).map((point) => point.value)).toEqual(
    Array.from({ length: survived }, (_, i) => i),
  );
  expect(survivor.rejects.damaged + survivor.rejects.torn).toBeLessThanOrEqual(4);
});

test('a write cut short by a limit of the system leaves no whole line of a refused point, and the file stays usable', async () => {
  const path = join(dir, 'limited', 'metrics.jsonl');
  const body = `
    let kept = 0;
    const codes = [];
    const messages = [];
    for (let i = 0; i < 1000; i++) {
      try { await store.record('run', 'loss', i); kept++; } catch (error) { codes.push(error.code); messages.push(error.message); if (codes.length === 3) break; }
    }
    writeSync(1, JSON.stringify({ kept, codes, messages, refused: store.rejects.refused }));
    process.exit(0);`;
  const child = startLimitedChild(path, body);
  const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const report = JSON.parse(out) as { kept: number };
  expect(report).toEqual({
    kept: expect.any(Number),
    codes: Array(3).fill('path_unwritable'),
    messages: Array(3).fill(expect.stringContaining('EFBIG')),
    refused: 3,
  });
  expect(report.kept).toBeGreaterThan(10);
  const kept = Array.from({ length: report.kept }, (_, i) => i);
  await using store = jsonlMetrics({ path });
  expect((await store.read('run')).map((point) => point.value)).toEqual(kept);
  const bytes = readFileSync(path);
  expect(store.rejects.torn).toBe(bytes.at(-1) === 0x0a || bytes.at(-2) === 0x7d ? 0 : 1);
  await store.record('run', 'loss', -1);
  expect((await store.read('run')).map((point) => point.value)).toEqual([...kept, -1]);
});

test('a write that lacks nothing but its newline has recorded the point', async () => {
  const sample = join(dir, 'sample.jsonl');
  const path = join(dir, 'almost.jsonl');
  await jsonlMetrics({ path: sample }).record('run', 'loss', 1);
  writeFileSync(path, '\n'.repeat(8 * 1024 - (readFileSync(sample).length - 1)));
  const body = `const tell = (promise) => promise.then(() => 'kept', (error) => error.code);
    writeSync(1, JSON.stringify([await tell(store.record('run', 'loss', 1)), await tell(store.record('run', 'loss', 2))]));`;
  const child = startLimitedChild(path, body);
  const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(JSON.parse(out)).toEqual(['kept', 'path_unwritable']);
  await using store = jsonlMetrics({ path });
  expect((await store.read('run')).map((point) => point.value)).toEqual([1]);
  await store.record('run', 'loss', 3);
  expect((await store.read('run')).map((point) => point.value)).toEqual([1, 3]);
  expect(store.rejects).toEqual({ torn: 0, damaged: 0, refused: 0 });
});

test('a folder that may not be written to is an error with the reason', ({ skip }) => {
  const folder = join(dir, 'read-only');
  mkdirSync(folder, { mode: 0o555 });
  // The administrator may write anywhere. The child becomes nobody by itself, when it has loaded what nobody may not be able to reach.
  const body = `
    const report = await (async () => {
      try {
        if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      } catch (error) { return { skipped: error.message }; }
      const { code, message } = await store.record('run', 'loss', 1).then(() => ({}), (error) => error);
      return { code, message };
    })();
    writeSync(1, JSON.stringify(report));`;
  const { stdout } = spawnSync(process.execPath, script(join(folder, 'metrics.jsonl'), body), { encoding: 'utf8' });
  const report = JSON.parse(stdout) as { code?: string; message?: string; skipped?: string };
  if (report.skipped) skip(`The administrator may not become another user here: ${report.skipped}`);
  expect(report.code).toBe('path_unwritable');
  expect(report.message).toContain(folder);
  expect(report.message).toContain('EACCES');
});

test('a refusal that nobody awaits warns once and lets the process end well', () => {
  const body = `for (let i = 0; i < 3; i++) store.record('run', 'loss', 1); store.record('run', 'loss', 'high');`;
  const { status, stderr } = spawnSync(process.execPath, script(dir, body), { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stderr.match(/A metric point was not recorded/g)).toHaveLength(2);
  expect(stderr).toContain('EISDIR');
  expect(stderr).toContain('is "high" (string)');
});

test('an open store keeps no process alive', () => {
  const path = join(dir, 'open', 'metrics.jsonl');
  const { status } = spawnSync(process.execPath, script(path, `await store.record('run', 'loss', 1);`));
  expect(status).toBe(0);
  expect(readFileSync(path, 'utf8')).toMatch(/^\{"run_id":"run".*\}\n$/);
});
