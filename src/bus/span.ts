import { systemClock } from '../core/clock.ts';
import { spanId, traceId } from '../core/ids.ts';
import { warnOnce } from '../core/warn.ts';
import type { MeasurementsOf, MetadataOf } from '../events/types.ts';
import type { ContextFrame, SpanContext } from './context.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { EventEntry } from './event-entry.ts';
import { copied, merged } from './records.ts';
import { failureOf } from './thrown.ts';

/** The work in progress, handed to the function of `span`. */
export interface Span<N extends string = string> {
  /** Thirty-two hexadecimal digits, shared by nested spans; all zero when nobody listens. */
  readonly trace_id: string;
  /** Sixteen hexadecimal digits; all zero when nobody listens. */
  readonly span_id: string;
  /** The span this one is nested in, undefined for the outermost. */
  readonly parent_span_id: string | undefined;
  /** Adds measurements to the closing event. `duration` and `monotonic_time` are measured and can't be overridden. */
  measure(measurements: MeasurementsOf<`${N}.stop`>): void;
  /** Adds metadata to the closing event, over that of the start. The ids of the span can't be changed. */
  annotate(metadata: MetadataOf<`${N}.stop`>): void;
}

/** The three events of a span. */
export interface SpanEvents {
  readonly name: string;
  readonly start: EventEntry;
  readonly stop: EventEntry;
  readonly exception: EventEntry;
}

/** The span of a function that nobody observes. */
export const INERT_SPAN: Span = Object.freeze({
  trace_id: '0'.repeat(32),
  span_id: '0'.repeat(16),
  parent_span_id: undefined,
  measure: () => undefined,
  annotate: () => undefined,
});

/** A span that somebody observes: emits its start when made, and one closing event, both in the frame it was made in. */
export class LiveSpan implements Span, SpanContext {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #events: SpanEvents;
  readonly #frame: ContextFrame | undefined;
  readonly #startedMs: number;
  #measurements: Readonly<Record<string, unknown>> | undefined;
  #metadata: Readonly<Record<string, unknown>>;
  #closed = false;

  constructor(dispatcher: Dispatcher, events: SpanEvents, metadata: object) {
    const given = merged(undefined, metadata, `${events.name}.start`);
    const frame = dispatcher.context.current();
    const parent = frame?.span;
    this.trace_id = idText(given.trace_id) ?? parent?.trace_id ?? traceId();
    this.span_id = idText(given.span_id) ?? spanId();
    this.parent_span_id = idText(given.parent_span_id) ?? parent?.span_id;
    this.#dispatcher = dispatcher;
    this.#events = events;
    this.#frame = frame;
    this.#metadata = given;
    this.#startedMs = performance.now();
    const started = { system_time: systemClock.nowMicros(), monotonic_time: this.#startedMs };
    dispatcher.dispatch(events.start, started, this.#withIds(copied(given)));
  }

  /** The frame for the work of this span. */
  inner(): ContextFrame {
    return { run: this.#frame?.run, span: this };
  }

  measure(measurements: object): void {
    if (this.#open('measure'))
      this.#measurements = merged(this.#measurements, measurements, `${this.#events.name} measure`);
  }

  annotate(metadata: object): void {
    if (this.#open('annotate')) this.#metadata = merged(this.#metadata, metadata, `${this.#events.name} annotate`);
  }

  stop(): void {
    if (!this.#closed) this.#close(this.#events.stop, copied(this.#metadata));
  }

  fail(reason: unknown, rejected: boolean): void {
    if (!this.#closed) this.#close(this.#events.exception, copied(this.#metadata, failureOf(reason, rejected)));
  }

  #close(entry: EventEntry, metadata: Record<string, unknown>): void {
    this.#closed = true;
    const now = performance.now();
    const measurements = copied(this.#measurements);
    measurements.duration = now - this.#startedMs;
    measurements.monotonic_time = now;
    this.#dispatcher.dispatchIn(this.#frame, entry, measurements, this.#withIds(metadata));
  }

  #withIds(metadata: Record<string, unknown>): Record<string, unknown> {
    metadata.trace_id = this.trace_id;
    metadata.span_id = this.span_id;
    if (this.parent_span_id !== undefined) metadata.parent_span_id = this.parent_span_id;
    return metadata;
  }

  #open(method: string): boolean {
    if (!this.#closed) return true;
    warnOnce(
      `span_closed:${this.#events.name}`,
      `${method} was called on a span of ${this.#events.name} that has ended.`,
    );
    return false;
  }
}

function idText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
