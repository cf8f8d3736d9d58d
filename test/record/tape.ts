import { eventInfo } from '../../src/events/registry.ts';
import type { Measurements, Metadata } from '../../src/events/types.ts';
import { ColumnBatch } from '../../src/record/batch.ts';
import type { EventRecord, ExperimentContext, RecordScope } from '../../src/record/event-record.ts';
import { PriceBook } from '../../src/record/prices.ts';
import { Recorder, type RowDefaults } from '../../src/record/recorder.ts';
import { Redaction } from '../../src/record/redaction.ts';
import type { EnclosingSpan } from '../../src/record/row-values.ts';
import { BatchSchema } from '../../src/record/schema.ts';

export interface Emitted {
  /** Default `my_app.work.done`, which is not registered and says nothing of success. */
  readonly name?: string;
  readonly index?: number;
  readonly measurements?: Measurements;
  readonly metadata?: Metadata;
  readonly timestamp?: number;
  readonly scope?: RecordScope;
  readonly defaults?: RowDefaults;
  readonly span?: EnclosingSpan;
  readonly explicit?: Partial<EventRecord>;
}

export interface TapeOptions {
  readonly capacity?: number;
  readonly redact?: readonly string[];
  readonly prices?: PriceBook;
  /** Default: those of the registry. */
  readonly requests?: readonly string[];
  readonly experiment?: ExperimentContext;
}

const PRICES = new PriceBook();

/** A recorder with the batches that it fills. */
export class Tape {
  readonly schema: BatchSchema;
  readonly recorder: Recorder;
  readonly batches: ColumnBatch[] = [];
  mostBatches: number = Number.POSITIVE_INFINITY;

  constructor(options: TapeOptions = {}) {
    const schema = new BatchSchema(options.experiment ?? { id: 'exp-1' }, 'w1');
    this.schema = schema;
    this.recorder = new Recorder(schema, {
      prices: options.prices ?? PRICES,
      redaction: options.redact && new Redaction(options.redact),
      isRequest: (name) => options.requests?.includes(name) ?? eventInfo(name)?.request === true,
      nextBatch: () => {
        if (this.batches.length >= this.mostBatches) return undefined;
        const last = this.batches.at(-1);
        const first = last ? last.firstSequence + last.rows : 0;
        const batch = new ColumnBatch(schema, options.capacity ?? 64, first);
        this.batches.push(batch);
        return batch;
      },
    });
  }

  /** Captures without keeping. */
  capture(event: Emitted): void {
    this.recorder.begin();
    this.recorder.capture(
      { name: event.name ?? 'my_app.work.done', index: event.index ?? -1 },
      event.measurements ?? {},
      event.metadata ?? {},
      event.timestamp ?? 1_750_000_000_000_000,
      event.scope ?? 'explicit',
      event.defaults,
      event.span,
      event.explicit,
    );
  }

  keep(event: Emitted): EventRecord {
    this.capture(event);
    this.recorder.commit();
    const batch = this.batches.at(-1)!;
    return batch.record(batch.rows - 1);
  }

  /** Seals the batch that is being filled, too. Nothing may be kept any more. */
  seal(): void {
    this.batches.at(-1)?.seal();
  }

  records(): EventRecord[] {
    return this.batches.flatMap((batch) => Array.from({ length: batch.rows }, (_, row) => batch.record(row)));
  }
}

/** The record of one event. */
export function recordOf(event: Emitted, options?: TapeOptions): EventRecord {
  return new Tape(options).keep(event);
}

/** A tape with these events. */
export function keepAll(events: readonly Emitted[], options?: TapeOptions): Tape {
  const tape = new Tape(options);
  for (const event of events) tape.keep(event);
  return tape;
}
