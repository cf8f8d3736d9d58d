import { expect, test } from 'vitest';
import { createBus, type EventEntry } from '../../src/bus/bus.ts';
import { INTERNED_NAMES_LIMIT } from '../../src/bus/event-table.ts';
import { warningsOf } from './recorder.ts';

test('an event knows its dotted name', () => {
  const bus = createBus();
  expect(bus.event('a.b').name).toBe('a.b');
  expect(bus.event(['a', 'b']).name).toBe('a.b');
});

test('an invalid name is an error where the event is made', () => {
  const bus = createBus();
  expect(() => bus.event('a b')).toThrow(/"a b"/);
  expect(() => bus.event(undefined as unknown as string)).toThrow(/event name/);
});

test('enabled follows handlers and taps as they come and go', () => {
  const bus = createBus();
  const event = bus.event('a.b');
  const history = [event.enabled];
  const detach = bus.attach('h', 'a.b', () => {});
  history.push(event.enabled);
  detach();
  history.push(event.enabled);
  const untap = bus.tap(() => {});
  history.push(event.enabled);
  untap();
  history.push(event.enabled);
  bus.attach('other', 'c.d', () => {});
  history.push(event.enabled);
  expect(history).toEqual([false, true, false, true, false, false]);
});

test('an event and its name reach the same handlers', () => {
  const bus = createBus();
  const event = bus.event('a.b');
  const calls: unknown[] = [];
  bus.attach('h', 'a.b', (name, measurements, metadata) => calls.push([name, measurements, metadata]));
  event.execute({ n: 1 }, { m: 2 });
  event.execute();
  bus.execute('a.b', { n: 1 }, { m: 2 });
  expect(calls).toEqual([
    ['a.b', { n: 1 }, { m: 2 }],
    ['a.b', {}, {}],
    ['a.b', { n: 1 }, { m: 2 }],
  ]);
});

test('entries carry dense indexes, the same for the same name', () => {
  const bus = createBus();
  const entries: EventEntry[] = [];
  bus.tap((entry) => entries.push(entry));
  for (const name of ['x', 'y', 'z', 'y']) bus.execute(name);
  const indexes = entries.map(({ index }) => index);
  expect(indexes[1]).toBe(indexes[0]! + 1);
  expect(indexes[2]).toBe(indexes[1]! + 1);
  expect(entries[3]).toBe(entries[1]);
});

test('names that nobody hears do not use up the limit', () => {
  const bus = createBus();
  bus.attach('other', 'x', () => {});
  for (let i = 0; i < INTERNED_NAMES_LIMIT; i++) bus.execute(`unheard.n${i}`);
  const indexes: number[] = [];
  bus.tap(({ index }) => indexes.push(index));
  bus.execute('heard');
  expect(indexes[0]).toBeGreaterThanOrEqual(0);
});

test('names beyond the limit are not interned and lose nothing', async () => {
  const bus = createBus();
  const seen: [string, number][] = [];
  const warnings = await warningsOf(() => {
    const untap = bus.tap(() => {});
    for (let i = 0; i < INTERNED_NAMES_LIMIT; i++) bus.execute(`fill.n${i}`);
    untap();
  });
  expect(warnings.join()).toContain(`${INTERNED_NAMES_LIMIT} event names`);

  const early = bus.event('beyond.a');
  const untap = bus.tap(({ name, index }) => seen.push([name, index]));
  bus.execute('beyond.a');
  bus.execute('beyond.b');
  early.execute();
  expect(seen).toEqual([
    ['beyond.a', -1],
    ['beyond.b', -1],
    ['beyond.a', -1],
  ]);
  untap();

  const calls: string[] = [];
  expect(early.enabled).toBe(false);
  bus.attach('first', ['beyond.a'], () => calls.push('first'));
  const detach = bus.attach('second', ['beyond.a'], () => calls.push('second'));
  expect(early.enabled).toBe(true);
  expect(bus.event('beyond.a').enabled).toBe(true);
  expect(bus.event('beyond.b').enabled).toBe(false);
  early.execute();
  bus.execute('beyond.a');
  expect(calls).toEqual(['first', 'second', 'first', 'second']);
  bus.detach('first');
  early.execute();
  expect(calls.slice(4)).toEqual(['second']);
  detach();
  expect(early.enabled).toBe(false);

  const spans: string[] = [];
  bus.attach('spans', ['beyond.work.start', 'beyond.work.stop'], (name) => spans.push(name));
  bus.span('beyond.work', {}, () => {});
  expect(spans).toEqual(['beyond.work.start', 'beyond.work.stop']);
});
