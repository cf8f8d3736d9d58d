/** The number of a cluster that is none. */
export const NO_CLUSTER = -1;

/** Memory for the samples of one metric in one arm, used for one metric after the other. */
export class ArmRoom {
  readonly sums: Float64Array;
  readonly counts: Uint32Array;
  readonly known: Uint8Array;
  /** By candidate and sample. */
  readonly clusters: readonly Int32Array[];

  constructor(samples: number, candidates: number) {
    this.sums = new Float64Array(samples);
    this.counts = new Uint32Array(samples);
    this.known = new Uint8Array(samples);
    this.clusters = Array.from({ length: candidates }, () => new Int32Array(samples));
  }

  clear(): void {
    this.sums.fill(0);
    this.counts.fill(0);
    this.known.fill(0);
    for (const ids of this.clusters) ids.fill(NO_CLUSTER);
  }
}
