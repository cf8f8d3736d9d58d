import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { createCrucible } from '../../src/lab/lab.ts';
import { localStore } from '../../src/stores/local/local-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'crucible-endings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly status: string;
  readonly numbers: readonly number[];
  readonly heard: number;
  readonly stored: number;
}

let places = 0;

async function ending(way: string, signals: readonly NodeJS.Signals[] = []): Promise<Ending> {
  const dir = join(folder, String(places++));
  const child = spawn(process.execPath, [fileURLToPath(new URL('ending.js', import.meta.url)), dir, way], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  if (signals.length > 0) await once(child.stdout!, 'data');
  for (const signal of signals) {
    child.kill(signal);
    await setTimeout(300);
  }
  const [code, signal] = await ended;
  const lab = createCrucible({ store: localStore({ dir }), bus: createBus() });
  const numbers: number[] = [];
  let heard = 0;
  const experiment = await lab.getExperiment('ending');
  for await (const record of experiment.records()) {
    if (record.event_name === 'crash.test.heard') heard++;
    else numbers.push(record.measurements.number as number);
  }
  const [listed] = await lab.listExperiments();
  const { stored } = await experiment.ledgerAll();
  await lab.close();
  return { code, signal, status: listed!.status, numbers, heard, stored };
}

const all = Array.from({ length: 10_000 }, (_, i) => i);

for (const [way, code] of [
  ['natural end', 0],
  ['process.exit(7)', 7],
  ['exit while it closes', 0],
  ['exit a moment after it closes', 0],
  ['throw', 1],
  ['unhandled rejection', 1],
  ['stack overflow', 1],
] as const) {
  test(`${way}: every record is kept, the writer closed, the exit code ${code} as without us`, async () => {
    const result = await ending(way);
    expect(result).toMatchObject({ code, signal: null, status: 'idle' });
    expect(result.numbers).toEqual(all);
  });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends the process as a signal does, with every record kept`, async () => {
    const result = await ending(signal, [signal]);
    expect(result).toMatchObject({ code: null, signal, status: 'idle' });
    expect(result.numbers).toEqual(all);
  });
}

test('a listener of the host decides how its process ends, and has time for it', async () => {
  const result = await ending('SIGTERM, own listener', ['SIGTERM']);
  expect(result).toMatchObject({ code: 3, signal: null, status: 'idle' });
  expect(result.numbers).toEqual(all);
});

test('what a later exit listener of the host records is kept, and in the account', async () => {
  const result = await ending('listener after us');
  expect(result).toMatchObject({ code: 0, status: 'idle', heard: 1, stored: all.length + 1 });
  expect(result.numbers).toEqual(all);
});

test('so too when it was added in the moment of the exit: then the records are counted anew', async () => {
  const result = await ending('listener after us, at once');
  expect(result).toMatchObject({ code: 0, status: 'crashed', heard: 1, stored: all.length + 1 });
  expect(result.numbers).toEqual(all);
});

test('a process that outlives a signal goes on recording, and so with the next', async () => {
  const result = await ending('SIGTERM ignored, then end', ['SIGTERM', 'SIGTERM']);
  expect(result).toMatchObject({ code: 0, signal: null, status: 'idle', heard: 2 });
  expect(result.numbers).toEqual(all);
});

test('with signals off a signal costs what a kill costs, and ends the process at once', async () => {
  const result = await ending('SIGTERM, signals off', ['SIGTERM']);
  expect(result).toMatchObject({ code: null, signal: 'SIGTERM', status: 'crashed' });
  expect(result.numbers).toEqual(all.slice(0, result.numbers.length));
});

describe('with two copies of the package', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const copy = join(folder, 'copy');

  beforeAll(() => {
    mkdirSync(copy);
    for (const part of ['dist', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  });

  for (const way of ['both open', 'the first closed', 'closed in turn, the first opened again']) {
    test(`SIGTERM ends the process as a signal does, with every record kept (${way})`, async () => {
      const dir = join(folder, String(places++));
      const script = fileURLToPath(new URL('two-copies.js', import.meta.url));
      const child = spawn(process.execPath, [script, dir, join(copy, 'dist'), way], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      await once(child.stdout, 'data');
      child.kill('SIGTERM');
      expect(await ended).toEqual([null, 'SIGTERM']);
      const lab = createCrucible({ store: localStore({ dir }), bus: createBus() });
      const listed = await lab.listExperiments();
      expect(listed.map(({ status }) => status)).toEqual(listed.map(() => 'idle'));
      for (const { id } of listed) {
        const experiment = await lab.getExperiment(id);
        const numbers: unknown[] = [];
        for await (const { measurements } of experiment.records()) numbers.push(measurements.number);
        expect(numbers).toEqual(all.slice(0, 1000));
      }
      expect(listed.length).toBeGreaterThan(1);
      await lab.close();
    });
  }
});
