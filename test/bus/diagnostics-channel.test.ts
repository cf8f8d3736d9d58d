import { channel, hasSubscribers } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import type { ContextFrame } from '../../src/bus/context.ts';
import { bridgeChannel, publishToChannel } from '../../src/bus/diagnostics-channel.ts';
import { names, record, turn, warningsOf } from './recorder.ts';

const uncaught: unknown[] = [];
process.on('uncaughtExceptionMonitor', (error) => uncaught.push(error));
afterEach(() => expect(uncaught.splice(0)).toEqual([]));

describe('from a channel', () => {
  test('messages become events, as the mapper says, until the bridge ends', () => {
    const bus = createBus();
    const seen = record(bus);
    const source = channel('bridge.in');
    const end = bridgeChannel(bus, 'bridge.in', (message) => {
      const { size } = message as { size: number };
      return size < 0 ? undefined : { name: ['got', 'it'], measurements: { size }, metadata: { from: 'bridge' } };
    });
    source.publish({ size: 1 });
    source.publish({ size: -1 });
    end();
    end();
    source.publish({ size: 2 });
    expect(seen).toMatchObject([{ name: 'got.it', measurements: { size: 1 }, metadata: { from: 'bridge' } }]);
    expect(source.hasSubscribers).toBe(false);
  });

  test('the mapper is not called while nobody listens to the bus', () => {
    const bus = createBus();
    const end = bridgeChannel(bus, 'bridge.idle', () => expect.unreachable());
    channel('bridge.idle').publish({});
    end();
  });

  test('a mapper that throws, and one that maps to nonsense, are warned about once and reach no handler', async () => {
    const bus = createBus();
    const seen = record(bus);
    bridgeChannel(bus, 'bridge.throws', () => {
      throw new Error('mapper trouble');
    });
    bridgeChannel(bus, 'bridge.nonsense', () => 5 as unknown as undefined);
    bridgeChannel(bus, 'bridge.null', () => null as unknown as undefined);
    const warnings = await warningsOf(async () => {
      for (let i = 0; i < 2; i++) {
        for (const name of ['bridge.throws', 'bridge.nonsense', 'bridge.null']) channel(name).publish({});
      }
      await turn();
    });
    expect(seen.map(({ name }) => name)).toEqual(['telemetry.event.invalid', 'telemetry.event.invalid']);
    expect(warnings.filter((text) => text.includes('mapper trouble'))).toHaveLength(1);
    expect(warnings).toHaveLength(3);
  });

  test('an event is executed in the frame that the mapper gives, else in that of the publisher', () => {
    const bus = createBus();
    const seen = record(bus);
    const [begun, ambient] = [1, 2].map((id) => ({ run: { id }, span: undefined }));
    bridgeChannel(bus, 'bridge.frame', (message) => ({ name: 'x', frame: message as ContextFrame | undefined }));
    bus.context.run(ambient, () => {
      channel('bridge.frame').publish(begun);
      channel('bridge.frame').publish(undefined);
    });
    expect(seen.map(({ frame }) => frame)).toEqual([begun, ambient]);
  });

  test('a channel may be named by a symbol', () => {
    const bus = createBus();
    const seen = record(bus);
    const name = Symbol('bridge.symbol');
    bridgeChannel(bus, name, () => ({ name: 'x' }));
    channel(name).publish({});
    expect(names(seen)).toEqual(['x']);
  });

  test('a real request of fetch is seen by its channels, and told apart by the request object', async () => {
    const server = createServer((request, response) => {
      setTimeout(() => response.end(`body of ${request.url}`), 5);
    });
    server.listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const bus = createBus();
    const seen = record(bus);
    interface Message {
      readonly request: { readonly method: string; readonly path: string };
      readonly response: { readonly statusCode: number };
    }
    const frames = new WeakMap<object, ContextFrame | undefined>();
    const ends = [
      bridgeChannel(bus, 'undici:request:create', (message) => {
        const { request } = message as Message;
        frames.set(request, bus.context.current());
        return { name: 'http.request.start', metadata: { method: request.method, path: request.path } };
      }),
      bridgeChannel(bus, 'undici:request:headers', (message) => {
        const { request, response } = message as Message;
        return {
          name: 'http.request.headers',
          measurements: { status: response.statusCode },
          metadata: { path: request.path },
          frame: frames.get(request),
        };
      }),
    ];
    const runs = Array.from({ length: 12 }, (_, i) => ({ run: { path: `/call-${i}` }, span: undefined }));
    try {
      await Promise.all(
        runs.map((frame) =>
          bus.context.run(frame, async () => {
            const response = await fetch(`http://127.0.0.1:${port}${frame.run.path}`);
            expect(await response.text()).toBe(`body of ${frame.run.path}`);
          }),
        ),
      );
    } finally {
      for (const end of ends) end();
      server.close();
      server.closeAllConnections();
    }
    expect(seen).toHaveLength(24);
    for (const event of seen) expect(event.frame?.run).toEqual({ path: event.metadata.path });
    const headers = seen.filter(({ name }) => name === 'http.request.headers');
    expect(headers.map(({ measurements }) => measurements.status)).toEqual(Array(12).fill(200));
  });
});

describe('to a channel', () => {
  test('events are published as name, measurements and metadata, until the bridge ends', () => {
    const bus = createBus();
    const messages: unknown[] = [];
    const listen = (message: unknown) => messages.push(message);
    const target = channel('bridge.out');
    target.subscribe(listen);
    const end = publishToChannel(bus, ['x', ['y', 'z']], 'bridge.out');
    bus.execute('x', { n: 1 }, { m: 2 });
    bus.execute('y.z');
    bus.execute('other');
    end();
    bus.execute('x');
    target.unsubscribe(listen);
    expect(messages).toEqual([
      { name: 'x', measurements: { n: 1 }, metadata: { m: 2 } },
      { name: 'y.z', measurements: {}, metadata: {} },
    ]);
  });

  test('a mapper makes or skips the message, and is called only for subscribers', () => {
    const bus = createBus();
    const mapped: string[] = [];
    publishToChannel(bus, ['x', 'y'], 'bridge.mapped', (name) => {
      mapped.push(name);
      return name === 'x' ? 'message' : undefined;
    });
    bus.execute('x');
    expect(mapped).toEqual([]);
    const messages: unknown[] = [];
    channel('bridge.mapped').subscribe((message) => messages.push(message));
    bus.execute('x');
    bus.execute('y');
    expect(mapped).toEqual(['x', 'y']);
    expect(messages).toEqual(['message']);
  });

  test('a mapper that throws is warned about once and the bridge stays', async () => {
    const bus = createBus();
    let calls = 0;
    channel('bridge.out.throws').subscribe(() => {});
    publishToChannel(bus, 'x', 'bridge.out.throws', () => {
      calls++;
      throw new Error('no message');
    });
    const warnings = await warningsOf(() => {
      bus.execute('x');
      bus.execute('x');
    });
    expect(calls).toBe(2);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('no message');
  });

  test('several bridges to one channel are possible', () => {
    const bus = createBus();
    const ends = [publishToChannel(bus, 'x', 'bridge.twice'), publishToChannel(bus, 'x', 'bridge.twice')];
    expect(bus.listHandlers('x')).toHaveLength(2);
    for (const end of ends) end();
    expect(bus.listening).toBe(false);
  });
});

test('a bridge keeps its channel from being collected', async () => {
  const bus = createBus();
  bridgeChannel(bus, 'bridge.kept', () => undefined);
  await turn();
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  await turn();
  expect(hasSubscribers('bridge.kept')).toBe(true);
});
