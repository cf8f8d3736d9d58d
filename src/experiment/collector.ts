import type { Clock } from '../core/clock.ts';
import { warnOnce } from '../core/warn.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import { enrichEvent } from '../record/enrich-event.ts';
import type { EventRecord, RecordScope } from '../record/event-record.ts';
import type { PriceBook } from '../record/prices.ts';
import { type EnclosingSpan, type NamedEvent, Recorder } from '../record/recorder.ts';
import type { Redaction } from '../record/redaction.ts';
import type { BatchSchema } from '../record/schema.ts';
import { snapshot } from '../record/snapshot.ts';
import type { ExperimentStatus } from '../stores/experiment-state.ts';
import type { StoreWriter } from '../stores/store.ts';
import { Ledger } from './ledger.ts';
import type { RunContext } from './run-context.ts';
import type { UniformSampling } from './sampling.ts';
import { StreamingMetrics } from './streaming/streaming-metrics.ts';

/** Adds to a record: fields by their name, anything else to its metadata. It sees the enriched record and must not change it. */
export type Enricher = (record: EventRecord) => Readonly<Record<string, unknown>> | undefined;

export interface CollectorOptions {
  readonly schema: BatchSchema;
  readonly writer: StoreWriter;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly prices: PriceBook;
  readonly redaction: Redaction | undefined;
  readonly sampling: UniformSampling | undefined;
  readonly enrichers: readonly Enricher[];
  readonly events: 'all' | readonly string[];
  readonly isRequest: (eventName: string) => boolean;
}

/** What is known of an event that happened elsewhere or earlier. */
export interface Known {
  /** Microseconds since the Unix epoch. */
  readonly timestamp: number;
  /** Fields that are given and not derived. */
  readonly fields: Partial<EventRecord>;
}

/** Takes the events of one experiment in one process and accounts for each of them. Never throws. */
export class Collector {
  readonly ledger: Ledger;
  streaming: StreamingMetrics = new StreamingMetrics();
  status: ExperimentStatus = 'running';
  /** Whether the experiment has had a run in this process. */
  hasRun = false;
  readonly #options: CollectorOptions;
  readonly #recorder: Recorder;
  readonly #events: ReadonlySet<string> | undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.ledger = options.ledger;
    this.#events = options.events === 'all' ? undefined : new Set(options.events);
    this.#recorder = new Recorder(options.schema, {
      prices: options.prices,
      redaction: options.redaction,
      isRequest: options.isRequest,
      nextBatch: () => options.writer.nextBatch(),
    });
  }

  /** Whether the experiment collects events of this name. */
  wants(eventName: string): boolean {
    return this.#events === undefined || this.#events.has(eventName);
  }

  /** Accounts for an event and keeps it if it is to be kept. Its values are copied before this returns. */
  collect(
    event: NamedEvent,
    measurements: Measurements,
    metadata: Metadata,
    scope: RecordScope,
    run?: RunContext,
    span?: EnclosingSpan,
    known?: Known,
  ): void {
    if (!this.wants(event.name)) return;
    const { ledger } = this;
    ledger.emitted++;
    if (this.status !== 'running') {
      ledger.dropped[this.status === 'paused' ? 'paused' : 'stopped']++;
      return;
    }
    try {
      if (!this.#recorder.begin()) {
        ledger.dropped.capacity++;
        warnOnce(`capacity:${this.#options.schema.experiment.id}`, `Experiment ${this.#options.schema.experiment.id} is full: further events are dropped and counted.`);
        return;
      }
    } catch (error) {
      this.#lose(event, error);
      return;
    }
    try {
      this.#capture(event, measurements, metadata, scope, run, span, known);
    } catch {
      // A getter or a proxy of the host threw half-way. The snapshot holds what can be read and says what cannot.
      try {
        this.#recorder.rollback();
        this.#capture(event, plain(measurements), plain(metadata), scope, run, span, known);
      } catch (error) {
        this.#recorder.rollback();
        this.#lose(event, error);
        return;
      }
    }
    this.#keep();
  }

  /** Counts an event that had arrived before. */
  countDuplicate(): void {
    this.ledger.emitted++;
    this.ledger.dropped.duplicate++;
  }

  resetStreaming(): void {
    this.streaming = new StreamingMetrics();
  }

  #capture(
    event: NamedEvent,
    measurements: Measurements,
    metadata: Metadata,
    scope: RecordScope,
    run: RunContext | undefined,
    span: EnclosingSpan | undefined,
    known: Known | undefined,
  ): void {
    const timestamp = known ? known.timestamp : this.#options.clock.nowMicros();
    let fields = known?.fields;
    let values = metadata;
    if (this.#options.enrichers.length > 0) {
      const record = enrichEvent(event.name, measurements, { ...run?.values, ...metadata }, this.#options.schema.experiment, {
        timestamp,
        scope,
        prices: this.#options.prices,
        ...(fields ? { fields } : {}),
      });
      ({ values, fields } = this.#enrich(record, metadata, fields));
    }
    this.#recorder.capture(event, measurements, values, timestamp, scope, run?.defaults, span, fields);
  }

  #keep(): void {
    const { row } = this.#recorder;
    this.streaming.observe(row);
    const { sampling } = this.#options;
    if (sampling && !sampling.keeps(row, () => `${this.#options.schema.writerId}-${this.ledger.emitted}`)) {
      this.#recorder.rollback();
      this.ledger.sampledOut++;
      return;
    }
    if (sampling) this.#recorder.setInclusionProbability(sampling.rate);
    this.#recorder.commit();
    this.ledger.stored++;
  }

  #enrich(
    record: EventRecord,
    metadata: Metadata,
    known: Partial<EventRecord> | undefined,
  ): { values: Metadata; fields: Partial<EventRecord> } {
    const fields: Record<string, unknown> = { ...known };
    let values: Record<string, unknown> = { ...metadata };
    for (const enricher of this.#options.enrichers) {
      try {
        const added = enricher(record);
        for (const [key, value] of Object.entries(added ?? {})) {
          if (key in record && key !== 'metadata' && key !== 'measurements') fields[key] = value;
          else if (key === 'metadata' && typeof value === 'object') values = { ...values, ...value };
          else values[key] = value;
        }
      } catch (error) {
        warnOnce(`enricher:${enricher.name}`, `The enricher ${enricher.name || '(anonymous)'} threw and added nothing: ${String(error)}`);
      }
    }
    return { values, fields };
  }

  #lose(event: NamedEvent, error: unknown): void {
    this.ledger.dropped.encode++;
    warnOnce(`encode:${event.name}`, `An event ${event.name} could not be recorded and is counted as dropped: ${String(error)}`);
  }
}

function plain(value: object): Record<string, unknown> {
  const copy = snapshot(value);
  return typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? (copy as Record<string, unknown>) : { value: copy };
}
