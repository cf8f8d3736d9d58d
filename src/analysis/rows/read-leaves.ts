import type { ColumnBatch } from '../../record/batch.ts';
import type { RowTest } from '../../stores/query.ts';
import type { Projection } from '../../stores/store.ts';
import type { RequestNames } from './request-names.ts';
import { ROW_FIELDS, RowReader } from './row-reader.ts';
import { findWrappingRequests } from './wrapping-requests.ts';

/** What can be read more than once: each call starts from the beginning, and says what it will look at. */
export type BatchSource = (projection: Projection) => AsyncIterable<ColumnBatch>;

export interface LeafReading {
  readonly requests: RequestNames;
  readonly test?: RowTest | undefined;
  /** What `collect` and the test look at, `ROW_FIELDS` aside. */
  readonly projection: Projection;
  /** The batches to read. */
  readonly batches: BatchSource;
  /** All batches of the experiments, where `batches` is a part of them: what wraps what is a matter of the whole. */
  readonly whole?: BatchSource | undefined;
}

/**
 * Reads batches with a reader that tells requests from those that only wrap requests. What wraps what is known only after the
 * last record, since records may come in any order: `collect` is called once, and again when there are such wrappers.
 */
export async function readLeaves<T>(
  reading: LeafReading,
  collect: (batches: AsyncIterable<ColumnBatch>, reader: RowReader) => Promise<T>,
): Promise<T> {
  const { requests, test, batches, whole } = reading;
  const { fields, nestedOf, asBytes } = reading.projection;
  const projection = { fields: fields && [...ROW_FIELDS, ...fields], nestedOf, asBytes };
  const reader = new RowReader(requests, test);
  const collected = await collect(batches(projection), reader);
  if (!reader.mayNest(whole !== undefined)) return collected;
  const wrapping = await findWrappingRequests((whole ?? batches)({ fields: ROW_FIELDS }), requests);
  return wrapping.none ? collected : collect(batches(projection), new RowReader(requests, test, wrapping));
}
