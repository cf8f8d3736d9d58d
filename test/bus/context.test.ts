import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { type ContextFrame, ContextStore } from '../../src/bus/context.ts';
import { turn } from './recorder.ts';

const frameOf = (label: string): ContextFrame => ({ run: { label }, span: undefined });

test('there is no frame before the first run, and none outside runs', () => {
  const store = new ContextStore();
  const frame = frameOf('a');
  expect(store.current()).toBeUndefined();
  expect(store.active).toBe(false);
  expect(store.run(frame, () => [store.current(), store.active])).toEqual([frame, true]);
  expect(store.current()).toBeUndefined();
  expect(store.active).toBe(false);
});

test('the innermost frame wins, the outer one returns, and undefined is outside all', () => {
  const store = new ContextStore();
  const [outer, inner] = [frameOf('outer'), frameOf('inner')];
  const seen: unknown[] = [];
  store.run(outer, () => {
    store.run(inner, () => seen.push(store.current()));
    store.run(undefined, () => seen.push(store.current()));
    seen.push(store.current());
  });
  expect(seen).toEqual([inner, undefined, outer]);
  expect(store.run(undefined, () => store.active)).toBe(false);
});

test('timers, promises and callbacks inherit the frame, however the runs interleave', async () => {
  const store = new ContextStore();
  const frames = Array.from({ length: 20 }, (_, i) => frameOf(String(i)));
  await Promise.all(
    frames.map((frame, i) =>
      store.run(frame, async () => {
        for (let round = 0; round < 3; round++) {
          await sleep((i * 7) % 5);
          expect(store.current()).toBe(frame);
          await new Promise<void>((resolve) => setImmediate(() => process.nextTick(resolve)));
          expect(store.current()).toBe(frame);
        }
      }),
    ),
  );
  expect(store.active).toBe(false);
});

test('run returns and throws what fn does, the same object, and lets go either way', async () => {
  const store = new ContextStore();
  const promise = Promise.resolve(1);
  const error = new Error('no');
  expect(store.run(frameOf('a'), () => promise)).toBe(promise);
  expect(() =>
    store.run(frameOf('a'), () => {
      throw error;
    }),
  ).toThrow(error);
  await promise;
  await turn();
  expect(store.active).toBe(false);
});

test('a promise holds the storage until it settles, fulfilled or rejected', async () => {
  const store = new ContextStore();
  const slow = store.run(frameOf('slow'), () => sleep(20));
  const failing = store.run(frameOf('failing'), async () => {
    await sleep(5);
    throw new Error('no');
  });
  expect(store.active).toBe(true);
  await expect(failing).rejects.toThrow('no');
  expect(store.active).toBe(true);
  await slow;
  await turn();
  expect(store.active).toBe(false);
});

test("Node's storage is disabled with the last retention, not before, and only where it was used", () => {
  const disable = vi.spyOn(AsyncLocalStorage.prototype, 'disable');
  const store = new ContextStore();
  store.retain()();
  expect(disable).toHaveBeenCalledTimes(0);
  const release = store.retain();
  store.run(frameOf('a'), () => {});
  expect(disable).toHaveBeenCalledTimes(0);
  release();
  expect(disable).toHaveBeenCalledTimes(1);
  disable.mockRestore();
});

test('the storage is enabled until the last retention is released, each of which counts once', () => {
  const store = new ContextStore();
  const [first, second] = [store.retain(), store.retain()];
  expect(store.active).toBe(false);
  store.run(frameOf('a'), () => {});
  expect(store.active).toBe(true);
  first();
  first();
  expect(store.active).toBe(true);
  second();
  expect(store.active).toBe(false);
});

test('once disabled, work left over sees no frame, and the storage can be used again', async () => {
  const store = new ContextStore();
  let left: unknown = 'not run';
  const done = new Promise<void>((resolve) => {
    store.run(frameOf('a'), () => {
      setTimeout(() => {
        left = store.current();
        resolve();
      }, 1);
    });
  });
  await done;
  expect(left).toBeUndefined();
  const again = frameOf('again');
  await store.run(again, async () => {
    await sleep(1);
    expect(store.current()).toBe(again);
  });
});

test('a thenable that is no native promise is never started by us', () => {
  const store = new ContextStore();
  let started = 0;
  const query = {
    // biome-ignore lint/suspicious/noThenProperty: a query builder that runs at every then
    then(resolve: (value: number) => void) {
      started++;
      resolve(started);
    },
  };
  class Lazy extends Promise<number> {
    // biome-ignore lint/suspicious/noThenProperty: an API client's promise, which reads its response at the first then
    override then(): never {
      started++;
      throw new Error('consumed');
    }
  }
  const lazy = new Lazy(() => {});
  expect(store.run(frameOf('a'), () => query)).toBe(query);
  store.run(frameOf('a'), () => lazy);
  expect(started).toBe(0);
});

test('two stores do not see each other', () => {
  const [one, two] = [new ContextStore(), new ContextStore()];
  one.run(frameOf('a'), () => expect(two.current()).toBeUndefined());
});
