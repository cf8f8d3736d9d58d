import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { createCrucible, type Lab } from '../../src/lab/lab.ts';
import type { LedgerCounts } from '../../src/stores/ledger-counts.ts';
import { localStore } from '../../src/stores/local/local-store.ts';
import { verifyExperiment } from '../../src/stores/local/verify-experiment.ts';
import { accountedFor } from '../lab/bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'crucible-reservoir-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
let places = 0;

function started(dir: string, way: string) {
  const program = fileURLToPath(new URL('reservoir.js', import.meta.url));
  return spawn(process.execPath, [program, dir, way], { stdio: ['ignore', 'pipe', 'ignore'] });
}

const openLab = (dir: string): Lab => createCrucible({ store: localStore({ dir }), bus: createBus() });

interface Left {
  readonly probabilities: readonly (number | null)[];
  readonly numbers: readonly number[];
  readonly ledger: LedgerCounts;
}

async function left(dir: string): Promise<Left> {
  const lab = openLab(dir);
  const experiment = await lab.getExperiment('reservoir');
  const records: [number, number | null][] = [];
  for await (const { measurements, inclusion_probability } of experiment.records())
    records.push([measurements.number as number, inclusion_probability]);
  const ledger = await experiment.ledgerAll();
  await lab.close();
  return { numbers: records.map(([number]) => number), probabilities: records.map(([, p]) => p), ledger };
}

async function ending(way: string, signal?: NodeJS.Signals): Promise<Left> {
  const dir = join(folder, String(places++));
  const child = started(dir, way);
  const ended = once(child, 'exit');
  if (signal) {
    await once(child.stdout, 'data');
    child.kill(signal);
  }
  await ended;
  const found = await left(dir);
  const { damage } = await verifyExperiment(dir, 'reservoir');
  expect(damage).toEqual([]);
  return found;
}

test.each<[string, NodeJS.Signals?]>([
  ['natural end'],
  ['process.exit'],
  ['throw'],
  ['lab.close'],
  ['stop'],
  ['signal', 'SIGTERM'],
  ['signal', 'SIGINT'],
])('what a reservoir holds is kept at the end of its process: %s %s', async (way, signal) => {
  const { numbers, probabilities, ledger } = await ending(way, signal);
  expect(new Set(numbers).size).toBe(50);
  expect(new Set(probabilities)).toEqual(new Set([50 / 2000]));
  expect(ledger).toMatchObject({ emitted: 2000, stored: 50, sampled_out: 1950 });
  expect(ledger).not.toHaveProperty('held');
});

test('an event of a listener of the end, which comes too late for the reservoir or not, is accounted for', async () => {
  const { probabilities, ledger } = await ending('a listener of exit records more');
  expect(probabilities).toHaveLength(50);
  expect(ledger).toMatchObject({ emitted: 2001, stored: 50 });
  expect(accountedFor(ledger)).toBe(2001);
});

test('a reservoir that is larger than the queue is kept whole, also where the queue drops what it has no room for', async () => {
  const { numbers, ledger } = await ending('overflow drop');
  expect(new Set(numbers).size).toBe(20_000);
  expect(ledger).toMatchObject({ emitted: 40_000, stored: 20_000, sampled_out: 20_000, dropped: { overflow: 0 } });
});

test('SIGKILL costs what the reservoir held: the ledger says that it was not stored', async () => {
  const { numbers, ledger } = await ending('signal', 'SIGKILL');
  expect(numbers).toEqual([]);
  expect(ledger).toMatchObject({ emitted: 2000, stored: 0, sampled_out: 2000, unclean: true });
  expect(ledger).not.toHaveProperty('held');
});

test('a kill while the reservoir is written leaves an account of what was written and what was not', async () => {
  const dir = join(folder, String(places));
  await ending('natural end');
  // As the note was before the reservoir closed, with all of its rows on disk.
  const writers = join(dir, 'experiments', 'reservoir', 'writers');
  const path = join(writers, readdirSync(writers)[0]!);
  const note = JSON.parse(readFileSync(path, 'utf8')) as { closed_at: unknown; ledger: LedgerCounts };
  const ledger = { ...note.ledger, stored: 0, sampled_out: 2000, held: 50 };
  writeFileSync(path, JSON.stringify({ ...note, closed_at: null, ledger }));
  const found = await left(dir);
  expect(found.numbers).toHaveLength(50);
  expect(found.ledger).toMatchObject({ emitted: 2000, stored: 50, sampled_out: 1950, unclean: true });
});

test('a process that joined keeps what its own reservoir holds when another one stops the experiment', async () => {
  const dir = join(folder, String(places++));
  const lab = openLab(dir);
  const sampling = { method: 'reservoir', size: 50 } as const;
  const experiment = await lab.startExperiment({ id: 'reservoir', name: 'reservoir', sampling });
  for (let number = 0; number < 100; number++) experiment.execute('crash.test.here', { number });
  const child = started(dir, 'join');
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await experiment.stop();
  await ended;
  await lab.close();
  const { probabilities, ledger } = await left(dir);
  expect(probabilities).toEqual([...Array(50).fill(0.5), ...Array(50).fill(0.025)]);
  expect(ledger).toMatchObject({ emitted: 2100, stored: 100, sampled_out: 2000 });
});
