/** Why an event is not among the records. */
export type DropReason = 'paused' | 'stopped' | 'duplicate' | 'overflow' | 'encode' | 'capacity';

/** The account of a writer: `emitted = stored + sampled_out + the sum of dropped`, always. */
export interface LedgerCounts {
  readonly emitted: number;
  readonly stored: number;
  readonly sampled_out: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
}
