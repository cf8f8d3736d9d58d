import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Bus, createBus, type Span } from '../../src/bus/bus.ts';
import { systemClock } from '../../src/core/clock.ts';
import { CrucibleError } from '../../src/core/errors.ts';
import { names, record, type Seen, turn, warningsOf } from './recorder.ts';

function setUp(): { bus: Bus; seen: Seen[] } {
  const bus = createBus();
  return { bus, seen: record(bus) };
}

function ids({ metadata }: Seen) {
  return { trace: metadata.trace_id, span: metadata.span_id, parent: metadata.parent_span_id };
}

describe('the events of a span', () => {
  test('a function that returns: start, then stop, with its result', () => {
    const { bus, seen } = setUp();
    const before = systemClock.nowMicros();
    const result = { any: 'thing' };
    expect(bus.span('x', { model: 'm' }, () => result)).toBe(result);
    expect(names(seen)).toEqual(['x.start', 'x.stop']);
    const [start, stop] = seen as [Seen, Seen];
    expect(Object.keys(start.measurements).sort()).toEqual(['monotonic_time', 'system_time']);
    expect(start.measurements.system_time).toBeGreaterThanOrEqual(before);
    expect(start.measurements.system_time).toBeLessThanOrEqual(systemClock.nowMicros());
    expect(Number.isInteger(start.measurements.system_time)).toBe(true);
    expect(Object.keys(stop.measurements).sort()).toEqual(['duration', 'monotonic_time']);
    expect(stop.measurements.duration).toBe(
      (stop.measurements.monotonic_time as number) - (start.measurements.monotonic_time as number),
    );
    expect(start.metadata).toMatchObject({ model: 'm' });
    expect(stop.metadata).toEqual(start.metadata);
  });

  test('a function that throws: start, then exception, and the same error out', () => {
    const { bus, seen } = setUp();
    const error = new TypeError('no');
    let caught: unknown;
    try {
      bus.span('x', { model: 'm' }, () => {
        throw error;
      });
    } catch (thrown) {
      caught = thrown;
    }
    expect(caught).toBe(error);
    expect(names(seen)).toEqual(['x.start', 'x.exception']);
    expect(seen[1]!.metadata).toEqual({
      ...seen[0]!.metadata,
      kind: 'error',
      reason: error,
      stacktrace: error.stack,
    });
    expect(Object.keys(seen[1]!.measurements).sort()).toEqual(['duration', 'monotonic_time']);
  });

  test('anything else that is thrown keeps its identity', () => {
    for (const thrown of [undefined, null, 0, 'text', { a: 1 }, Symbol('s')]) {
      const { bus, seen } = setUp();
      let caught: unknown = 'nothing';
      try {
        bus.span('x', {}, () => {
          throw thrown;
        });
      } catch (error) {
        caught = error;
      }
      expect(Object.is(caught, thrown)).toBe(true);
      expect(seen[1]!.metadata).toMatchObject({ kind: 'throw', stacktrace: null });
      expect(Object.is(seen[1]!.metadata.reason, thrown)).toBe(true);
    }
  });

  test('a promise: stop when it fulfils, not before, with its value', async () => {
    const { bus, seen } = setUp();
    const work = bus.span('x', {}, async () => {
      await sleep(15);
      return 7;
    });
    await turn();
    expect(names(seen)).toEqual(['x.start']);
    expect(await work).toBe(7);
    expect(names(seen)).toEqual(['x.start', 'x.stop']);
    expect(seen[1]!.measurements.duration).toBeGreaterThanOrEqual(14);
  });

  test('a promise that rejects: exception of kind rejection, and the same reason out', async () => {
    const { bus, seen } = setUp();
    const reason = { not: 'an error' };
    const caught = await bus.span('x', {}, () => Promise.reject(reason)).catch((error: unknown) => error);
    expect(caught).toBe(reason);
    expect(names(seen)).toEqual(['x.start', 'x.exception']);
    expect(seen[1]!.metadata).toMatchObject({ kind: 'rejection', reason, stacktrace: null });
  });

  test('a thenable is adopted once, in the frame of the span, observed or not', async () => {
    for (const observed of [true, false]) {
      const bus = createBus();
      const seen = observed ? record(bus) : [];
      let started = 0;
      let frame: unknown;
      const query = {
        // biome-ignore lint/suspicious/noThenProperty: a query builder that runs at every then
        then(resolve: (value: string) => void) {
          started++;
          frame = bus.context.current()?.span;
          resolve('rows');
        },
      };
      const result = bus.span('x', {}, () => query as PromiseLike<string>);
      expect(result).toBeInstanceOf(Promise);
      expect(await result).toBe('rows');
      expect(started).toBe(1);
      expect(names(seen)).toEqual(observed ? ['x.start', 'x.stop'] : []);
      expect(frame !== undefined).toBe(observed);
    }
  });

  test('a name may be a list of segments', () => {
    const { bus, seen } = setUp();
    bus.span(['a', 'b'], {}, () => {});
    expect(names(seen)).toEqual(['a.b.start', 'a.b.stop']);
  });
});

describe('measure and annotate', () => {
  test('add to the closing event, later over earlier, and to nothing else', () => {
    const { bus, seen } = setUp();
    bus.span('x', { a: 1, b: 1 }, (span) => {
      span.measure({ n: 1, m: 1 });
      span.measure({ m: 2 });
      span.annotate({ b: 2, c: 2 });
      span.annotate({ c: 3 });
    });
    expect(seen[0]!.metadata).toMatchObject({ a: 1, b: 1 });
    expect(seen[0]!.metadata).not.toHaveProperty('c');
    expect(seen[0]!.measurements).not.toHaveProperty('n');
    expect(seen[1]!.measurements).toMatchObject({ n: 1, m: 2 });
    expect(seen[1]!.metadata).toMatchObject({ a: 1, b: 2, c: 3 });
  });

  test('count for an exception too, without hiding what failed', () => {
    const { bus, seen } = setUp();
    expect(() =>
      bus.span('x', { kind: 'mine' }, (span) => {
        span.measure({ n: 1 });
        span.annotate({ c: 3, reason: 'mine' });
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(seen[1]!.measurements).toMatchObject({ n: 1 });
    expect(seen[1]!.metadata).toMatchObject({ c: 3, kind: 'error', reason: new Error('no') });
  });

  test('can not override what the span measures, nor its ids', () => {
    const { bus, seen } = setUp();
    bus.span('x', {}, (span) => {
      span.measure({ duration: -1, monotonic_time: -1 });
      span.annotate({ trace_id: 'other', span_id: 'other', parent_span_id: 'kept, there is no parent' });
    });
    expect(seen[1]!.measurements.duration).toBeGreaterThanOrEqual(0);
    expect(seen[1]!.measurements.monotonic_time).toBeGreaterThan(0);
    expect(ids(seen[1]!).trace).toBe(ids(seen[0]!).trace);
    expect(ids(seen[1]!).span).toBe(ids(seen[0]!).span);
  });

  test('never throw: what can not be read, or comes too late, is warned about and left out', async () => {
    const { bus, seen } = setUp();
    const hostile = {
      get trap(): never {
        throw new Error('trap');
      },
    };
    let kept: Span | undefined;
    const warnings = await warningsOf(() => {
      bus.span('trouble', hostile, (span) => {
        kept = span;
        span.measure(5 as unknown as object);
        span.measure(hostile);
        span.annotate(undefined as unknown as object);
        span.measure({ n: 1 });
      });
      kept?.measure({ late: 1 });
      kept?.annotate({ late: 1 });
    });
    expect(names(seen)).toEqual(['trouble.start', 'trouble.stop']);
    expect(seen[1]!.measurements).toMatchObject({ n: 1 });
    expect(warnings).toHaveLength(5);
  });

  test('what the caller changes in the start metadata later does not reach the closing event', () => {
    const { bus, seen } = setUp();
    const metadata = { step: 1 };
    bus.span('x', metadata, () => {
      metadata.step = 2;
    });
    expect(seen.map((event) => event.metadata.step)).toEqual([1, 1]);
    expect(metadata).toEqual({ step: 2 });
  });
});

describe('whole graphs only', () => {
  test('nobody listens as the span begins: nothing is ever emitted for it, and no storage is touched', async () => {
    const bus = createBus();
    const calls: string[] = [];
    let inert: Span | undefined;
    const result = await bus.span('x', { trace_id: 't' }, async (span) => {
      inert = span;
      span.measure({ n: 1 });
      span.annotate({ a: 1 });
      bus.attach('late', ['x.start', 'x.stop', 'x.exception'], (name) => calls.push(name));
      expect(bus.context.active).toBe(false);
      await turn();
      return 3;
    });
    expect(result).toBe(3);
    expect(calls).toEqual([]);
    expect(inert).toMatchObject({ trace_id: '0'.repeat(32), span_id: '0'.repeat(16), parent_span_id: undefined });
  });

  test('a listener to other events is nobody', () => {
    const bus = createBus();
    bus.attach('other', ['y.start', 'x'], () => {});
    bus.span('x', {}, () => expect(bus.context.active).toBe(false));
  });

  test.each(['start', 'stop', 'exception'])('a listener to %s alone is somebody', (event) => {
    const bus = createBus();
    bus.attach('one', `x.${event}`, () => {});
    bus.span('x', {}, (span) => expect(span.span_id).not.toBe('0'.repeat(16)));
  });

  test('an inert function that throws or rejects keeps its reason', async () => {
    const bus = createBus();
    const error = new Error('no');
    expect(() =>
      bus.span('x', {}, () => {
        throw error;
      }),
    ).toThrow(error);
    await expect(bus.span('x', {}, () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('set-up errors', () => {
  test.each([
    ['an invalid name', 'a b', {}, () => {}, 'invalid_event_name'],
    ['an empty name', '', {}, () => {}, 'invalid_event_name'],
    ['metadata that is no object', 'x', 5, () => {}, 'invalid_argument'],
    ['work that is no function', 'x', {}, undefined, 'invalid_argument'],
  ])('%s throws before the work begins, whether or not somebody listens', (_, name, metadata, fn, code) => {
    for (const bus of [createBus(), setUp().bus]) {
      let caught: unknown;
      try {
        bus.span(name, metadata as object, fn as () => void);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(CrucibleError);
      expect((caught as CrucibleError).code).toBe(code);
    }
  });
});

test('a handler that fails on start or stop does not reach the work', () => {
  const bus = createBus();
  bus.attach('told', 'telemetry.handler.failure', () => {});
  bus.attach('bad', ['x.start', 'x.stop'], () => {
    throw new Error('handler');
  });
  expect(bus.span('x', {}, () => 5)).toBe(5);
});
