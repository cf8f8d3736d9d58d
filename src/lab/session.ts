import { CrucibleError, show } from '../core/errors.ts';
import { writerId } from '../core/ids.ts';
import { eventInfo } from '../events/registry.ts';
import { Collector, type Enricher } from '../experiment/collector.ts';
import { IngestDoor, REMEMBERED_FIELDS } from '../experiment/ingest.ts';
import { Ledger } from '../experiment/ledger.ts';
import { RowReservoir } from '../experiment/sampling/row-reservoir.ts';
import { rowProbability } from '../experiment/sampling/row-sampling.ts';
import { STREAMED_FIELDS } from '../experiment/streaming/streaming-metrics.ts';
import { loadPriceData } from '../record/prices.ts';
import { Redaction } from '../record/redaction.ts';
import { BatchSchema } from '../record/schema.ts';
import { randomStream } from '../stats/random.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { StoreWriter } from '../stores/store.ts';
import type { LabContext } from './context.ts';

/** What one lab does as a writer of an experiment: its collector, its place in the store, its door for ingested events. */
export interface Session {
  readonly collector: Collector;
  readonly ingest: IngestDoor;
  readonly writer: StoreWriter;
  /** Ends collecting, flushes and closes the writer. The experiment's state is not touched. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly enrichers?: readonly Enricher[] | undefined;
}

/** How a session comes to its experiment: as its first, after all others have ended, or beside them. */
export type SessionOrigin = 'started' | 'resumed' | 'joined';

/**
 * Opens a writer for an experiment and lets it collect. Unless it is the first, it knows earlier ingested events by their
 * records; one that resumes goes on with the streaming metrics of them all, unless they were sampled.
 */
export async function openSession(
  lab: LabContext,
  state: ExperimentState,
  options: SessionOptions,
  origin: SessionOrigin,
): Promise<Session> {
  const { enrichers = [] } = options;
  requireFunctions(enrichers);
  const redaction = state.redact.length > 0 ? new Redaction(state.redact) : undefined;
  loadPriceData();
  const schema = new BatchSchema(state, writerId());
  const ledger = new Ledger();
  const { sampling } = state;
  // The writer may end while it is being opened.
  let closeReservoir = (): void => undefined;
  const writer = await lab.store.openWriter(state.id, {
    schema,
    ending: () => closeReservoir(),
    ledger: () => ledger.counts(),
    lost: (rows, reason) => ledger.lose(rows, reason),
    // Of several that resume it at once, one.
    alone: origin === 'resumed' && state.status === 'running',
  });
  const collector = new Collector({
    schema,
    writer,
    ledger,
    clock: lab.clock,
    prices: lab.prices,
    redaction,
    ...(sampling?.method === 'reservoir'
      ? { reservoir: new RowReservoir(sampling.size, schema, randomStream(lab.random())) }
      : { sampling: sampling ? rowProbability(sampling) : undefined }),
    enrichers,
    events: state.events,
    isRequest: requestTest(state),
  });
  collector.status = state.status;
  closeReservoir = () => collector.closeReservoir();
  const ingest = new IngestDoor(collector);
  if (origin !== 'started') {
    for await (const batch of lab.store.scan(state.id, { fields: REMEMBERED_FIELDS })) ingest.remember(batch);
  }
  // Of what was sampled they would be too few, and of some kinds more than of others.
  if (origin === 'resumed' && sampling === null) {
    const isRequest = requestTest(state);
    for await (const batch of lab.store.scan(state.id, { fields: STREAMED_FIELDS }))
      collector.streaming.observeBatch(batch, isRequest);
  }
  lab.router.add(collector, state.scope === 'process');
  return {
    collector,
    ingest,
    writer,
    close: async () => {
      lab.router.remove(collector);
      if (collector.status === 'running') collector.status = 'stopped';
      await writer.close();
    },
  };
}

function requestTest(state: ExperimentState): (eventName: string) => boolean {
  if (!state.request_events) return (name) => eventInfo(name)?.request === true;
  const names = new Set(state.request_events);
  return (name) => names.has(name);
}

function requireFunctions(enrichers: unknown): void {
  if (Array.isArray(enrichers) && enrichers.every((enricher) => typeof enricher === 'function')) return;
  throw new CrucibleError('invalid_argument', `enrichers is ${show(enrichers)}.`, {
    hint: 'Give a list of functions.',
  });
}
