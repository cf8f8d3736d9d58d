import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localMetrics } from '../../../../src/metrics-store/adapters/local/local-metrics.ts';
import { Sandbox } from '../../../sandbox.ts';

const sandbox = new Sandbox(process.cwd(), ['core', 'engine', 'record', 'metrics-store']);
const moduleUrl = sandbox.url('metrics-store/adapters/local/local-metrics.ts');
const root = mkdtempSync(join(tmpdir(), 'crucible-local-processes-'));
// One warning for each torn file is right, and unreadable here.
process.removeAllListeners('warning');
afterAll(() => {
  sandbox.remove();
  rmSync(root, { recursive: true });
});

function startChild(dir: string, body: string): ChildProcess {
  const head = `import { writeSync } from 'node:fs'; import { localMetrics } from '${moduleUrl}';`;
  const open = `const store = localMetrics({ dir: ${JSON.stringify(dir)} });`;
  return spawn(process.execPath, ['--input-type=module', '-e', `${head} ${open} ${body}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

test('processes and threads that record one run keep every point, each in its own file and order', async () => {
  const dir = join(root, 'shared');
  mkdirSync(join(dir, 'experiments', 'exp'), { recursive: true });
  const record = (n: number) =>
    `for (let i = 0; i < 300; i++) await store.record('exp', 'loss', i, { metadata: { n: ${n}, pad: 'x'.repeat(i * 20) } });`;
  const thread = `import { localMetrics } from '${moduleUrl}'; const store = localMetrics({ dir: ${JSON.stringify(dir)} }); ${record(3)}`;
  const children = [
    ...[0, 1].map((n) => startChild(dir, record(n))),
    startChild(
      dir,
      `const { Worker } = await import('node:worker_threads');
       new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(thread)})));
       ${record(2)}`,
    ),
  ];
  await using reader = localMetrics({ dir });
  const exits = Promise.all(children.map((child) => once(child, 'exit')));
  let running = true;
  void exits.then(() => {
    running = false;
  });
  // Whoever reads meanwhile sees a beginning of what each recorded.
  while (running) {
    const points = await reader.read('exp');
    for (const n of upTo(4)) {
      const values = points.filter((point) => point.metadata.n === n).map((point) => point.value);
      expect(values).toEqual(upTo(values.length));
    }
    expect(reader.rejects.damaged).toBe(0);
  }
  expect(await exits).toEqual(children.map(() => [0, null]));
  const points = await reader.read('exp');
  for (const n of upTo(4)) {
    expect(points.filter((point) => point.metadata.n === n).map((point) => point.value)).toEqual(upTo(300));
  }
  expect(readdirSync(join(dir, 'experiments', 'exp', 'metrics'))).toHaveLength(4);
  const times = points.map((point) => point.timestamp);
  expect(times).toEqual([...times].sort());
  expect(reader.rejects).toEqual({ torn: 0, damaged: 0, refused: 0 });
});

test('SIGKILL while recording loses nothing whose record had resolved, and the next process goes on in the same run', async () => {
  const dir = join(root, 'killed');
  await using reader = localMetrics({ dir });
  const known: number[][] = [];
  for (let round = 0; round < 4; round++) {
    const child = startChild(
      dir,
      `for (let i = 0; ; i++) {
        await store.record('Run 1', 'loss', i, { metadata: { round: ${round}, pad: 'x'.repeat(i % 9000) } });
        writeSync(1, i + '\\n');
      }`,
    );
    let told = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk;
      if (told.length > 3000) child.kill('SIGKILL');
    });
    const [[, signal]] = await Promise.all([once(child, 'exit'), once(child.stdout!, 'close')]);
    expect(signal).toBe('SIGKILL');
    const acknowledged = told.slice(0, told.lastIndexOf('\n')).split('\n').length;
    const points = await reader.read('Run 1');
    const values = points.filter((point) => point.metadata.round === round).map((point) => point.value);
    expect(values).toEqual(upTo(values.length));
    // One more may have been written than the child lived to tell.
    expect([acknowledged, acknowledged + 1]).toContain(values.length);
    known.push(values);
  }
  expect((await reader.read('Run 1')).map((point) => point.value)).toEqual(known.flat());
  expect(reader.rejects.torn + reader.rejects.damaged).toBeLessThanOrEqual(4);
  expect(readdirSync(join(dir, 'runs'))).toEqual(['+run%201']);
});
