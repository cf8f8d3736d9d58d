const MAX_WAITING = 10_000;

/**
 * Tells leaf requests from those that only wrap other requests, so that a nested call is not counted or paid twice. It sees
 * the events of one writer as they come: a span ends after the spans inside it.
 */
export class RequestLeaves {
  // Spans that are still open and have a request somewhere inside.
  readonly #enclosing = new Set<string>();

  /** Takes the end of a span, or of an event within one; true when the event is a request and no request lies inside it. */
  observe(
    traceId: string | undefined,
    spanId: string | undefined,
    parentSpanId: string | undefined,
    request: boolean,
  ): boolean {
    const wraps = spanId !== undefined && this.#enclosing.delete(key(traceId, spanId));
    if ((wraps || request) && parentSpanId !== undefined) this.#wait(key(traceId, parentSpanId));
    return request && !wraps;
  }

  // Spans that are never seen to end make room for those that still may: the oldest goes.
  #wait(span: string): void {
    this.#enclosing.add(span);
    if (this.#enclosing.size > MAX_WAITING) this.#enclosing.delete(this.#enclosing.values().next().value!);
  }
}

// Span ids of imported traces may be small numbers that recur from trace to trace.
function key(traceId: string | undefined, spanId: string): string {
  return traceId === undefined ? spanId : `${traceId}/${spanId}`;
}
