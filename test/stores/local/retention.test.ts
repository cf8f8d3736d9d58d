import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localStore } from '../../../src/stores/local/local-store.ts';
import { exampleState } from '../../../src/testing/store-writing.ts';

const DAY = 86_400_000_000;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'crucible-retain-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));

// Begun that many days ago, and ended at once unless it runs.
function aged(id: string, days: number, status: 'stopped' | 'archived' | 'running' | 'paused' = 'stopped') {
  const at = Date.now() * 1000 - days * DAY;
  const ended = status === 'stopped' || status === 'archived';
  return exampleState(id, { status, started_at: at, stopped_at: ended ? at : null });
}

async function keptBy(retain: object, states: ReturnType<typeof aged>[], bytes = 0): Promise<string[]> {
  const before = localStore({ dir });
  for (const state of states) {
    await before.create(state);
    writeFileSync(join(dir, 'experiments', state.id, 'events', 'w1-00000000.jsonl'), 'x'.repeat(bytes));
  }
  await before.close();
  const store = localStore({ dir, retain });
  await store.create(aged('new', 0, 'running'));
  const ids = (await store.list()).map(({ id }) => id);
  await store.close();
  return ids;
}

test('what ended longer ago than that goes when another is started; what has not ended stays, however old', async () => {
  const states = [
    aged('a', 40),
    aged('b', 31, 'archived'),
    aged('c', 29),
    aged('d', 400, 'running'),
    aged('e', 400, 'paused'),
  ];
  expect((await keptBy({ days: 30 }, states)).sort()).toEqual(['c', 'd', 'e', 'new']);
});

test('of what takes more room than that, ended ones go, the oldest first, until the rest has room', async () => {
  const states = [aged('a', 5), aged('b', 4, 'running'), aged('c', 3), aged('d', 2)];
  expect(await keptBy({ bytes: 250_000 }, states, 100_000)).toEqual(['b', 'd', 'new']);
});

test('without a retention nothing goes', async () => {
  const store = localStore({ dir });
  await store.create(aged('old', 4000));
  await store.create(aged('new', 0));
  expect(await store.list()).toHaveLength(2);
  await store.close();
});

test('a retention that makes no sense is refused', () => {
  for (const retain of [{ days: 0 }, { bytes: -1 }, { days: '30' }, { weeks: 2 }]) {
    expect(() => localStore({ dir, retain: retain as never })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  }
});
