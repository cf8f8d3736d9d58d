import { channel, tracingChannel } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { bridgeTracingChannel, type TracingMapper } from '../../src/bus/diagnostics-channel.ts';
import { names, record, type Seen, turn, warningsOf } from './recorder.ts';

const uncaught: unknown[] = [];
process.on('uncaughtExceptionMonitor', (error) => uncaught.push(error));
afterEach(() => expect(uncaught.splice(0)).toEqual([]));

let count = 0;

function setUp(mapper?: TracingMapper) {
  const bus = createBus();
  const seen = record(bus);
  const name = `tracing.test.${++count}`;
  const end = bridgeTracingChannel(bus, name, 'op', mapper);
  return { bus, seen, end, name, source: tracingChannel<unknown, object>(name) };
}

function expectWhole(seen: readonly Seen[], closing: 'op.stop' | 'op.exception'): void {
  expect(names(seen)).toEqual(['op.start', closing]);
  const [start, close] = seen as [Seen, Seen];
  expect(close.metadata.span_id).toBe(start.metadata.span_id);
  expect(close.metadata.trace_id).toBe(start.metadata.trace_id);
  expect(close.measurements.duration).toBe(
    (close.measurements.monotonic_time as number) - (start.measurements.monotonic_time as number),
  );
}

type Callback = (error: unknown, value?: unknown) => void;

describe('a synchronous operation', () => {
  test('that returns stops at its end', () => {
    const { seen, source } = setUp();
    expect(source.traceSync(() => 5, {})).toBe(5);
    expectWhole(seen, 'op.stop');
  });

  test('that returns nothing stops too', () => {
    const { seen, source } = setUp();
    source.traceSync(() => undefined, {});
    expectWhole(seen, 'op.stop');
  });

  test('that throws is one exception', () => {
    const { seen, source } = setUp();
    const error = new Error('no');
    expect(() =>
      source.traceSync(() => {
        throw error;
      }, {}),
    ).toThrow(error);
    expectWhole(seen, 'op.exception');
    expect(seen[1]!.metadata).toMatchObject({ kind: 'error', reason: error, stacktrace: error.stack });
  });

  test('that throws undefined is an exception all the same', () => {
    const { seen, source } = setUp();
    expect(() =>
      source.traceSync(() => {
        throw undefined;
      }, {}),
    ).toThrow();
    expectWhole(seen, 'op.exception');
    expect(seen[1]!.metadata).toMatchObject({ kind: 'throw', stacktrace: null });
  });

  test('whose result is a promise is over when that settles, not at its end', async () => {
    const { seen, source } = setUp();
    const work = source.traceSync(() => sleep(15, 'done'), {});
    await turn();
    expect(names(seen)).toEqual(['op.start']);
    expect(await work).toBe('done');
    await turn();
    expectWhole(seen, 'op.stop');
    expect(seen[1]!.measurements.duration).toBeGreaterThanOrEqual(14);
  });

  test('whose result is a promise that rejects is one exception', async () => {
    const { seen, source } = setUp();
    await expect(source.traceSync(() => Promise.reject(new Error('no')), {})).rejects.toThrow('no');
    await turn();
    expectWhole(seen, 'op.exception');
    expect(seen[1]!.metadata.kind).toBe('rejection');
  });
});

describe('an operation with a promise', () => {
  test('stops when it fulfils, not at its end', async () => {
    const { seen, source } = setUp();
    const work = source.tracePromise(() => sleep(15, 'done'), {});
    await turn();
    expect(names(seen)).toEqual(['op.start']);
    expect(await work).toBe('done');
    expectWhole(seen, 'op.stop');
    expect(seen[1]!.measurements.duration).toBeGreaterThanOrEqual(14);
  });

  test('is one exception when it rejects, even with undefined', async () => {
    for (const reason of [new Error('no'), undefined]) {
      const { seen, source } = setUp();
      const caught = await source.tracePromise(() => Promise.reject(reason), {}).catch((error: unknown) => error);
      expect(caught).toBe(reason);
      await turn();
      expectWhole(seen, 'op.exception');
      expect(seen[1]!.metadata).toMatchObject({ kind: 'rejection', reason });
    }
  });

  test('is one exception when the function throws before there is a promise', () => {
    const { seen, source } = setUp();
    expect(() =>
      source.tracePromise(() => {
        throw new Error('early');
      }, {}),
    ).toThrow('early');
    expectWhole(seen, 'op.exception');
    expect(seen[1]!.metadata.kind).toBe('error');
  });
});

describe('an operation with a callback', () => {
  test('stops after the callback, not at its end', async () => {
    const { seen, source } = setUp();
    const value = await new Promise((resolve) => {
      source.traceCallback(
        (callback: Callback) => setTimeout(() => callback(null, 'done'), 15),
        -1,
        {},
        undefined,
        (_error: unknown, result: unknown) => {
          expect(names(seen)).toEqual(['op.start']);
          resolve(result);
        },
      );
      expect(names(seen)).toEqual(['op.start']);
    });
    expect(value).toBe('done');
    expectWhole(seen, 'op.stop');
    expect(seen[1]!.measurements.duration).toBeGreaterThanOrEqual(14);
  });

  test('is one exception when the callback gets an error', async () => {
    const { seen, source } = setUp();
    const error = new Error('no');
    await new Promise<void>((resolve) => {
      source.traceCallback(
        (callback: Callback) => setImmediate(callback, error),
        -1,
        {},
        undefined,
        (_error: unknown) => resolve(),
      );
    });
    expectWhole(seen, 'op.exception');
    expect(seen[1]!.metadata.reason).toBe(error);
  });

  test('that calls back before it returns stops once', () => {
    const { seen, source } = setUp();
    source.traceCallback(
      (callback: Callback) => callback(null, 1),
      -1,
      {},
      undefined,
      () => {},
    );
    expectWhole(seen, 'op.stop');
  });

  test('that calls back twice stops once', () => {
    const phases: string[] = [];
    const { seen, source } = setUp((_message, phase) => {
      phases.push(phase);
      return undefined;
    });
    source.traceCallback(
      (callback: Callback) => {
        callback(null, 1);
        callback(new Error('again'));
      },
      -1,
      {},
      undefined,
      () => {},
    );
    expectWhole(seen, 'op.stop');
    expect(phases).toEqual(['start', 'stop']);
  });

  test('is one exception when the function throws', () => {
    const { seen, source } = setUp();
    expect(() =>
      source.traceCallback(
        (_callback: Callback) => {
          throw new Error('no');
        },
        -1,
        {},
        undefined,
        () => {},
      ),
    ).toThrow('no');
    expectWhole(seen, 'op.exception');
  });
});

describe('a publisher of its own making', () => {
  test('a promise as result at the end, then asyncEnd: stops once', async () => {
    const { seen, name } = setUp();
    const [start, end, asyncEnd] = ['start', 'end', 'asyncEnd'].map((phase) => channel(`tracing:${name}:${phase}`));
    const message: { result?: unknown } = {};
    start!.publish(message);
    const promise = sleep(5);
    message.result = promise;
    end!.publish(message);
    expect(names(seen)).toEqual(['op.start']);
    await promise;
    asyncEnd!.publish(message);
    await turn();
    expectWhole(seen, 'op.stop');
  });

  test('a foreign thenable as result is left alone and closed by asyncEnd', () => {
    const { seen, name } = setUp();
    const [start, end, asyncEnd] = ['start', 'end', 'asyncEnd'].map((phase) => channel(`tracing:${name}:${phase}`));
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const message = { result: { then: () => expect.unreachable() } };
    start!.publish(message);
    end!.publish(message);
    expect(names(seen)).toEqual(['op.start']);
    asyncEnd!.publish(message);
    expectWhole(seen, 'op.stop');
  });

  test('messages that are no objects, or of operations never started, are nothing', () => {
    const { seen, name } = setUp();
    for (const phase of ['start', 'end', 'error', 'asyncStart', 'asyncEnd']) {
      for (const message of [undefined, null, 5, 'text']) channel(`tracing:${name}:${phase}`).publish(message);
      if (phase !== 'start') channel(`tracing:${name}:${phase}`).publish({});
    }
    expect(seen).toEqual([]);
  });
});

test('interleaved operations are told apart by their context objects', async () => {
  const { seen, source } = setUp((message) => ({ metadata: { i: message.i } }));
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      source
        .tracePromise(() => (i % 3 === 0 ? sleep(i % 4).then(() => Promise.reject(i)) : sleep((i * 7) % 5)), { i })
        .catch(() => {}),
    ),
  );
  for (let i = 0; i < 20; i++) {
    const own = seen.filter((event) => event.metadata.i === i);
    expectWhole(own, i % 3 === 0 ? 'op.exception' : 'op.stop');
  }
  expect(new Set(seen.map((event) => event.metadata.span_id)).size).toBe(20);
});

test('both events belong to the frame and the span around the start', async () => {
  const { bus, seen, source } = setUp();
  let settle: (value: unknown) => void = () => {};
  await bus.span('outer', {}, async (outer) => {
    const work = source.tracePromise(() => new Promise((resolve) => (settle = resolve)), {});
    const [, start] = seen as [Seen, Seen];
    expect(start.metadata.parent_span_id).toBe(outer.span_id);
    expect(start.metadata.trace_id).toBe(outer.trace_id);
    bus.context.run({ run: { other: true }, span: undefined }, () => settle(1));
    await work;
    expect(seen[2]!.frame).toBe(start.frame);
  });
});

describe('the mapper', () => {
  test('adds metadata to both events and measurements to the closing one', async () => {
    const { seen, source } = setUp((message, phase) => ({
      measurements: phase === 'start' ? { size: 3 } : { length: (message.result as string).length },
      metadata: phase === 'start' ? { url: message.url } : { phase },
    }));
    await source.tracePromise(async () => 'four', { url: '/u' });
    expect(seen[0]!.metadata).toMatchObject({ url: '/u' });
    expect(seen[1]!.metadata).toMatchObject({ url: '/u', phase: 'stop' });
    expect(seen[1]!.measurements).toMatchObject({ size: 3, length: 4 });
  });

  test('that throws costs its fields, not the events, and is warned about once', async () => {
    const { seen, source } = setUp(() => {
      throw new Error('mapper trouble');
    });
    const warnings = await warningsOf(() => source.traceSync(() => 1, {}));
    expectWhole(seen, 'op.stop');
    expect(warnings.filter((text) => text.includes('mapper trouble'))).toHaveLength(1);
  });
});

test('whole graphs only: what began unseen stays unseen, and the mapper is not called', async () => {
  const bus = createBus();
  let mapped = 0;
  bridgeTracingChannel(bus, 'tracing.unseen', 'op', () => {
    mapped++;
    return undefined;
  });
  let seen: Seen[] = [];
  await tracingChannel<unknown, object>('tracing.unseen').tracePromise(async () => {
    seen = record(bus);
  }, {});
  expect(seen).toEqual([]);
  expect(mapped).toBe(0);
});

test('an ended bridge leaves the channel as it was', () => {
  const { seen, source, end } = setUp();
  end();
  source.traceSync(() => 1, {});
  expect(seen).toEqual([]);
  expect(source.start.hasSubscribers || source.end.hasSubscribers || source.error.hasSubscribers).toBe(false);
});
