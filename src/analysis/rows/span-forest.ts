/** Span ids by trace. Ids are unique within a trace; imported ones may be small numbers. */
export type SpansByTrace = ReadonlyMap<string, ReadonlySet<string>>;

/** The spans of one experiment, and in which of them requests lie. Takes records in any order. */
export class SpanForest {
  readonly #nodes = new Map<string, Map<string, number>>();
  readonly #parents: number[] = [];
  /** Of each request whose record names its parent: the nodes of its own span, −1 where it has none, and of the parent. */
  readonly #spans: number[] = [];
  readonly #above: number[] = [];
  /** The traces and spans of requests whose record names no parent: another record of the same span may. */
  readonly #roots: (readonly [trace: string, span: string])[] = [];
  #lastTrace: string | undefined;
  #nodesOfLast = new Map<string, number>();

  /** Takes one record: its trace, the span that it begins or ends, the span that encloses it, and whether it is a request. */
  add(trace: string, span: string | undefined, parent: string | undefined, request: boolean): void {
    if (parent === undefined || parent === span) {
      if (request && span !== undefined) this.#roots.push([trace, span]);
      return;
    }
    const above = this.#node(trace, parent);
    const own = span === undefined ? -1 : this.#node(trace, span);
    if (own >= 0) this.#parents[own] = above;
    if (request) {
      this.#spans.push(own);
      this.#above.push(above);
    }
  }

  /** The spans of requests that enclose another request, at any depth. */
  wrapping(): SpansByTrace {
    const enclosing = new Uint8Array(this.#parents.length);
    const requests = new Uint8Array(this.#parents.length);
    this.#spans.forEach((own, i) => {
      if (own >= 0) requests[own] = 1;
      this.#mark(enclosing, this.#above[i]!, own);
    });
    for (const [trace, span] of this.#roots) {
      const own = this.#nodes.get(trace)?.get(span);
      if (own === undefined) continue;
      requests[own] = 1;
      this.#mark(enclosing, this.#parents[own]!, own);
    }
    const wrapping = new Map<string, Set<string>>();
    for (const [trace, nodes] of this.#nodes) {
      for (const [span, node] of nodes) {
        if (enclosing[node] === 0 || requests[node] === 0) continue;
        const spans = wrapping.get(trace);
        if (spans) spans.add(span);
        else wrapping.set(trace, new Set([span]));
      }
    }
    return wrapping;
  }

  // Ends at a span that is marked, since all above it are then too, and at the request's own, where a damaged trace is a ring.
  #mark(enclosing: Uint8Array, from: number, own: number): void {
    for (let node = from; node >= 0 && node !== own && enclosing[node] === 0; node = this.#parents[node]!) {
      enclosing[node] = 1;
    }
  }

  #node(trace: string, span: string): number {
    if (trace !== this.#lastTrace) {
      this.#lastTrace = trace;
      this.#nodesOfLast = this.#nodes.get(trace) ?? new Map();
      this.#nodes.set(trace, this.#nodesOfLast);
    }
    let node = this.#nodesOfLast.get(span);
    if (node === undefined) {
      node = this.#parents.push(-1) - 1;
      this.#nodesOfLast.set(span, node);
    }
    return node;
  }
}
