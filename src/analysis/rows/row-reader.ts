import { BATCH_ROWS, type ColumnBatch } from '../../record/batch.ts';
import type { FieldName } from '../../record/event-record.ts';
import { fieldIndex } from '../../record/fields.ts';
import type { RowTest } from '../../stores/query.ts';
import { EventIds } from './event-ids.ts';
import type { RequestNames } from './request-names.ts';
import type { WrappingRequests } from './wrapping-requests.ts';

const SPAN_ID = fieldIndex('span_id');
const PARENT_SPAN_ID = fieldIndex('parent_span_id');

/** What is read of a record to tell what it counts as. */
export const ROW_FIELDS: readonly FieldName[] = ['trace_id', 'span_id', 'parent_span_id'];

/** What a row counts as. A wrapper is a request that only wraps other requests. */
export const RowKind = { LEFT_OUT: 0, OTHER: 1, REQUEST: 2, WRAPPER: 3 } as const;

/** Tells for each row of a batch which event it is and what it counts as. */
export class RowReader {
  readonly events: EventIds;
  /** `RowKind` of each row of the batch read last. */
  readonly kinds: Uint8Array = new Uint8Array(BATCH_ROWS);
  readonly #test: RowTest | undefined;
  readonly #wrapping: WrappingRequests | undefined;
  #requestHasSpan = false;
  #spanHasParent = false;

  constructor(requests: RequestNames, test?: RowTest, wrapping?: WrappingRequests) {
    this.events = new EventIds(requests);
    this.#test = test;
    this.#wrapping = wrapping;
  }

  /** Reads a batch and returns how many of its rows to look at. */
  read(batch: ColumnBatch): number {
    const { kinds, events } = this;
    const rows = this.#wrapping ? this.#wrapping.extent.rowsOf(batch) : batch.rows;
    const isRequest = events.read(batch, rows);
    const { ids } = events;
    for (let row = 0; row < rows; row++) kinds[row] = RowKind.OTHER + isRequest[ids[row]!]!;
    if (batch.columns[SPAN_ID] || batch.columns[PARENT_SPAN_ID]) this.#readSpans(batch, rows);
    if (this.#test) {
      for (let row = 0; row < rows; row++) if (!this.#test(batch, row)) kinds[row] = RowKind.LEFT_OUT;
    }
    return rows;
  }

  /** Whether a request may lie in the span of one that was read; `partial` when others of the experiment were not read. */
  mayNest(partial: boolean): boolean {
    return this.#requestHasSpan && (partial || this.#spanHasParent);
  }

  #readSpans(batch: ColumnBatch, rows: number): void {
    const { kinds } = this;
    if (this.#wrapping) {
      for (let row = 0; row < rows; row++) {
        if (kinds[row] === RowKind.REQUEST && this.#wrapping.has(batch, row)) kinds[row] = RowKind.WRAPPER;
      }
      return;
    }
    const spans = batch.columns[SPAN_ID];
    const parents = batch.columns[PARENT_SPAN_ID];
    for (let row = 0; row < rows && !(this.#requestHasSpan && (this.#spanHasParent || !parents)); row++) {
      const isRequest = kinds[row] === RowKind.REQUEST;
      const hasSpan = typeof spans?.get(row) === 'string';
      if (isRequest && hasSpan) this.#requestHasSpan = true;
      if ((isRequest || hasSpan) && typeof parents?.get(row) === 'string') this.#spanHasParent = true;
    }
  }
}
