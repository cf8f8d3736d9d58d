import { isThenable } from '../bus/promises.ts';
import { isRecord } from '../bus/records.ts';
import { messageOf } from '../bus/thrown.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { warnOnce } from '../core/warn.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import type { ColumnBatch } from '../record/batch.ts';
import { enrichEvent } from '../record/enrich-event.ts';
import type { EventRecord, RecordScope } from '../record/event-record.ts';
import type { PriceBook } from '../record/prices.ts';
import { type NamedEvent, Recorder } from '../record/recorder.ts';
import type { Redaction } from '../record/redaction.ts';
import type { EnclosingSpan } from '../record/row-values.ts';
import type { BatchSchema } from '../record/schema.ts';
import { permanentRandom } from '../stats/sampling/inclusion-probability.ts';
import type { ExperimentStatus } from '../stores/experiment-state.ts';
import type { DropReason } from '../stores/ledger-counts.ts';
import { SAMPLING_KEYS } from '../stores/sampling-design.ts';
import type { StoreWriter } from '../stores/store.ts';
import { plain } from './event-copy.ts';
import type { Ledger } from './ledger.ts';
import { RESERVED_FIELDS } from './reserved-fields.ts';
import type { RunContext } from './run-context.ts';
import type { RowReservoir } from './sampling/row-reservoir.ts';
import { type RowProbability, samplingKey } from './sampling/row-sampling.ts';
import { StreamingMetrics } from './streaming/streaming-metrics.ts';

/**
 * Adds to a record: fields by their name, anything else to its metadata, which is also where fields go that are not for it to
 * set (`timestamp`, `experiment_id`, …). It sees the enriched record and must not change it.
 */
export type Enricher = (record: EventRecord) => Readonly<Record<string, unknown>> | undefined;

export interface CollectorOptions {
  readonly schema: BatchSchema;
  readonly writer: StoreWriter;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly prices: PriceBook;
  readonly redaction: Redaction | undefined;
  /** Where events are sampled one by one. */
  readonly sampling?: RowProbability | undefined;
  /** Where so many of them are. */
  readonly reservoir?: RowReservoir | undefined;
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

// What a getter or an enricher may execute on the experiment that is recording it, before it counts as a recursion.
const MAX_NESTED = 100;

// What became of an event, by the name it is counted under in the ledger.
type Outcome = 'stored' | 'sampled_out' | DropReason;

interface Deferred {
  readonly event: NamedEvent;
  readonly measurements: Measurements;
  readonly metadata: Metadata;
  readonly scope: RecordScope;
  readonly run: RunContext | undefined;
  readonly span: EnclosingSpan | undefined;
  readonly known: Known;
}

/**
 * Takes the events of one experiment in one process and accounts for each of them. Never throws, and the account holds even
 * where the host's stack ends in the midst of it: an event is counted at one place, once its outcome is known, by writes that
 * call nothing. One that came so late that `collect` could not begin was not emitted.
 */
export class Collector {
  readonly ledger: Ledger;
  streaming: StreamingMetrics = new StreamingMetrics();
  status: ExperimentStatus = 'running';
  readonly #options: CollectorOptions;
  readonly #recorder: Recorder;
  readonly #events: ReadonlySet<string> | undefined;
  // Redaction takes the sampling key out of the row: then it is looked for before.
  readonly #keyIsRedacted: boolean;
  #redactedKey: string | undefined;
  #capturing = false;
  // How many events were executed while others were recorded, also those whose values are still being copied.
  #nested = 0;
  #deferred: Deferred[] = [];
  readonly #clock = () => this.#now();
  // How many of the deferred are recorded, while they are.
  #recordedDeferred = -1;
  #isEnding = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.ledger = options.ledger;
    this.#events = options.events === 'all' ? undefined : new Set(options.events);
    const { writer } = options;
    this.#keyIsRedacted =
      options.sampling !== undefined && SAMPLING_KEYS.some((name) => options.redaction?.hides(name) === true);
    this.#recorder = new Recorder(options.schema, {
      prices: options.prices,
      redaction: options.redaction,
      isRequest: options.isRequest,
      nextBatch: () => writer.nextBatch(),
      committed: writer.committed && ((batch, row) => writer.committed!(batch, row)),
    });
  }

  get writerId(): string {
    return this.#options.schema.writerId;
  }

  get experimentId(): string {
    return this.#options.schema.experiment.id;
  }

  /** Whether the experiment collects events of this name. */
  wants(eventName: string): boolean {
    return this.#events === undefined || this.#events.has(eventName);
  }

  /**
   * Accounts for an event and keeps it if it is to be kept. Its values are copied before this returns. False when the event was
   * dropped.
   */
  collect(
    event: NamedEvent,
    measurements: Measurements,
    metadata: Metadata,
    scope: RecordScope,
    run?: RunContext,
    span?: EnclosingSpan,
    known?: Known,
  ): boolean {
    if (this.#events?.has(event.name) === false) return false;
    const isNested = this.#capturing;
    let outcome: Outcome | undefined;
    if (this.status !== 'running') {
      outcome = this.status === 'paused' ? 'paused' : 'stopped';
    } else {
      this.#capturing = true;
      try {
        outcome = isNested
          ? this.#defer(event, measurements, metadata, scope, run, span, known)
          : this.#record(event, measurements, metadata, scope, run, span, known);
      } catch {
        outcome = 'encode';
      }
      this.#capturing = isNested;
    }
    // A deferred event is counted when it is recorded.
    if (outcome === undefined) return true;
    const { ledger } = this;
    ledger.emitted++;
    if (outcome === 'stored') ledger.stored++;
    else if (outcome === 'sampled_out') ledger.sampledOut++;
    else ledger.dropped[outcome]++;
    if (this.#nested > 0 && !isNested && this.#recordedDeferred < 0) {
      this.#recordedDeferred = 0;
      try {
        this.#recordDeferred();
      } catch {
        const left = this.#deferred.length - this.#recordedDeferred;
        ledger.emitted += left;
        ledger.dropped.encode += left;
      }
      this.#deferred = [];
      this.#nested = 0;
      this.#recordedDeferred = -1;
    }
    return outcome === 'stored' || outcome === 'sampled_out';
  }

  /** Counts an event that had arrived before. */
  countDuplicate(): void {
    this.ledger.emitted++;
    this.ledger.dropped.duplicate++;
  }

  /** Makes records of what a reservoir holds, before the writer ends. Events that come too late are dropped as `stopped`. */
  closeReservoir(): void {
    this.#isEnding = true;
    this.#options.reservoir?.close((batch, row) => this.#commitHeld(batch, row));
  }

  resetStreaming(): void {
    this.streaming = new StreamingMetrics();
  }

  #record(
    event: NamedEvent,
    measurements: Measurements,
    metadata: Metadata,
    scope: RecordScope,
    run: RunContext | undefined,
    span: EnclosingSpan | undefined,
    known: Known | undefined,
  ): Outcome {
    try {
      if (!this.#recorder.begin()) return this.#refuse('capacity', 'is full: further events are dropped and counted.');
    } catch (error) {
      return this.#lose(event, messageOf(error));
    }
    try {
      try {
        this.#capture(event, measurements, metadata, scope, run, span, known);
      } catch {
        // A getter or a proxy of the host threw half-way. What can be read is kept, and what cannot is said.
        this.#recorder.rollback();
        this.#capture(event, plain(measurements), plain(metadata), scope, run, span, known);
      }
      return this.#keep();
    } catch (error) {
      this.#recorder.rollback();
      return this.#lose(event, messageOf(error));
    }
  }

  // There is one row to write to, and a getter or an enricher called while it is written may execute events itself: those are
  // copied now and recorded after it.
  #defer(
    event: NamedEvent,
    measurements: Measurements,
    metadata: Metadata,
    scope: RecordScope,
    run: RunContext | undefined,
    span: EnclosingSpan | undefined,
    known: Known | undefined,
  ): Outcome | undefined {
    if (this.#nested >= MAX_NESTED) return this.#lose(event, 'it was executed while recording itself, again and again');
    this.#nested++;
    try {
      const at = known ?? { timestamp: this.#options.clock.nowMicros(), fields: {} };
      this.#deferred.push({
        event,
        measurements: plain(measurements),
        metadata: plain(metadata),
        scope,
        run,
        span,
        known: at,
      });
      return undefined;
    } catch (error) {
      return this.#lose(event, messageOf(error));
    }
  }

  #recordDeferred(): void {
    for (; this.#recordedDeferred < this.#deferred.length; this.#recordedDeferred++) {
      const { event, measurements, metadata, scope, run, span, known } = this.#deferred[this.#recordedDeferred]!;
      this.collect(event, measurements, metadata, scope, run, span, known);
    }
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
    const timestamp = known ? known.timestamp : this.#now();
    let fields = known?.fields;
    let values = metadata;
    if (this.#options.enrichers.length > 0) {
      const record = this.#whole(event, measurements, metadata, timestamp, scope, run, span, fields);
      ({ values, fields } = this.#enrich(record, metadata, fields));
    }
    if (this.#keyIsRedacted) {
      const record = this.#whole(event, measurements, values, timestamp, scope, run, span, fields);
      this.#redactedKey = SAMPLING_KEYS.map((name) => record[name]).find((key) => key !== null) ?? undefined;
    }
    this.#recorder.capture(event, measurements, values, timestamp, scope, run?.defaults, span, fields);
  }

  // The record with nothing redacted.
  #whole(
    event: NamedEvent,
    measurements: Measurements,
    metadata: Metadata,
    timestamp: number,
    scope: RecordScope,
    run: RunContext | undefined,
    span: EnclosingSpan | undefined,
    fields: Partial<EventRecord> | undefined,
  ): EventRecord {
    return enrichEvent(
      event.name,
      measurements,
      { ...(span ? { trace_id: span.trace_id, parent_span_id: span.span_id } : {}), ...run?.values, ...metadata },
      this.#options.schema.experiment,
      { timestamp, scope, prices: this.#options.prices, ...(fields ? { fields } : {}) },
    );
  }

  // A clock of the host's own may give anything; a record without a time would be lost to every window.
  #now(): number {
    const now = this.#options.clock.nowMicros();
    if (Number.isSafeInteger(now)) return now;
    warnOnce(
      'clock',
      `The clock gave ${String(now)}, which is no whole number of microseconds; the system clock is used instead.`,
    );
    return systemClock.nowMicros();
  }

  #keep(): Outcome {
    const recorder = this.#recorder;
    this.streaming.observe(recorder.row);
    const { sampling, reservoir } = this.#options;
    if (sampling !== undefined) {
      const probability = sampling(recorder, this.#clock);
      if (permanentRandom(this.#samplingKey()) >= probability) {
        recorder.rollback();
        return 'sampled_out';
      }
      recorder.setInclusionProbability(probability);
    } else if (reservoir !== undefined) {
      return this.#offer(reservoir);
    }
    if (recorder.commit()) return 'stored';
    return this.#refuse('overflow', 'gets events faster than they can be written: some are dropped and counted.');
  }

  // A writer that has ended takes nothing more, whether its store has room or not.
  #refuse(outcome: 'capacity' | 'overflow', why: string): Outcome {
    if (this.#isEnding) return 'stopped';
    warnOnce(`${outcome}:${this.experimentId}`, `Experiment ${this.experimentId} ${why}`);
    return outcome;
  }

  #offer(reservoir: RowReservoir): Outcome {
    // Its process is ending, and a reservoir that was closed cannot take another event.
    const isClosed = reservoir.isClosed;
    if (!isClosed && reservoir.offer(this.#recorder)) this.ledger.held++;
    this.#recorder.rollback();
    return isClosed ? 'stopped' : 'sampled_out';
  }

  #commitHeld(batch: ColumnBatch, row: number): void {
    let outcome: 'stored' | 'overflow' | 'encode' | 'capacity' = 'capacity';
    try {
      if (this.#recorder.begin()) outcome = this.#recorder.commitCopy(batch, row) ? 'stored' : 'overflow';
    } catch {
      outcome = 'encode';
    }
    this.ledger.release(outcome);
  }

  #samplingKey(): string {
    const key = this.#keyIsRedacted ? this.#redactedKey : samplingKey(this.#recorder.row);
    return key ?? `${this.#options.schema.writerId}-${this.ledger.emitted + 1}`;
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
        const added: unknown = enricher(record);
        if (isThenable(added)) {
          void Promise.resolve(added).catch(() => undefined);
          warnOnce(
            `enricher:${enricher.name}`,
            `The enricher ${enricher.name || '(anonymous)'} returned a promise and added nothing: enrichers are synchronous.`,
          );
          continue;
        }
        for (const [key, value] of Object.entries(isRecord(added) ? added : {})) {
          if (Object.hasOwn(record, key) && key !== 'event_id' && !RESERVED_FIELDS.has(key)) fields[key] = value;
          else if (key === 'metadata' && isRecord(value)) values = { ...values, ...value };
          else values[key] = value;
        }
      } catch (error) {
        warnOnce(
          `enricher:${enricher.name}`,
          `The enricher ${enricher.name || '(anonymous)'} threw and added nothing: ${messageOf(error)}`,
        );
      }
    }
    return { values, fields };
  }

  #lose(event: NamedEvent, why: string): Outcome {
    warnOnce(`encode:${event.name}`, `An event ${event.name} could not be recorded and is counted as dropped: ${why}`);
    return 'encode';
  }
}
