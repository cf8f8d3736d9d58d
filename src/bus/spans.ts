import { CrucibleError, show } from '../core/errors.ts';
import { type EventNameInput, normalizeEventName } from '../events/name.ts';
import type { Dispatcher } from './dispatcher.ts';
import { isThenable } from './promises.ts';
import { isRecord } from './records.ts';
import { INERT_SPAN, LiveSpan, type Span, type SpanEvents } from './span.ts';

/** Makes the spans of a bus and runs functions in them. */
export class Spans {
  readonly #dispatcher: Dispatcher;
  readonly #known = new Map<string, SpanEvents>();

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** The events of a span name. Throws `invalid_event_name`. */
  resolve(name: EventNameInput): SpanEvents {
    const known = typeof name === 'string' ? this.#known.get(name) : undefined;
    if (known !== undefined) return known;
    const text = normalizeEventName(name);
    return this.#known.get(text) ?? this.#add(text);
  }

  #add(name: string): SpanEvents {
    const table = this.#dispatcher.events;
    const events: SpanEvents = {
      name,
      start: table.resolve(`${name}.start`),
      stop: table.resolve(`${name}.stop`),
      exception: table.resolve(`${name}.exception`),
    };
    // Names beyond the limit of interned names have no index, and are not kept here either.
    if (events.exception.index >= 0) this.#known.set(name, events);
    return events;
  }

  /** True when somebody would see one of these events now. */
  observed(events: SpanEvents): boolean {
    const dispatcher = this.#dispatcher;
    return (
      dispatcher.listening &&
      (dispatcher.listensTo(events.start) ||
        dispatcher.listensTo(events.stop) ||
        dispatcher.listensTo(events.exception))
    );
  }

  /** A span whose end the caller reports; undefined when nobody would see it. */
  open(events: SpanEvents, metadata: object): LiveSpan | undefined {
    return this.observed(events) ? new LiveSpan(this.#dispatcher, events, metadata) : undefined;
  }

  run<T>(name: EventNameInput, metadata: object, fn: (span: Span) => T): T {
    const events = this.resolve(name);
    if (typeof fn !== 'function') {
      throw new CrucibleError(
        'invalid_argument',
        `The work of the span ${events.name} is ${show(fn)}, which is not a function.`,
      );
    }
    if (!isRecord(metadata)) {
      throw new CrucibleError(
        'invalid_argument',
        `The metadata of the span ${events.name} is ${show(metadata)}, which is not an object.`,
        {
          hint: 'Give a plain object, {} for none.',
        },
      );
    }
    const span = this.open(events, metadata);
    return span === undefined ? native(fn(INERT_SPAN)) : this.#observe(span, fn);
  }

  #observe<T>(span: LiveSpan, fn: (span: Span) => T): T {
    let result: T;
    try {
      result = this.#dispatcher.context.run(span.inner(), () => native(fn(span)));
    } catch (error) {
      span.fail(error, false);
      throw error;
    }
    if (!(result instanceof Promise)) {
      span.stop();
      return result;
    }
    const settled: Promise<unknown> = result.then(
      (value: unknown) => {
        span.stop();
        return value;
      },
      (reason: unknown) => {
        span.fail(reason, true);
        throw reason;
      },
    );
    return settled as T;
  }
}

// Foreign thenables may start their work at every `then`: adopting one calls it exactly once, in the frame of the span, and
// gives the same type of result whether or not somebody listens.
function native<T>(result: T): T {
  return isThenable(result) ? (Promise.resolve(result) as T) : result;
}
