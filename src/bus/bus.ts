import type { EventNameInput } from '../events/name.ts';
import type { MeasurementsOf, MetadataOf } from '../events/types.ts';
import { BusEvent } from './bus-event.ts';
import { ContextStore } from './context.ts';
import { Dispatcher } from './dispatcher.ts';
import type { EventHandler, Tap } from './event-entry.ts';
import type { HandlerInfo } from './handler-table.ts';
import type { Span } from './span.ts';
import { Spans } from './spans.ts';

export type { BusEvent } from './bus-event.ts';
export type { EventEntry, EventHandler, Tap } from './event-entry.ts';
export type { HandlerInfo } from './handler-table.ts';
export type { Span } from './span.ts';
export type { Failure, FailureKind } from './thrown.ts';

/**
 * Where events are executed and handlers attached. Names match exactly, never by prefix; a name is dotted text or the list of
 * its segments. Everything happens synchronously, in the caller.
 */
export class Bus {
  /** The ambient context: which run and which span the current code belongs to. */
  readonly context: ContextStore = new ContextStore();
  readonly #dispatcher = new Dispatcher(this.context);
  /** @internal */
  readonly spans: Spans = new Spans(this.#dispatcher);

  /** True while anything at all listens to this bus. */
  get listening(): boolean {
    return this.#dispatcher.listening;
  }

  /**
   * Tells the listeners of `name` that it happened. Never throws: while somebody listens, an event with an invalid name is
   * ignored and measurements or metadata that are no object count as `{}`, each with one warning; while nobody listens,
   * nothing is looked at. A name given as a list of segments is joined and checked at every call: prefer the dotted form, or
   * `event` in hot loops.
   */
  execute<N extends string>(
    name: N | readonly string[],
    measurements?: MeasurementsOf<N>,
    metadata?: MetadataOf<N>,
  ): void {
    const dispatcher = this.#dispatcher;
    if (!dispatcher.listening) return;
    const entry = dispatcher.find(name);
    if (entry !== undefined) dispatcher.dispatch(entry, measurements, metadata);
  }

  /** Resolves a name once. Throws `invalid_event_name`. */
  event<N extends string>(name: N | readonly string[]): BusEvent<N> {
    return new BusEvent(this.#dispatcher, this.#dispatcher.events.resolve(name));
  }

  /**
   * Calls `handler` with every event of these names, in the order of attachment (do not rely on it). One dotted name, or a
   * list of names, each dotted or a list of segments. Returns a function that detaches, once.
   *
   * The listeners of a dispatch are those of its beginning: a handler detached meanwhile is still called, one attached
   * meanwhile is not. A handler that throws, or returns a promise that rejects, is detached from all its events, then
   * `telemetry.handler.failure` is executed; the other handlers and the caller go on.
   *
   * Throws, with nothing changed, `handler_exists` (ids are unique on the bus), `invalid_event_name`, `invalid_argument` (no
   * name, a name twice, no function), and `attach_refused` inside a handler of `telemetry.handler.failure`.
   */
  attach(id: string, names: string | readonly EventNameInput[], handler: EventHandler<undefined>): () => void;
  attach<C>(id: string, names: string | readonly EventNameInput[], handler: EventHandler<C>, config: C): () => void;
  attach(
    id: string,
    names: string | readonly EventNameInput[],
    handler: EventHandler<never>,
    config?: unknown,
  ): () => void {
    return this.#dispatcher.attach(id, names, handler as EventHandler, config);
  }

  /** Detaches a handler from all its events; false when no handler has this id. */
  detach(id: string): boolean {
    return this.#dispatcher.detach(id);
  }

  /**
   * The handlers in the order of attachment, one line for each of their events. With a prefix, only events whose first
   * segments are those of the prefix: `req_llm` takes in `req_llm.request.stop` and not `req_llm_2.request.stop`.
   */
  listHandlers(prefix: EventNameInput = ''): HandlerInfo[] {
    return this.#dispatcher.handlers(prefix);
  }

  /**
   * Runs `fn` and tells of it: `<name>.start` (`system_time` in µs since the epoch, `monotonic_time` in ms), then `<name>.stop`
   * or, when it throws or its promise rejects, `<name>.exception` with `kind`, `reason` and `stacktrace` (both `duration` and
   * `monotonic_time` in ms). The closing event carries the metadata of the start, then what `annotate` added, and all carry
   * `trace_id`, `span_id` and, when nested, `parent_span_id`; ids given in `metadata` are used instead of new ones.
   *
   * Returns or throws what `fn` does. For a promise the span ends when it settles, and the promise returned is another one
   * with the same outcome; a thenable of another kind is turned into a promise. When nobody listens to any of the three as the
   * span begins, `fn` gets a span that does nothing and no event of it is ever executed.
   *
   * Throws `invalid_event_name` and `invalid_argument` before `fn` is called.
   */
  span<N extends string, T>(
    name: N | readonly string[],
    metadata: MetadataOf<`${N}.start`>,
    fn: (span: Span<N>) => T,
  ): T {
    return this.spans.run(name, metadata, fn);
  }

  /**
   * For collectors: `tap` sees every event of the bus before its handlers do. It must not throw; one that does is warned about
   * once and kept. Returns a function that ends it.
   *
   * @internal
   */
  tap(tap: Tap): () => void {
    return this.#dispatcher.tap(tap);
  }
}

/** A bus of its own, apart from the process-wide one: for tests and for isolation. */
export function createBus(): Bus {
  return new Bus();
}
