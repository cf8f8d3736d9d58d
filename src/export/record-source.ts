import type { ColumnBatch } from '../record/batch.ts';
import type { Projection } from '../stores/store.ts';

/** Where the records of one experiment come from. */
export interface RecordSource {
  readonly experiment: { readonly id: string; readonly name: string };
  /** Its batches by (writer, sequence), with what will be looked at. An export goes through them twice. */
  batches(projection: Projection): AsyncIterable<ColumnBatch>;
  /** How many events are held in reservoirs and are no records yet. Asked for when there is no record. */
  held?(): Promise<number>;
}
