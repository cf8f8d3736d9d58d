import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import type { ExperimentState } from '../../../src/stores/experiment-state.ts';
import { compiledFile } from '../../../src/stores/local/compiled-file.ts';
import { scanSegments } from '../../../src/stores/local/scan-segments.ts';
import { SealedFiles } from '../../../src/stores/local/sealed-files.ts';
import { collect, EXPERIMENT, experimentFolder, linesOf, recordsOf, requests } from './segments.ts';

// The program as it is shipped: `npm test` builds it.
const SEALER = compiledFile('stores/local/sealer.js')!;
const files = new SealedFiles();
afterAll(() => files.close());

function start(args: readonly string[]): {
  child: ChildProcess;
  ended: Promise<{ code: number | null; reports: unknown[] }>;
} {
  const child = spawn(process.execPath, [SEALER, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout!.on('data', (data) => {
    out += data;
  });
  child.stdin!.on('error', () => undefined);
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    reports: out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown),
  }));
  return { child, ended };
}

function run(args: readonly string[], input = ''): Promise<{ code: number | null; reports: unknown[] }> {
  const { child, ended } = start(args);
  child.stdin!.end(input);
  return ended;
}

const NONE = { torn: 0, damaged: 0, doubled: 0 };

it('seals the segments that are named, and says what became of each', async () => {
  const folder = experimentFolder();
  const first = folder.live('w1', 0, linesOf(recordsOf(requests(10))));
  const second = folder.live('w1', 1, `${linesOf(recordsOf(requests(5), 'w1', 10))}garbage\n`);
  expect(await run([folder.path, basename(first), second, 'w1-00000009.jsonl'])).toEqual({
    code: 0,
    reports: [
      { segment: basename(first), outcome: 'sealed', rows: 10, rejects: NONE },
      { segment: second, outcome: 'sealed', rows: 5, rejects: { torn: 0, damaged: 1, doubled: 0 } },
      { segment: 'w1-00000009.jsonl', outcome: 'gone', rows: 0, rejects: NONE },
    ],
  });
});

it('takes segments from its input until that ends', async () => {
  const folder = experimentFolder();
  const names = [0, 1].map((i) => basename(folder.live('w1', i, linesOf(recordsOf(requests(10), 'w1', i * 10)))));
  const { code, reports } = await run([folder.path], `${names[0]}\n\n${names[1]}\n`);
  expect(code).toBe(0);
  expect(reports).toMatchObject([{ segment: names[0] }, { segment: names[1] }]);
});

it('goes on after a segment that cannot be sealed, and says so in the end', async () => {
  const folder = experimentFolder();
  const good = basename(folder.live('w1', 0, linesOf(recordsOf(requests(10)))));
  const { code, reports } = await run([folder.path, 'nonsense.txt', good]);
  expect(code).toBe(1);
  expect(reports).toMatchObject([
    { segment: 'nonsense.txt', error: { code: 'invalid_argument' } },
    { segment: good, outcome: 'sealed' },
  ]);
});

it('seals everything that it was given when the process that gave it has ended', async () => {
  const folder = experimentFolder();
  const names = [0, 1, 2].map((i) => basename(folder.live('w1', i, linesOf(recordsOf(requests(10), 'w1', i * 10)))));
  const { child, ended } = start([folder.path]);
  child.stdout!.destroy();
  child.stdin!.end(`${names.join('\n')}\n`);
  expect((await ended).code).toBe(0);
  expect(readdirSync(join(folder.path, 'events')).sort()).toEqual(
    names.map((name) => name.replace('.jsonl', '.parquet')),
  );
});

it('removes what a sealer left that was killed long ago, and nothing younger', async () => {
  const folder = experimentFolder();
  const events = join(folder.path, 'events');
  for (const [name, age] of [
    ['.w1-00000000.parquet.aaaa.tmp', 7200],
    ['.w1-00000000.parquet.bbbb.tmp', 0],
  ] as const) {
    mkdirSync(join(events, name));
    writeFileSync(join(events, name, 'draft'), 'half');
    utimesSync(join(events, name), new Date(), new Date(Date.now() - age * 1000));
  }
  await run([folder.path, basename(folder.live('w1', 0, linesOf(recordsOf(requests(10)))))]);
  expect(readdirSync(events).sort()).toEqual(['.w1-00000000.parquet.bbbb.tmp', 'w1-00000000.parquet']);
});

it('loses and doubles no record, wherever it is killed', async () => {
  const folder = experimentFolder();
  const state = { ...EXPERIMENT, started_at: 0 } as unknown as ExperimentState;
  const records = Array.from({ length: 12 }, (_, i) => recordsOf(requests(1000), 'w1', i * 1000));
  const names = records.map((each, i) =>
    basename(folder.live('w1', i, linesOf(each) + (i % 4 === 3 ? 'garbage\n' : ''))),
  );
  const all = records.flat();
  const read = () => collect(scanSegments(files, folder.path, state, ['w1'], { onSkipped: () => undefined }));
  // Later with each round, so that it is met while it starts, reads, writes, renames and removes.
  for (let round = 0; round < 12; round++) {
    const { child, ended } = start([folder.path]);
    child.stdin!.write(`${names.join('\n')}\n`);
    await sleep(150 + round * 60);
    child.kill('SIGKILL');
    await ended;
    expect((await read()).map(({ event_id }) => event_id)).toEqual(all.map(({ event_id }) => event_id));
  }
  expect((await run([folder.path], `${names.join('\n')}\n`)).code).toBe(0);
  expect(await read()).toEqual(all);
  const left = readdirSync(join(folder.path, 'events')).filter((name) => !name.startsWith('.'));
  expect(left.filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  expect(left.filter((name) => name.endsWith('.rejects'))).toHaveLength(3);
});
