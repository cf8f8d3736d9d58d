import { CrucibleError, show } from '../core/errors.ts';
import { type Moment, momentMicros } from '../core/time.ts';
import { type EventNameInput, normalizeEventName } from '../events/name.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import type { EventRecord } from '../record/event-record.ts';
import { fieldIndex } from '../record/fields.ts';
import type { Collector } from './collector.ts';

/** An event that happened elsewhere or earlier. Other fields of a record may be given too and are then not derived. */
export interface IngestedEvent extends Partial<Omit<EventRecord, 'timestamp' | 'measurements' | 'metadata'>> {
  readonly name: EventNameInput;
  readonly timestamp: Moment;
  readonly measurements?: Measurements;
  readonly metadata?: Metadata;
}

const RESERVED = new Set(['name', 'timestamp', 'measurements', 'metadata', 'event_name', 'sequence', 'writer_id', 'scope', 'category']);

/**
 * The door for events with a past: they keep their timestamps and may come out of order. One that came before counts as
 * `dropped.duplicate`; it is known by its `event_id`, else by trace, span, name and timestamp, and without any of those
 * ids never taken for a repeat.
 */
export class IngestDoor {
  readonly #collector: Collector;
  readonly #seen = new Set<string>();

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  /** Throws `invalid_argument` or `invalid_event_name` when there is no name or no time: nothing is counted then. */
  accept(event: IngestedEvent): void {
    if (typeof event !== 'object' || event === null) {
      throw new CrucibleError('invalid_argument', `ingest was given ${show(event)}.`, {
        hint: 'Give { name, timestamp, measurements, metadata }.',
      });
    }
    const name = normalizeEventName(event.name);
    const timestamp = momentMicros(event.timestamp, 'timestamp');
    const metadata = event.metadata ?? {};
    const key = identity(event, metadata, name, timestamp);
    if (key !== undefined) {
      if (this.#seen.has(key)) return this.#collector.countDuplicate();
      this.#seen.add(key);
    }
    this.#collector.collect({ name, index: -1 }, event.measurements ?? {}, metadata, 'ingest', undefined, undefined, {
      timestamp,
      fields: fieldsOf(event),
    });
  }
}

function identity(event: IngestedEvent, metadata: Metadata, name: string, timestamp: number): string | undefined {
  if (event.event_id) return JSON.stringify(event.event_id);
  const trace = event.trace_id ?? metadata.trace_id;
  const span = event.span_id ?? metadata.span_id;
  return trace || span ? JSON.stringify([trace ?? null, span ?? null, name, timestamp]) : undefined;
}

function fieldsOf(event: IngestedEvent): Partial<EventRecord> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(event)) {
    if (!RESERVED.has(key) && value !== null && value !== undefined && fieldIndex(key) >= 0) fields[key] = value;
  }
  return fields;
}
