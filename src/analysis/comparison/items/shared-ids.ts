/** Keeps equal lists of numbers once: metrics are mostly about the same samples in the same clusters. */
export class SharedIds {
  readonly #lists: Int32Array[] = [];

  /** The first list that was equal to it. */
  of(ids: Int32Array): Int32Array {
    const known = this.#lists.find((list) => isEqual(list, ids));
    if (!known) this.#lists.push(ids);
    return known ?? ids;
  }
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
