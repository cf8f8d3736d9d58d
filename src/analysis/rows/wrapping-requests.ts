import type { ColumnBatch } from '../../record/batch.ts';
import { fieldIndex } from '../../record/fields.ts';
import { EventIds } from './event-ids.ts';
import { Extent } from './extent.ts';
import type { RequestNames } from './request-names.ts';
import { SpanForest, type SpansByTrace } from './span-forest.ts';

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
  readonly #byExperiment: ReadonlyMap<string, SpansByTrace>;

  constructor(byExperiment: ReadonlyMap<string, SpansByTrace>, extent: Extent) {
    this.#byExperiment = byExperiment;
    this.extent = extent;
  }

  get none(): boolean {
    return [...this.#byExperiment.values()].every((traces) => traces.size === 0);
  }

  /** Whether the request in that row wraps another one. */
  has(batch: ColumnBatch, row: number): boolean {
    const span = text(batch, SPAN_ID, row);
    if (span === undefined) return false;
    const traces = this.#byExperiment.get(batch.schema.experiment.id);
    return traces?.get(text(batch, TRACE_ID, row) ?? '')?.has(span) === true;
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
      const span = text(batch, SPAN_ID, row);
      const parent = text(batch, PARENT_SPAN_ID, row);
      if (span === undefined && parent === undefined) continue;
      forest.add(text(batch, TRACE_ID, row) ?? '', span, parent, isRequest[events.ids[row]!] === 1);
    }
  }
  return new WrappingRequests(new Map([...forests].map(([id, forest]) => [id, forest.wrapping()])), extent);
}

function text(batch: ColumnBatch, field: number, row: number): string | undefined {
  const value = batch.columns[field]?.get(row);
  return typeof value === 'string' ? value : undefined;
}
