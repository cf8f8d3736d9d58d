/** The spans of one experiment, and in which of them requests lie. Takes records in any order. */
export class SpanForest {
  readonly #nodes = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #parents: number[] = [];
  /** Of each request whose record names its parent: the parent's node, and the request's own span or undefined. */
  readonly #requestParents: number[] = [];
  readonly #requestSpans: (string | undefined)[] = [];
  /** The spans of requests whose record names no parent: another record of the same span may. */
  readonly #requestRoots: string[] = [];

  /** Takes one record: the span that it begins or ends, the span that encloses it, and whether it is a request. */
  add(span: string | undefined, parent: string | undefined, request: boolean): void {
    if (parent !== undefined && parent !== span) {
      const node = this.#node(parent);
      if (span !== undefined) this.#parents[this.#node(span)] = node;
      if (request) {
        this.#requestParents.push(node);
        this.#requestSpans.push(span);
      }
    } else if (request && span !== undefined) {
      this.#requestRoots.push(span);
    }
  }

  /** The spans that enclose a request other than their own, at any depth. */
  enclosing(): Set<string> {
    const marked = new Uint8Array(this.#keys.length);
    this.#requestParents.forEach((parent, i) => {
      const span = this.#requestSpans[i];
      this.#mark(marked, parent, span === undefined ? undefined : this.#nodes.get(span));
    });
    for (const span of this.#requestRoots) {
      const own = this.#nodes.get(span);
      if (own !== undefined) this.#mark(marked, this.#parents[own]!, own);
    }
    return new Set(this.#keys.filter((_, node) => marked[node] === 1));
  }

  // Ends at a span that is marked, since all above it are then too, and at the request's own, where a damaged trace is a ring.
  #mark(marked: Uint8Array, from: number, own: number | undefined): void {
    for (let node = from; node >= 0 && node !== own && marked[node] === 0; node = this.#parents[node]!)
      marked[node] = 1;
  }

  #node(key: string): number {
    let node = this.#nodes.get(key);
    if (node === undefined) {
      node = this.#keys.push(key) - 1;
      this.#nodes.set(key, node);
      this.#parents.push(-1);
    }
    return node;
  }
}
