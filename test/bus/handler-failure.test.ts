import { describe, expect, test } from 'vitest';
import { createBus, type EventHandler } from '../../src/bus/bus.ts';
import { systemClock } from '../../src/core/clock.ts';
import { CrucibleError } from '../../src/core/errors.ts';
import { names, record, turn, warningsOf } from './recorder.ts';

const FAILURE = 'telemetry.handler.failure';

function thrower(value: unknown): EventHandler<undefined> {
  return () => {
    throw value;
  };
}

describe('a handler that throws', () => {
  test('is detached from all its events, told of, and neither the others nor the caller notice', () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.attach('told', FAILURE, () => calls.push('told'));
    bus.attach('bad', ['x', 'y'], thrower(new Error('no')));
    bus.attach('good', 'x', () => calls.push('good'));
    bus.execute('x');
    bus.execute('x');
    bus.execute('y');
    expect(calls).toEqual(['told', 'good', 'good']);
    expect(bus.listHandlers().map(({ id }) => id)).toEqual(['told', 'good']);
  });

  test('is described in full', () => {
    const bus = createBus();
    const seen = record(bus);
    bus.attach('told', FAILURE, () => {});
    const reason = new TypeError('no');
    const config = { deep: true };
    bus.attach(
      'bad',
      'x',
      () => {
        throw reason;
      },
      config,
    );
    const before = systemClock.nowMicros();
    bus.execute('x');
    const failure = seen.find(({ name }) => name === FAILURE)!;
    expect(failure.metadata).toEqual({
      event_name: 'x',
      handler_id: 'bad',
      handler_config: config,
      kind: 'error',
      reason,
      stacktrace: reason.stack,
    });
    expect(Object.keys(failure.measurements).sort()).toEqual(['monotonic_time', 'system_time']);
    expect(failure.measurements.system_time).toBeGreaterThanOrEqual(before);
    expect(failure.measurements.system_time).toBeLessThanOrEqual(systemClock.nowMicros());
    expect(failure.measurements.monotonic_time).toBeLessThanOrEqual(performance.now());
  });

  test.each([
    ['an Error', () => new RangeError('r'), 'error'],
    [
      'an Error of another realm',
      () => Object.assign(Object.create({ [Symbol.toStringTag]: 'Error' }), { stack: 's' }),
      'error',
    ],
    ['a text', () => 'text', 'throw'],
    ['undefined', () => undefined, 'throw'],
    [
      'a hostile proxy',
      () =>
        new Proxy(
          {},
          {
            get: () => thrower(1)('', {}, {}, undefined),
            getPrototypeOf: () => thrower(2)('', {}, {}, undefined) as object,
          },
        ),
      'throw',
    ],
  ])('kind tells an Error from anything else: %s', (_, make, kind) => {
    const bus = createBus();
    const value = make();
    const seen: Record<string, unknown>[] = [];
    bus.attach('told', FAILURE, (_name, _measurements, metadata) => seen.push(metadata));
    bus.attach('bad', 'x', thrower(value));
    expect(() => bus.execute('x')).not.toThrow();
    expect(seen).toHaveLength(1);
    expect(seen[0]!.kind).toBe(kind);
    expect(Object.is(seen[0]!.reason, value)).toBe(true);
    expect(seen[0]!.stacktrace === null).toBe(kind === 'throw');
  });

  test('is not silent when nobody handles failures', async () => {
    const bus = createBus();
    bus.attach('unheard', 'x', thrower(new Error('the cause')));
    const warnings = await warningsOf(() => bus.execute('x'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('unheard');
    expect(warnings[0]).toContain('the cause');
  });

  test('is not warned about when somebody handles failures', async () => {
    const bus = createBus();
    bus.attach('told', FAILURE, () => {});
    bus.attach('heard', 'x', thrower(new Error('the cause')));
    expect(await warningsOf(() => bus.execute('x'))).toEqual([]);
  });

  test('by calling itself through the bus without end is the only one to fail', () => {
    const bus = createBus();
    const failures: unknown[] = [];
    let innocent = 0;
    bus.attach('told', FAILURE, (_name, _measurements, metadata) =>
      failures.push(metadata.handler_id, metadata.reason),
    );
    bus.attach('loop', ['x', 'y'], (name) => bus.execute(name === 'x' ? 'y' : 'x'));
    bus.attach('innocent', ['x', 'y'], () => {
      innocent++;
    });
    bus.execute('x');
    expect(bus.listHandlers('x').map(({ id }) => id)).toEqual(['innocent']);
    expect(bus.listHandlers(FAILURE).map(({ id }) => id)).toEqual(['told']);
    expect(failures).toHaveLength(2);
    expect(failures[0]).toBe('loop');
    expect((failures[1] as CrucibleError).code).toBe('handler_recursion');
    expect(innocent).toBe(101);
  });
});

describe('a handler whose promise rejects', () => {
  test('is detached late, and told of as a rejection', async () => {
    const bus = createBus();
    const seen: Record<string, unknown>[] = [];
    const reason = new Error('later');
    bus.attach('told', FAILURE, (_name, _measurements, metadata) => seen.push(metadata));
    bus.attach('bad', ['x', 'y'], async () => {
      throw reason;
    });
    bus.execute('x');
    expect(seen).toEqual([]);
    expect(bus.listHandlers('x')).toHaveLength(1);
    await turn();
    expect(seen).toMatchObject([
      { event_name: 'x', handler_id: 'bad', kind: 'rejection', reason, stacktrace: reason.stack },
    ]);
    expect(bus.listHandlers('x')).toEqual([]);
    expect(bus.listHandlers('y')).toEqual([]);
  });

  test('tells of each call that was under way', async () => {
    const bus = createBus();
    let failures = 0;
    bus.attach('told', FAILURE, () => {
      failures++;
    });
    bus.attach('bad', 'x', () => Promise.reject(new Error('no')));
    bus.execute('x');
    bus.execute('x');
    await turn();
    expect(failures).toBe(2);
  });

  test('may be any thenable, even one whose then throws', async () => {
    const bus = createBus();
    const reasons: unknown[] = [];
    bus.attach('told', FAILURE, (_name, _measurements, metadata) => reasons.push(metadata.reason));
    bus.attach('rejects', 'x', () => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
      then: (_ok: unknown, fail: (reason: unknown) => void) => fail('rejected'),
    }));
    bus.attach('throws', 'x', () => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
      then: () => {
        throw 'thrown';
      },
    }));
    bus.execute('x');
    await turn();
    expect(reasons).toEqual(['rejected', 'thrown']);
  });

  test('leaves a later handler of the same id alone', async () => {
    const bus = createBus();
    bus.attach('told', FAILURE, () => {});
    bus.attach('same', 'x', () => Promise.reject(new Error('no')));
    bus.execute('x');
    bus.detach('same');
    bus.attach('same', 'x', () => {});
    await turn();
    expect(bus.listHandlers('x')).toHaveLength(1);
  });
});

describe('a failure handler', () => {
  test('that fails is detached and told of to the others, before they hear the first failure', () => {
    const bus = createBus();
    const heard: unknown[][] = [];
    bus.attach('f1', FAILURE, thrower(new Error('me too')));
    bus.attach('f2', FAILURE, (_name, _measurements, metadata) =>
      heard.push([metadata.handler_id, metadata.event_name]),
    );
    bus.attach('b', 'x', thrower(new Error('no')));
    bus.execute('x');
    expect(heard).toEqual([
      ['f1', FAILURE],
      ['b', 'x'],
    ]);
    expect(bus.listHandlers().map(({ id }) => id)).toEqual(['f2']);
  });

  test('however many fail, the recursion ends with all of them detached', () => {
    const bus = createBus();
    for (let i = 0; i < 8; i++) bus.attach(`f${i}`, FAILURE, thrower(i));
    bus.attach('b', 'x', thrower('no'));
    bus.execute('x');
    expect(bus.listHandlers()).toEqual([]);
    expect(bus.listening).toBe(false);
  });

  test('may not attach, which fails it; afterwards attaching works again', () => {
    const bus = createBus();
    const errors: unknown[] = [];
    bus.attach('watcher', FAILURE, (_name, _measurements, metadata) => errors.push(metadata.reason));
    bus.attach('reviver', FAILURE, () => {
      bus.attach('again', 'x', thrower('no'));
    });
    bus.attach('bad', 'x', thrower('no'));
    bus.execute('x');
    expect(errors).toHaveLength(2);
    expect(errors[0]).toBe('no');
    expect(errors[1]).toBeInstanceOf(CrucibleError);
    expect((errors[1] as CrucibleError).code).toBe('attach_refused');
    expect(bus.listHandlers().map(({ id }) => id)).toEqual(['watcher']);
    bus.attach('again', 'x', () => {});
    expect(bus.listHandlers('x')).toHaveLength(1);
  });

  test('may detach', () => {
    const bus = createBus();
    bus.attach('other', 'y', () => {});
    bus.attach('told', FAILURE, () => bus.detach('other'));
    bus.attach('bad', 'x', thrower('no'));
    bus.execute('x');
    expect(bus.listHandlers().map(({ id }) => id)).toEqual(['told']);
  });
});

describe('a tap', () => {
  test('sees every event, failures included, before the handlers', () => {
    const bus = createBus();
    const order: string[] = [];
    bus.tap(({ name }) => order.push(`tap ${name}`));
    bus.attach('h', 'x', () => order.push('handler x'));
    bus.attach('bad', 'x', thrower('no'));
    bus.attach('told', FAILURE, () => order.push('told'));
    bus.execute('x');
    bus.execute('y');
    expect(order).toEqual(['tap x', 'handler x', `tap ${FAILURE}`, 'told', 'tap y']);
  });

  test('that throws is warned about once and kept; neither other taps, handlers nor the caller notice', async () => {
    const bus = createBus();
    let calls = 0;
    bus.tap(() => {
      calls++;
      throw new Error('tap trouble');
    });
    const alone = await warningsOf(() => bus.execute('x'));
    const seen = record(bus);
    let handled = 0;
    bus.attach('h', 'x', () => {
      handled++;
    });
    const together = await warningsOf(() => bus.execute('x'));
    expect(calls).toBe(2);
    expect(names(seen)).toEqual(['x']);
    expect(handled).toBe(1);
    expect([...alone, ...together].filter((text) => text.includes('tap trouble'))).toHaveLength(1);
  });

  test('ends alone and once, even when the same function taps twice', () => {
    const bus = createBus();
    let calls = 0;
    const tap = () => {
      calls++;
    };
    const end = bus.tap(tap);
    bus.tap(tap);
    bus.execute('x');
    end();
    end();
    bus.execute('x');
    expect(calls).toBe(3);
  });

  test('gets the frame the event is executed in', () => {
    const bus = createBus();
    const seen = record(bus);
    const frame = { run: {}, span: undefined };
    bus.execute('x');
    bus.context.run(frame, () => bus.execute('x'));
    bus.execute('x');
    expect(seen.map((event) => event.frame)).toEqual([undefined, frame, undefined]);
    expect(seen[1]!.frame).toBe(frame);
  });
});
