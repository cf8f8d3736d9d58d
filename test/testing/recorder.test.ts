import { expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { attachRecorder } from '../../src/testing/recorder.ts';

test('a recorder collects the events it names, in order, and no others', () => {
  const bus = createBus();
  const recorder = attachRecorder(bus, ['a.b', ['c', 'd']]);
  bus.execute('a.b', { n: 1 }, { text: 'x' });
  bus.execute('a.b.c', { n: 2 });
  bus.execute('c.d');
  expect(recorder.events).toEqual([
    { name: 'a.b', measurements: { n: 1 }, metadata: { text: 'x' } },
    { name: 'c.d', measurements: {}, metadata: {} },
  ]);
});

test("'all' is every event of the bus, also those that tell of failed handlers", () => {
  const bus = createBus();
  const recorder = attachRecorder(bus, 'all');
  bus.attach('bad', 'a.b', () => {
    throw new Error('no');
  });
  bus.execute('a.b');
  bus.span('c', {}, () => bus.execute('d.e'));
  expect(recorder.events.map((event) => event.name)).toEqual([
    'a.b',
    'telemetry.handler.failure',
    'c.start',
    'd.e',
    'c.stop',
  ]);
});

test('several recorders do not disturb each other, and one name is enough', () => {
  const bus = createBus();
  const [one, other] = [attachRecorder(bus, 'a.b'), attachRecorder(bus, 'a.b')];
  bus.execute('a.b');
  one.detach();
  one.detach();
  bus.execute('a.b');
  expect([one.events.length, other.events.length]).toEqual([1, 2]);
});

test('events are those of the moment: what the emitter changes later does not change them', () => {
  const bus = createBus();
  const recorder = attachRecorder(bus, 'all');
  const measurements = { n: 1 };
  bus.execute('a.b', measurements);
  measurements.n = 2;
  expect(recorder.events[0]?.measurements).toEqual({ n: 1 });
});

test('after detach, or the end of its scope, a recorder keeps its events and the bus is idle', () => {
  const bus = createBus();
  const kept = (() => {
    using recorder = attachRecorder(bus, 'all');
    bus.execute('a.b');
    return recorder;
  })();
  expect(bus.listening).toBe(false);
  bus.execute('a.b');
  expect(kept.events.length).toBe(1);
  kept.clear();
  expect(kept.events).toEqual([]);
});

test('a getter that throws neither reaches the emitter nor detaches the recorder', () => {
  const bus = createBus();
  const recorder = attachRecorder(bus, ['a.b']);
  const hostile = {
    n: 1,
    get broken(): number {
      throw new Error('no');
    },
  };
  bus.execute('a.b', hostile);
  bus.execute('a.b', { n: 2 });
  expect(recorder.events.map((event) => event.measurements)).toEqual([{ n: 1, broken: '[Threw: no]' }, { n: 2 }]);
});

test('bad names are refused as the bus refuses them', () => {
  const bus = createBus();
  expect(() => attachRecorder(bus, [])).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  expect(() => attachRecorder(bus, ['a b'])).toThrow(expect.objectContaining({ code: 'invalid_event_name' }));
});
