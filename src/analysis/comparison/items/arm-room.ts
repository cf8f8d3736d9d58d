/** The number of a cluster that is none. */
export const NO_CLUSTER = -1;

/** Memory for the samples of one metric in one arm, used for one metric after the other. */
export class ArmRoom {
  readonly sums: Float64Array;
  readonly counts: Uint32Array;
  readonly known: Uint8Array;
  readonly #clusters = new Map<number, Int32Array>();

  constructor(samples: number) {
    this.sums = new Float64Array(samples);
    this.counts = new Uint32Array(samples);
    this.known = new Uint8Array(samples);
  }

  clear(): void {
    this.sums.fill(0);
    this.counts.fill(0);
    this.known.fill(0);
  }

  /** Room for the samples' clusters of one candidate: none so far. */
  clusters(candidate: number): Int32Array {
    const ids = this.#clusters.get(candidate) ?? new Int32Array(this.sums.length);
    this.#clusters.set(candidate, ids);
    return ids.fill(NO_CLUSTER);
  }
}
