/** The spans of one experiment, and in which of them requests lie. Takes records in any order. */
export class SpanForest {
  readonly #nodes = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #parents: number[] = [];
  /** Of each request whose record names its parent: the nodes of its own span, −1 where it has none, and of the parent. */
  readonly #spans: number[] = [];
  readonly #above: number[] = [];
  /** The spans of requests whose record names no parent: another record of the same span may. */
  readonly #roots: string[] = [];

  /** Takes one record: the span that it begins or ends, the span that encloses it, and whether it is a request. */
  add(span: string | undefined, parent: string | undefined, request: boolean): void {
    if (parent === undefined || parent === span) {
      if (request && span !== undefined) this.#roots.push(span);
      return;
    }
    const above = this.#node(parent);
    const own = span === undefined ? -1 : this.#node(span);
    if (own >= 0) this.#parents[own] = above;
    if (request) {
      this.#spans.push(own);
      this.#above.push(above);
    }
  }

  /** The spans of requests that enclose another request, at any depth. */
  wrapping(): Set<string> {
    const enclosing = new Uint8Array(this.#keys.length);
    const requests = new Set<number>(this.#spans);
    for (let i = 0; i < this.#spans.length; i++) this.#mark(enclosing, this.#above[i]!, this.#spans[i]!);
    for (const root of this.#roots) {
      const own = this.#nodes.get(root);
      if (own === undefined) continue;
      requests.add(own);
      this.#mark(enclosing, this.#parents[own]!, own);
    }
    return new Set(this.#keys.filter((_, node) => enclosing[node] === 1 && requests.has(node)));
  }

  // Ends at a span that is marked, since all above it are then too, and at the request's own, where a damaged trace is a ring.
  #mark(enclosing: Uint8Array, from: number, own: number): void {
    for (let node = from; node >= 0 && node !== own && enclosing[node] === 0; node = this.#parents[node]!) {
      enclosing[node] = 1;
    }
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
