import { CrucibleError, show } from '../core/errors.ts';
import { writerId } from '../core/ids.ts';
import { eventInfo } from '../events/registry.ts';
import { Collector, type Enricher } from '../experiment/collector.ts';
import { IngestDoor } from '../experiment/ingest.ts';
import { Ledger } from '../experiment/ledger.ts';
import { UniformSampling } from '../experiment/sampling.ts';
import { loadPriceData } from '../record/prices.ts';
import { Redaction } from '../record/redaction.ts';
import { BatchSchema } from '../record/schema.ts';
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
  readonly redact?: readonly string[] | undefined;
}

/** Opens a writer for an experiment and lets it collect. */
export async function openSession(lab: LabContext, state: ExperimentState, options: SessionOptions): Promise<Session> {
  const { enrichers = [], redact = [] } = options;
  requireList('enrichers', enrichers, 'function');
  requireList('redact', redact, 'string');
  const redaction = redact.length > 0 ? new Redaction(redact) : undefined;
  loadPriceData();
  const schema = new BatchSchema(state, writerId(lab.random));
  const ledger = new Ledger();
  const writer = await lab.store.openWriter(state.id, { schema, ledger: () => ledger.counts() });
  const collector = new Collector({
    schema,
    writer,
    ledger,
    clock: lab.clock,
    prices: lab.prices,
    redaction,
    sampling: state.sampling ? new UniformSampling(state.sampling) : undefined,
    enrichers,
    events: state.events,
    isRequest: requestTest(state),
  });
  collector.status = state.status;
  lab.router.add(collector, state.scope === 'process');
  return {
    collector,
    ingest: new IngestDoor(collector),
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

function requireList(name: string, value: unknown, type: 'function' | 'string'): void {
  if (Array.isArray(value) && value.every((item) => typeof item === type)) return;
  throw new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, {
    hint: type === 'function' ? 'Give a list of functions.' : 'Give a list of fields and paths.',
  });
}
