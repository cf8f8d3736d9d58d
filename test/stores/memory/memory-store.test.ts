import { expect, test } from 'vitest';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import type { Store } from '../../../src/stores/store.ts';
import { storeConformance } from '../../../src/testing/store-conformance.ts';
import { exampleState, scanned, Writing } from '../../../src/testing/store-writing.ts';

storeConformance({ name: 'memory', test, open: () => memoryStore() });

// Between tests the store is another one, so the laws of persistence need the same one to be given again.
const places = new Map<string, Store>();
storeConformance({
  name: 'memory, opened again',
  test,
  persistent: true,
  open: ({ place }) => {
    const store = places.get(place) ?? memoryStore();
    places.set(place, store);
    return store;
  },
});

test('maxEvents is the most that is kept of each experiment, to the record', async () => {
  for (const maxEvents of [1, 2, 64, 65, 10_000]) {
    const store = memoryStore({ maxEvents });
    for (const id of ['a', 'b']) {
      const state = exampleState(id);
      await store.create(state);
      const writing = await Writing.open(store, state, 'w1');
      let kept = 0;
      while (kept <= maxEvents && writing.record(kept)) kept++;
      expect(kept).toBe(maxEvents);
      expect(writing.record(kept)).toBe(false);
      expect(await scanned(store, id)).toEqual(writing.expected);
    }
  }
});

test('writers share maxEvents: none goes without, and none keeps what a closed one left', async () => {
  const maxEvents = 200;
  const store = memoryStore({ maxEvents });
  const state = exampleState('shared');
  await store.create(state);
  const [first, second] = [await Writing.open(store, state, 'w1'), await Writing.open(store, state, 'w2')];
  expect([first.record(1), second.record(1)]).toEqual([true, true]);
  await first.writer.close();
  for (let i = 0; i < 2 * maxEvents && second.record(2); i++);
  expect(first.expected.length + second.expected.length).toBe(maxEvents);
});

test('a limit that is no count is refused', () => {
  for (const maxEvents of [0, -1, 2.5, Number.NaN, '10', null]) {
    expect(() => memoryStore({ maxEvents: maxEvents as number })).toThrow(/maxEvents is/);
  }
});
