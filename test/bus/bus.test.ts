import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { CrucibleError } from '../../src/core/errors.ts';
import { record, warningsOf } from './recorder.ts';

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof CrucibleError) return error.code;
    throw error;
  }
  return undefined;
}

describe('execute', () => {
  test('a handler gets the name, the very objects and its config', () => {
    const bus = createBus();
    const measurements = { duration: 1 };
    const metadata = { model: 'm' };
    const config = { any: 'thing' };
    const calls: unknown[][] = [];
    bus.attach('h', ['x.y'], (...args) => calls.push(args), config);
    bus.execute('x.y', measurements, metadata);
    expect(calls).toHaveLength(1);
    expect(calls[0]![0]).toBe('x.y');
    expect(calls[0]![1]).toBe(measurements);
    expect(calls[0]![2]).toBe(metadata);
    expect(calls[0]![3]).toBe(config);
  });

  test('left out measurements and metadata arrive as empty objects', () => {
    const bus = createBus();
    const seen = record(bus);
    bus.execute('x.y');
    expect(seen).toMatchObject([{ name: 'x.y', measurements: {}, metadata: {} }]);
  });

  test('names match exactly, not by prefix', () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.attach('h', ['a.b'], (name) => calls.push(name));
    for (const name of ['a', 'a.b', 'a.b.c', 'a.bc']) bus.execute(name);
    expect(calls).toEqual(['a.b']);
  });

  test('a list of segments is the dotted name', () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.attach('h', ['a.b'], (name) => calls.push(name));
    bus.execute(['a', 'b']);
    expect(calls).toEqual(['a.b']);
  });

  test('a segment that holds a dot is not two segments', async () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.attach('h', ['dot.in.segment'], (name) => calls.push(name));
    const warnings = await warningsOf(() => bus.execute(['dot.in', 'segment']));
    expect(calls).toEqual([]);
    expect(warnings.join()).toContain('dot.in');
  });

  test('an event with an invalid name is collected as such with one warning, seen by no handler, and never throws', async () => {
    const bus = createBus();
    const seen = record(bus);
    const warnings = await warningsOf(() => {
      for (let i = 0; i < 3; i++) bus.execute('not a name');
      bus.execute('');
      bus.execute([]);
      bus.execute(5 as unknown as string);
      bus.execute(undefined as unknown as string);
    });
    expect(seen.map(({ name }) => name)).toEqual(Array.from({ length: 7 }, () => 'telemetry.event.invalid'));
    expect(warnings.filter((text) => text.includes('"not a name"'))).toHaveLength(1);
    expect(warnings).toHaveLength(5);
  });

  test('names that are invalid without end are not warned about without end', async () => {
    const bus = createBus();
    record(bus);
    const warnings = await warningsOf(() => {
      for (let i = 0; i < 500; i++) bus.execute(`no name ${i}`);
    });
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.length).toBeLessThanOrEqual(20);
  });

  test('what is no object counts as empty, with one warning, and the event goes on', async () => {
    const bus = createBus();
    const seen = record(bus);
    const warnings = await warningsOf(() => {
      const revocable = Proxy.revocable({}, {});
      revocable.revoke();
      for (const wrong of [5, 'text', null, [1], revocable.proxy] as object[]) bus.execute('odd.payload', wrong, wrong);
    });
    expect(seen).toHaveLength(5);
    for (const { measurements, metadata } of seen) expect([measurements, metadata]).toEqual([{}, {}]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('odd.payload');
  });

  test('nobody listening: nothing is looked at', async () => {
    const bus = createBus();
    const hostile = new Proxy({}, { get: () => expect.unreachable(), ownKeys: () => expect.unreachable() });
    const warnings = await warningsOf(() => bus.execute('not a name', hostile, hostile));
    expect(warnings).toEqual([]);
    expect(bus.listening).toBe(false);
  });
});

describe('attach', () => {
  test('handlers are called in the order of attachment', () => {
    const bus = createBus();
    const calls: string[] = [];
    for (const id of ['a', 'b', 'c']) bus.attach(id, 'x.y', () => calls.push(id));
    bus.execute('x.y');
    expect(calls).toEqual(['a', 'b', 'c']);
    expect(bus.listHandlers().map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  test('an array is a list of names, each dotted or a list of segments', () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.attach('h', ['a', 'b.c', ['d', 'e']], (name) => calls.push(name));
    for (const name of ['a', 'b.c', 'd.e', 'a.b.c']) bus.execute(name);
    expect(calls).toEqual(['a', 'b.c', 'd.e']);
  });

  test('an id is unique on the bus, whatever the event', () => {
    const bus = createBus();
    bus.attach('h', 'a.b', () => {});
    expect(codeOf(() => bus.attach('h', 'a.b', () => {}))).toBe('handler_exists');
    expect(codeOf(() => bus.attach('h', 'c.d', () => {}))).toBe('handler_exists');
    expect(bus.listHandlers()).toHaveLength(1);
  });

  test('an id that was detached is free again', () => {
    const bus = createBus();
    bus.attach('h', 'a.b', () => {});
    bus.detach('h');
    bus.attach('h', 'a.b', () => {});
    expect(bus.listHandlers()).toHaveLength(1);
  });

  test.each([
    ['an empty list', [], 'invalid_argument'],
    ['the same name twice', ['a.b', 'a.b'], 'invalid_argument'],
    ['the same name in two spellings', ['a.b', ['a', 'b']], 'invalid_argument'],
    ['an invalid name after a valid one', ['a.b', 'a..b'], 'invalid_event_name'],
    ['an empty name', '', 'invalid_event_name'],
    ['a name of no segments', [[]], 'invalid_event_name'],
    ['a number', 5, 'invalid_argument'],
  ])('%s is an error and changes nothing', (_, given, code) => {
    const bus = createBus();
    expect(codeOf(() => bus.attach('h', given as string[], () => {}))).toBe(code);
    expect(bus.listHandlers()).toEqual([]);
    expect(bus.listening).toBe(false);
    expect(bus.event('a.b').enabled).toBe(false);
  });

  test('an id that is no text and a handler that is no function are errors', () => {
    const bus = createBus();
    expect(codeOf(() => bus.attach('', 'a.b', () => {}))).toBe('invalid_argument');
    expect(codeOf(() => bus.attach(7 as unknown as string, 'a.b', () => {}))).toBe('invalid_argument');
    expect(codeOf(() => bus.attach('h', 'a.b', undefined as unknown as () => void))).toBe('invalid_argument');
    expect(bus.listHandlers()).toEqual([]);
  });
});

describe('detach', () => {
  test('removes the id from all its events; false when there is none', () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.attach('h', ['a', 'b'], (name) => calls.push(name));
    expect(bus.detach('h')).toBe(true);
    expect(bus.detach('h')).toBe(false);
    bus.execute('a');
    bus.execute('b');
    expect(calls).toEqual([]);
    expect(bus.listening).toBe(false);
  });

  test('the function from attach is idempotent and spares a later handler of the same id', () => {
    const bus = createBus();
    const detach = bus.attach('h', 'a', () => {});
    detach();
    bus.attach('h', 'a', () => {});
    detach();
    expect(bus.listHandlers()).toHaveLength(1);
  });
});

describe('a dispatch is a snapshot', () => {
  test('a handler detached by an earlier one is still called this time, and not again', () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.attach('first', 'x', () => calls.push(`first ${bus.detach('last')}`));
    bus.attach('last', 'x', () => calls.push('last'));
    bus.execute('x');
    bus.execute('x');
    expect(calls).toEqual(['first true', 'last', 'first false']);
  });

  test('a handler attached meanwhile is called from the next time on', () => {
    const bus = createBus();
    const calls: string[] = [];
    bus.attach('a', 'x', () => {
      calls.push('a');
      if (calls.length === 1) bus.attach('late', 'x', () => calls.push('late'));
    });
    bus.execute('x');
    expect(calls).toEqual(['a']);
    bus.execute('x');
    expect(calls).toEqual(['a', 'a', 'late']);
  });

  test('a handler may detach itself', () => {
    const bus = createBus();
    let calls = 0;
    const detach = bus.attach('once', 'x', () => {
      calls++;
      detach();
    });
    bus.execute('x');
    bus.execute('x');
    expect(calls).toBe(1);
  });
});

describe('listHandlers', () => {
  test('lists an id once for each event, with its config, in order', () => {
    const bus = createBus();
    bus.attach('two', ['b', 'a'], () => {}, 1);
    bus.attach('one', ['c'], () => {});
    expect(bus.listHandlers()).toEqual([
      { id: 'two', event_name: 'b', config: 1 },
      { id: 'two', event_name: 'a', config: 1 },
      { id: 'one', event_name: 'c', config: undefined },
    ]);
  });

  test('a prefix matches whole segments, in either spelling; the empty one lists all', () => {
    const bus = createBus();
    bus.attach('h', ['req_llm', 'req_llm.request', 'req_llm.request.stop', 'req_llm_2.request', 'req'], () => {});
    const listed = (prefix: string | readonly string[]) => bus.listHandlers(prefix).map((info) => info.event_name);
    expect(listed('req_llm')).toEqual(['req_llm', 'req_llm.request', 'req_llm.request.stop']);
    expect(listed(['req_llm', 'request'])).toEqual(['req_llm.request', 'req_llm.request.stop']);
    expect(listed('nothing')).toEqual([]);
    expect(listed([])).toHaveLength(5);
    expect(listed('')).toHaveLength(5);
    for (const wrong of ['a b', 5, null]) expect(codeOf(() => listed(wrong as string))).toBe('invalid_event_name');
  });
});

test('any sequence of attach, detach and execute calls whom a plain list of handlers would', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const event = fc.constantFrom('x', 'x.y', 'z');
  const command = fc.oneof(
    fc.record({ kind: fc.constant('attach' as const), id, events: fc.uniqueArray(event, { minLength: 1 }) }),
    fc.record({ kind: fc.constant('detach' as const), id }),
    fc.record({ kind: fc.constant('execute' as const), event }),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      const bus = createBus();
      const calls: string[] = [];
      const expected: string[] = [];
      let model: { id: string; events: string[] }[] = [];
      for (const step of commands) {
        if (step.kind === 'attach') {
          const free = !model.some((handler) => handler.id === step.id);
          const code = codeOf(() => bus.attach(step.id, step.events, (name) => calls.push(`${step.id} ${name}`)));
          expect(code).toBe(free ? undefined : 'handler_exists');
          if (free) model.push(step);
        } else if (step.kind === 'detach') {
          expect(bus.detach(step.id)).toBe(model.some((handler) => handler.id === step.id));
          model = model.filter((handler) => handler.id !== step.id);
        } else {
          bus.execute(step.event);
          for (const handler of model) {
            if (handler.events.includes(step.event)) expected.push(`${handler.id} ${step.event}`);
          }
        }
        expect(bus.listening).toBe(model.length > 0);
        expect(bus.event('x.y').enabled).toBe(model.some((handler) => handler.events.includes('x.y')));
      }
      expect(calls).toEqual(expected);
    }),
  );
});
