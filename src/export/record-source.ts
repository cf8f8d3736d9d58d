import type { ColumnBatch } from '../record/batch.ts';

/** Where the records of one experiment come from. */
export interface RecordSource {
  readonly experiment: { readonly id: string; readonly name: string };
  /** Its batches by (writer, sequence). An export goes through them twice. */
  batches(): AsyncIterable<ColumnBatch>;
}
