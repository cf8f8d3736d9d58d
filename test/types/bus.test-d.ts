import type { Bus, BusEvent, EventHandler, Span, Tap } from '../../src/bus/bus.ts';
import { bridgeChannel, bridgeTracingChannel, publishToChannel } from '../../src/bus/diagnostics-channel.ts';

declare const bus: Bus;
declare const anyName: string;

// A known name: its fields are checked, whether given to execute or to a resolved event.
bus.execute('req_llm.request.stop', { duration: 1.5 }, { model: 'gpt-4o', tokens: { prompt: 1, completion: 2 } });
bus.execute('req_llm.request.stop', { duration: 15n });
bus.execute('req_llm.request.stop');
// @ts-expect-error a duration is a number or a bigint
bus.execute('req_llm.request.stop', { duration: '1 s' });
// @ts-expect-error an epoch has no such measurement
bus.execute('crucible_train.epoch.stop', { no_such_field: 1 });
const stop: BusEvent<'req_llm.request.stop'> = bus.event('req_llm.request.stop');
stop.execute({ duration: 1 }, { model: 'm' });
// @ts-expect-error a model is text
stop.execute({ duration: 1 }, { model: 5 });

// An unknown name, or one not known to the compiler, is free.
bus.execute('my_app.thing', { anything: 1 }, { goes: ['here'] });
bus.execute(anyName, { anything: 1 }, { goes: true });
bus.execute(['my_app', 'thing'], { anything: 1 });
// @ts-expect-error measurements are an object
bus.execute('my_app.thing', 5);
// @ts-expect-error a name is text or a list of texts
bus.execute(5);
// @ts-expect-error segments are texts
bus.execute(['a', 5]);

// The config of a handler is that of its attach; any return value will do, a promise included.
const detach: () => void = bus.attach(
  'id',
  ['a.b', ['c', 'd']],
  (name, measurements, metadata, config) => {
    const parts: [string, unknown, unknown, { limit: number }] = [name, measurements.x, metadata.y, config];
    return parts.length;
  },
  { limit: 5 },
);
bus.attach('id', 'a.b', async () => {});
bus.attach('id', 'a.b', (_name, measurements) => {
  // @ts-expect-error what a handler gets is read-only
  measurements.x = 1;
});
// @ts-expect-error a handler that wants a config must be given one
bus.attach('id', 'a.b', (_name, _measurements, _metadata, config: { limit: number }) => config.limit);
// @ts-expect-error and the right one
bus.attach('id', 'a.b', (_name, _measurements, _metadata, config: { limit: number }) => config.limit, { limit: '5' });
// @ts-expect-error a handler is a function
bus.attach('id', 'a.b', 'handler');
const handler: EventHandler<{ limit: number }> = () => undefined;
bus.attach('id', 'a.b', handler, { limit: 5 });
detach();

// A span returns what its function returns.
const sync: number = bus.span('my_app.work', { a: 1 }, () => 5);
const later: Promise<string> = bus.span('my_app.work', {}, async (span: Span) => {
  span.measure({ anything: 1 });
  span.annotate({ goes: true });
  const parent: string | undefined = span.parent_span_id;
  return span.trace_id + span.span_id + parent;
});
// @ts-expect-error a span returns what its function returns
const wrong: string = bus.span('my_app.work', {}, () => 5);
// The fields of a known span are those of its start and stop.
bus.span('altar.tool', { tool_name: 'search' }, (span) => {
  span.measure({ results: 10 });
  span.annotate({ cache: 'miss' });
  // @ts-expect-error a tool has no such measurement
  span.measure({ no_such_field: 10 });
  // @ts-expect-error a span has no way to stop itself
  span.stop();
});
// @ts-expect-error the name of a tool is text
bus.span('altar.tool', { tool_name: 5 }, () => {});
bus.span('req_llm.request', { model: 'm' }, (span) => {
  span.annotate({ tokens: { total: 5 } });
  // @ts-expect-error a count of tokens is a number
  span.annotate({ tokens: { total: 'five' } });
});

const tap: Tap = (event, _measurements, _metadata, frame) => {
  const index: number = event.index;
  const run: object | undefined = frame?.run;
  // @ts-expect-error entries are the bus's own
  event.name = 'other';
  return void [index, run];
};
const untap: () => void = bus.tap(tap);

const ends: (() => void)[] = [
  bridgeChannel(bus, 'undici:request:create', () => ({ name: 'http.request.start', metadata: { a: 1 } })),
  bridgeChannel(bus, 'undici:request:create', () => undefined),
  bridgeTracingChannel(bus, 'my:op', 'my.op', (message, phase) => ({ metadata: { result: message.result, phase } })),
  publishToChannel(bus, ['a.b'], 'my:events', (name) => ({ name })),
];
// @ts-expect-error a bridged event has a name
bridgeChannel(bus, 'undici:request:create', () => ({ measurements: {} }));

export const used = [sync, later, wrong, untap, ends];
