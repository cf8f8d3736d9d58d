import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { bench, droppedOf, expectBalanced, namesOf, recordsOf } from './bench.ts';

const thrower = () => {
  throw new Error('hostile');
};

const HOSTILE: Record<string, () => object> = {
  'a getter that throws': () => Object.defineProperty({ n: 1 }, 'broken', { enumerable: true, get: thrower }),
  'a getter that throws what is no error': () => ({
    get broken(): never {
      throw Object.create(null);
    },
  }),
  'a nested getter that throws': () => ({
    nested: {
      deep: {
        ok: 1,
        get broken() {
          return thrower();
        },
      },
    },
  }),
  'a proxy whose keys throw': () => new Proxy({}, { ownKeys: thrower }),
  'a proxy whose values throw': () => new Proxy({ a: 1 }, { get: thrower }),
  'a proxy whose descriptors throw': () => new Proxy({ a: 1 }, { getOwnPropertyDescriptor: thrower }),
  'a proxy whose prototype throws': () => ({ nested: new Proxy({}, { getPrototypeOf: thrower }) }),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a nested revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return { nested: proxy, n: 1 };
  },
  'a toJSON that throws': () => ({
    value: new (class {
      toJSON = thrower;
    })(),
  }),
  'a Date that is none': () => ({ value: new Date(Number.NaN) }),
  'a cycle': () => {
    const value: Record<string, unknown> = { n: 1 };
    value.self = value;
    value.list = [value];
    return value;
  },
  'a very deep object': () => {
    let value: object = {};
    for (let i = 0; i < 10_000; i++) value = { value };
    return value;
  },
  'a very long string': () => ({ text: 'x'.repeat(3_000_000) }),
  'symbols, functions and classes': () => ({ a: Symbol('s'), b: thrower, c: class C {}, [Symbol('key')]: 1 }),
  'a prototype of its own': () => Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }) as object,
  'keys that objects inherit': () => JSON.parse('{"__proto__":{"polluted":1},"constructor":1,"toString":2}') as object,
};

describe('telemetry never throws into the host, and accounts for the event, when it is given', () => {
  for (const [name, make] of Object.entries(HOSTILE)) {
    test(name, async () => {
      const { lab, bus } = bench();
      const plain = await lab.startExperiment({ name: 'plain' });
      const busy = await lab.startExperiment({
        name: 'busy',
        enrichers: [(record) => ({ seen: Object.keys(record.metadata).length })],
        redact: ['metadata.nested.secret', 'user_id'],
        sampling: { rate: 1 },
      });
      for (const experiment of [plain, busy]) {
        experiment.run(() => {
          bus.execute('a.before', { n: 1 });
          bus.execute('a.hostile', make() as Record<string, unknown>, { sample_id: 's' });
          bus.execute('a.hostile', { n: 2 }, make() as Record<string, unknown>);
          bus.span('a.span', { value: make() }, () => undefined);
          bus.execute('a.after', { n: 3 });
        });
        experiment.execute('a.explicit', make() as Record<string, unknown>, make() as Record<string, unknown>);
        experiment.ingest({ name: 'a.ingested', timestamp: 1, metadata: { value: make() } });
        const names = await namesOf(experiment);
        expect(names).toContain('a.after');
        expect(names.length).toBe(8);
        expect(droppedOf(experiment)).toEqual({});
        const records = await recordsOf(experiment);
        expect(records.find((record) => record.event_name === 'a.before')?.measurements).toEqual({ n: 1 });
        expect(records.find((record) => record.event_name === 'a.after')?.measurements).toEqual({ n: 3 });
        expect(records[1]?.sample_id).toBe('s');
        expect(records[2]?.measurements).toEqual({ n: 2 });
        await expectBalanced(experiment);
      }
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });
  }
});

test('what can be read of a hostile event is kept, and what cannot is said', async () => {
  const { lab } = bench();
  const experiment = await lab.startExperiment({ name: 'a' });
  const measurements = { duration: 5_000_000n };
  Object.defineProperty(measurements, 'broken', { enumerable: true, get: thrower });
  experiment.execute('req_llm.request.stop', measurements, { model: 'm', sample_id: 's' });
  const [record] = await recordsOf(experiment);
  expect(record).toMatchObject({ latency_ms: 5, model: 'm', sample_id: 's' });
  expect(record?.measurements).toEqual({ duration: 5, broken: '[Threw: hostile]' });
});

test('a getter that executes events has them recorded after its own event, each once, whole and with its own time', async () => {
  const { lab, bus, clock } = bench();
  const experiment = await lab.startExperiment({ name: 'a' });
  const start = clock.nowMicros();
  const inner = () => {
    clock.advance(5);
    bus.execute('a.inner', { big: 7_000_000n }, { x: 'y' });
    clock.advance(5);
    return 2;
  };
  experiment.run(() => {
    bus.execute('a.outer', {
      n: 1,
      get inner() {
        return inner();
      },
      last: 3,
    });
    bus.execute('a.next', { n: 4 });
  });
  const rows = (await recordsOf(experiment)).map((record) => [
    record.event_name,
    record.timestamp - start,
    record.measurements,
    record.metadata,
  ]);
  expect(rows).toEqual([
    ['a.outer', 0, { n: 1, inner: 2, last: 3 }, {}],
    ['a.inner', 5, { big: 7_000_000 }, { x: 'y' }],
    ['a.next', 10, { n: 4 }, {}],
  ]);
  await expectBalanced(experiment);
});

test('a getter that executes the event it is part of is cut off and counted', async () => {
  const { lab, bus } = bench();
  const experiment = await lab.startExperiment({ name: 'a' });
  const metadata = {
    get again(): number {
      bus.execute('a.b', {}, metadata);
      return 1;
    },
  };
  experiment.run(() => bus.execute('a.b', {}, metadata));
  experiment.run(() => bus.execute('a.after'));
  expect((await namesOf(experiment)).at(-1)).toBe('a.after');
  expect(experiment.ledger().stored).toBeLessThan(200);
  expect(experiment.ledger().dropped.encode).toBeGreaterThan(0);
  await expectBalanced(experiment);
});

test('a value that stops the experiment while it is read does not break the account', async () => {
  const { lab, bus } = bench();
  const experiment = await lab.startExperiment({ name: 'a' });
  let stopping: Promise<void> | undefined;
  experiment.run(() => {
    bus.execute('a.b', {
      get n() {
        stopping ??= experiment.stop();
        return 1;
      },
    });
    bus.execute('a.c');
  });
  await stopping;
  expect(experiment.ledger()).toMatchObject({ emitted: 2, stored: 1, dropped: { stopped: 1 } });
  await expectBalanced(experiment);
});

describe('a store that fails', () => {
  test('while collecting costs the events of that time, counted, and nothing else', async () => {
    const store = memoryStore();
    const { openWriter } = store;
    let broken = false;
    store.openWriter = async (id, options) => {
      const writer = await openWriter.call(store, id, options);
      const { nextBatch } = writer;
      writer.nextBatch = () => {
        if (broken) throw new Error('disk full');
        return nextBatch();
      };
      return writer;
    };
    const { lab, bus } = bench({ store });
    const experiment = await lab.startExperiment({ name: 'a' });
    const emit = (count: number) => {
      for (let i = 0; i < count; i++) bus.execute('a.b', { i: i % 10 }, { text: `t${i % 3}` });
    };
    broken = true;
    emit(3);
    broken = false;
    emit(64);
    broken = true;
    emit(5);
    broken = false;
    emit(100);
    expect(droppedOf(experiment)).toEqual({ encode: 8 });
    expect(experiment.ledger().stored).toBe(164);
    const records = await recordsOf(experiment);
    expect(records.map((record) => record.sequence)).toEqual([...records.keys()]);
    expect(records.slice(0, 64).map((record) => record.measurements.i)).toEqual(
      Array.from({ length: 64 }, (_, i) => i % 10),
    );
    await expectBalanced(experiment);
  });

  test('when a writer is opened leaves no experiment and no listener behind', async () => {
    const { lab, store, bus } = bench();
    store.openWriter = () => Promise.reject(new Error('disk full'));
    await expect(lab.startExperiment({ name: 'a' })).rejects.toThrow('disk full');
    expect(await store.list()).toEqual([]);
    expect(bus.listening).toBe(false);
  });

  test('when an experiment is read back while it is opened leaves no writer and no listener behind', async () => {
    const { lab, store, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const { lab: other, bus: otherBus } = bench({ store });
    const { load } = store;
    let loads = 0;
    store.load = async (id) => {
      if (++loads === 2) throw new Error('disk gone');
      return load.call(store, id);
    };
    await expect(other.joinExperiment(experiment.id)).rejects.toThrow('disk gone');
    expect([bus.listening, otherBus.listening]).toEqual([true, false]);
    expect((await store.writers(experiment.id)).map((writer) => writer.status)).toEqual(['open', 'closed']);
    const joined = await other.joinExperiment(experiment.id);
    expect([joined.isOpen, otherBus.listening]).toEqual([true, true]);
  });

  test('that is full drops what comes, counted as capacity', async () => {
    const { lab, bus } = bench({ store: memoryStore({ maxEvents: 100 }) });
    const experiment = await lab.startExperiment({ name: 'a' });
    for (let i = 0; i < 250; i++) bus.execute('a.b', { i });
    expect(experiment.ledger()).toMatchObject({ emitted: 250, stored: 100, dropped: { capacity: 150 } });
    expect((await recordsOf(experiment)).at(-1)?.measurements).toEqual({ i: 99 });
    expect(experiment.streamingMetrics().total_events).toBe(100);
    await expectBalanced(experiment);
  });
});

test('a clock that fails costs the event, counted', async () => {
  let broken = false;
  const { lab, bus } = bench({ clock: { nowMicros: () => (broken ? thrower() : 1) as number } });
  const experiment = await lab.startExperiment({ name: 'a' });
  broken = true;
  bus.execute('a.b');
  broken = false;
  bus.execute('a.c');
  expect(await namesOf(experiment)).toEqual(['a.c']);
  expect(droppedOf(experiment)).toEqual({ encode: 1 });
});
