import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { randomHex } from '../core/ids.ts';
import { warnOnce } from '../core/warn.ts';
import type { EventNameInput } from '../events/name.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import type { Bus } from './bus.ts';
import type { ContextFrame } from './context.ts';
import { isThenable, watchNative } from './promises.ts';
import type { LiveSpan } from './span.ts';
import { messageOf } from './thrown.ts';

/** What a channel's message becomes. */
export interface BridgedEvent {
  readonly name: EventNameInput;
  readonly measurements?: object;
  readonly metadata?: object;
  /** The frame to execute in, where that of the publisher is not the one that began the work (`bus.context.current()`). */
  readonly frame?: ContextFrame | undefined;
}

/** What an operation's message adds to an event of its span. Measurements always go to the closing event. */
export interface BridgedFields {
  readonly measurements?: object;
  readonly metadata?: object;
}

/** Called with the context object of an operation, once as it starts and once as it closes. */
export type TracingMapper = (
  message: Readonly<Record<string, unknown>>,
  phase: 'start' | 'stop' | 'exception',
) => BridgedFields | undefined;

interface Operation {
  readonly span: LiveSpan;
  ended: boolean;
}

/**
 * Executes an event on the bus for the messages of one channel. `mapper` turns a message into an event, or into undefined to
 * skip it; it is called only while something listens to the bus. Whatever goes wrong is warned about once and never reaches
 * the publisher. Returns a function that ends the bridge.
 */
export function bridgeChannel(
  bus: Bus,
  channelName: string | symbol,
  mapper: (message: unknown) => BridgedEvent | undefined,
): () => void {
  const listener = guarded(channelName, (message: unknown) => {
    if (!bus.listening) return;
    const event = mapper(message);
    if (event === undefined) return;
    const execute = () => bus.execute(event.name, event.measurements, event.metadata);
    if (event.frame === undefined) execute();
    else bus.context.run(event.frame, execute);
  });
  return listen([[channelName, listener]]);
}

/**
 * Makes a span `<eventName>.start`, then `.stop` or `.exception`, of every operation of a TracingChannel. Operations are told
 * apart by their context object, timed by us, and all their events belong to the frame in which they started. Bus events
 * executed inside an operation do not become its children.
 *
 * A synchronous operation stops at `end`, one with a promise or a callback at `asyncEnd`, never at `end`; `error` closes it as
 * an exception, and what comes after is ignored. An operation that began while nobody listened is left out altogether. An
 * operation that ends with a promise as its `result` (a synchronous trace of an async function) closes when that settles,
 * for which the promise is observed and so counts as handled.
 *
 * Returns a function that ends the bridge; operations under way then stay without a closing event.
 */
export function bridgeTracingChannel(
  bus: Bus,
  channelName: string,
  eventName: EventNameInput,
  mapper?: TracingMapper,
): () => void {
  const events = bus.spans.resolve(eventName);
  const operations = new WeakMap<object, Operation>();

  const fields = (message: object, phase: 'start' | 'stop' | 'exception'): BridgedFields | undefined => {
    try {
      return mapper?.(message as Readonly<Record<string, unknown>>, phase);
    } catch (error) {
      report(channelName, error);
      return undefined;
    }
  };

  const close = (message: object, phase: 'stop' | 'exception', reason?: unknown): void => {
    const operation = operations.get(message);
    if (operation === undefined) return;
    operations.delete(message);
    const { measurements, metadata } = fields(message, phase) ?? {};
    if (measurements !== undefined) operation.span.measure(measurements);
    if (metadata !== undefined) operation.span.annotate(metadata);
    if (phase === 'stop') operation.span.stop();
    else operation.span.fail(reason, operation.ended);
  };

  const start = (message: object): void => {
    if (!bus.spans.observed(events)) return;
    const { measurements, metadata } = fields(message, 'start') ?? {};
    const span = bus.spans.open(events, metadata ?? {});
    if (span === undefined) return;
    if (measurements !== undefined) span.measure(measurements);
    operations.set(message, { span, ended: false });
  };

  // Only a synchronous trace has a `result` at its `end`: that of a promise or a callback comes with `asyncStart`.
  const end = (message: object & { readonly result?: unknown }): void => {
    const operation = operations.get(message);
    if (operation === undefined) return;
    operation.ended = true;
    if (!('result' in message)) return;
    if (!isThenable(message.result)) close(message, 'stop');
    else {
      watchNative(
        message.result,
        guarded(channelName, () => close(message, 'stop')),
        guarded(channelName, (reason) => close(message, 'exception', reason)),
      );
    }
  };

  const on = (phase: string, listener: (message: object) => void): Subscription => [
    `tracing:${channelName}:${phase}`,
    guarded(channelName, (message: unknown) => {
      if (typeof message === 'object' && message !== null) listener(message);
    }),
  ];
  return listen([
    on('start', start),
    on('end', end),
    on('asyncEnd', (message) => close(message, 'stop')),
    on('error', (message: object & { readonly error?: unknown }) => close(message, 'exception', message.error)),
  ]);
}

/**
 * Publishes events of the bus to a channel, by default as `{ name, measurements, metadata }`. `mapper` makes another message,
 * or undefined to skip the event; it is called only while the channel has subscribers. Whatever it throws is warned about
 * once. `names` as in `Bus.attach`. Returns a function that ends the bridge.
 */
export function publishToChannel(
  bus: Bus,
  names: string | readonly EventNameInput[],
  channelName: string | symbol,
  mapper: (name: string, measurements: Measurements, metadata: Metadata) => unknown = eventMessage,
): () => void {
  const target = channel(channelName);
  const handler = (name: string, measurements: Measurements, metadata: Metadata): void => {
    if (!target.hasSubscribers) return;
    try {
      const message = mapper(name, measurements, metadata);
      if (message !== undefined) target.publish(message);
    } catch (error) {
      report(channelName, error);
    }
  };
  return bus.attach(`diagnostics_channel:${String(channelName)}:${randomHex(8)}`, names, handler);
}

type Listener = (message: unknown) => void;
type Subscription = readonly [channelName: string | symbol, listener: Listener];

function listen(subscriptions: readonly Subscription[]): () => void {
  for (const [name, listener] of subscriptions) subscribe(name, listener);
  return () => {
    for (const [name, listener] of subscriptions) unsubscribe(name, listener);
  };
}

// What a subscriber throws, Node raises as an uncaught exception, which ends the process.
function guarded(channelName: string | symbol, listener: Listener): Listener {
  return (message) => {
    try {
      listener(message);
    } catch (error) {
      report(channelName, error);
    }
  };
}

function report(channelName: string | symbol, error: unknown): void {
  const name = String(channelName);
  warnOnce(
    `bridge_failure:${name}`,
    `The bridge of the diagnostics channel ${name} failed on a message: ${messageOf(error)}`,
  );
}

function eventMessage(name: string, measurements: Measurements, metadata: Metadata): object {
  return { name, measurements, metadata };
}
