import type { ColumnBatch } from '../../record/batch.ts';
import { fieldIndex } from '../../record/fields.ts';
import { EventIds } from './event-ids.ts';
import { Extent } from './extent.ts';
import type { RequestNames } from './request-names.ts';
import { SpanForest } from './span-forest.ts';

const TRACE_ID = fieldIndex('trace_id');
const SPAN_ID = fieldIndex('span_id');
const PARENT_SPAN_ID = fieldIndex('parent_span_id');

/**
 * Which requests wrap other requests, found from the whole of the experiments: a request is a wrapper when another request lies
 * in its span, over any recorded spans between them and in whatever order their records came.
 */
export class WrappingRequests {
  /** The rows that were looked at. Later ones may wrap too, and nobody knows. */
  readonly extent: Extent;
  readonly #spans: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(spans: ReadonlyMap<string, ReadonlySet<string>>, extent: Extent) {
    this.#spans = spans;
    this.extent = extent;
  }

  get none(): boolean {
    return [...this.#spans.values()].every((spans) => spans.size === 0);
  }

  /** Whether the request in that row wraps another one. */
  has(batch: ColumnBatch, row: number): boolean {
    const span = spanKey(batch, SPAN_ID, row);
    return span !== undefined && this.#spans.get(batch.schema.experiment.id)?.has(span) === true;
  }
}

/** Looks through all batches of the experiments; only the event names and span ids are read. */
export async function findWrappingRequests(
  batches: AsyncIterable<ColumnBatch>,
  requests: RequestNames,
): Promise<WrappingRequests> {
  const forests = new Map<string, SpanForest>();
  const extent = new Extent();
  const events = new EventIds(requests);
  for await (const batch of batches) {
    const rows = extent.note(batch);
    if (!batch.columns[SPAN_ID] && !batch.columns[PARENT_SPAN_ID]) continue;
    const { id } = batch.schema.experiment;
    const forest = forests.get(id) ?? new SpanForest();
    forests.set(id, forest);
    const isRequest = events.read(batch, rows);
    for (let row = 0; row < rows; row++) {
      const span = spanKey(batch, SPAN_ID, row);
      const parent = spanKey(batch, PARENT_SPAN_ID, row);
      if (span !== undefined || parent !== undefined) forest.add(span, parent, isRequest[events.ids[row]!] === 1);
    }
  }
  return new WrappingRequests(new Map([...forests].map(([id, forest]) => [id, forest.wrapping()])), extent);
}

// Span ids are unique within their trace; imported ones may be small numbers.
function spanKey(batch: ColumnBatch, field: number, row: number): string | undefined {
  const span = batch.columns[field]?.get(row);
  if (typeof span !== 'string') return undefined;
  const trace = batch.columns[TRACE_ID]?.get(row);
  return typeof trace === 'string' ? `${trace}\n${span}` : span;
}
