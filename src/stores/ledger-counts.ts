/** Why an event is not among the records. */
export type DropReason = 'paused' | 'stopped' | 'duplicate' | 'overflow' | 'encode' | 'capacity';

/** The account of a writer: `emitted = stored + sampled_out + the sum of dropped`, always. */
export interface LedgerCounts {
  readonly emitted: number;
  readonly stored: number;
  readonly sampled_out: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /**
   * How many of `sampled_out` are in a reservoir and become `stored` when it closes, unless other events take their place. Missing where
   * there are none.
   */
  readonly held?: number;
  /**
   * True when a writer has crashed: its records were counted anew, and what it had executed in its last moments and not yet
   * handed over is in no number. How much that can be depends on the store's durability. Missing otherwise.
   */
  readonly unclean?: true;
}
