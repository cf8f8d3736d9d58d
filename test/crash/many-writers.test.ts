import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { sumLedgers } from '../../src/experiment/ledger.ts';
import { createCrucible } from '../../src/lab/lab.ts';
import type { LedgerCounts } from '../../src/stores/ledger-counts.ts';
import { localStore } from '../../src/stores/local/local-store.ts';

const dir = mkdtempSync(join(tmpdir(), 'crucible-writers-'));
afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));

function joiner(id: string, way: string) {
  const script = fileURLToPath(new URL('joiner.js', import.meta.url));
  const child = spawn(process.execPath, [script, dir, id, way], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  return {
    async end(): Promise<LedgerCounts> {
      child.stdin.write('end\n');
      const [printed] = await Promise.all([output, once(child, 'exit')]);
      return JSON.parse(printed) as LedgerCounts;
    },
  };
}

test('a process, a thread, a cluster worker and a forked child write one experiment while a fifth reads: nothing is lost', async () => {
  await using lab = createCrucible({ store: localStore({ dir }), bus: createBus() });
  const experiment = await lab.startExperiment({ id: 'shared', name: 'shared' });
  const joiners = ['process', 'thread', 'cluster', 'fork'].map((way) => joiner('shared', way));
  const store = localStore({ dir });
  const writers = async () => (await store.writers('shared')).length;
  while ((await writers()) < 5) await setTimeout(50);

  // What a reader has seen it sees again, with whatever has come since.
  const counted = async () => {
    const counts = new Map<string, number>();
    for await (const { writer_id, sequence } of experiment.records()) {
      expect(sequence).toBe(counts.get(writer_id!) ?? 0);
      counts.set(writer_id!, sequence! + 1);
    }
    return counts;
  };
  let before = await counted();
  for (let i = 0; i < 5; i++) {
    await setTimeout(100);
    const now = await counted();
    for (const [writer, count] of before) expect(now.get(writer)).toBeGreaterThanOrEqual(count);
    before = now;
  }

  // A pause reaches everybody; what is executed meanwhile is counted by whoever executed it.
  await experiment.pause();
  await setTimeout(1500);
  const paused = await counted();
  await setTimeout(300);
  expect(await counted()).toEqual(paused);
  await experiment.resume();
  await setTimeout(1500);

  const ledgers = await Promise.all(joiners.map((each) => each.end()));
  const total = sumLedgers(ledgers);
  expect(total.dropped.paused).toBeGreaterThan(0);
  expect(total.emitted).toBe(total.stored + total.dropped.paused);
  const kept = await counted();
  expect([...kept.values()].reduce((sum, count) => sum + count, 0)).toBe(total.stored);
  expect([...kept.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(
    [...paused.values()].reduce((sum, count) => sum + count, 0),
  );
  expect(await experiment.ledgerAll()).toEqual(total);
  await store.close();
});
