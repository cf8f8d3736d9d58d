import { isRecord } from '../bus/records.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { type Moment, momentMicros } from '../core/time.ts';
import { type EventNameInput, normalizeEventName } from '../events/name.ts';
import type { Measurements, Metadata } from '../events/types.ts';
import type { ColumnBatch } from '../record/batch.ts';
import type { EventRecord, FieldName } from '../record/event-record.ts';
import { fieldIndex } from '../record/fields.ts';
import type { Collector } from './collector.ts';
import { RESERVED_FIELDS } from './reserved-fields.ts';

/** What `remember` looks at. */
export const REMEMBERED_FIELDS: readonly FieldName[] = ['event_id', 'scope', 'timestamp', 'trace_id', 'span_id'];

/**
 * An event that happened elsewhere or earlier. Other fields of a record may be given too and are then not derived, except those
 * that say where and how it was recorded, which are ignored: a record of one experiment can be replayed into another.
 */
export interface IngestedEvent extends Partial<Omit<EventRecord, 'timestamp' | 'measurements' | 'metadata'>> {
  readonly name: EventNameInput;
  readonly timestamp: Moment;
  readonly measurements?: Measurements;
  readonly metadata?: Metadata;
}

/**
 * The door for events with a past: they keep their timestamps and may come out of order. One that was taken before counts as
 * `dropped.duplicate`; it is known by its `event_id`, else by trace, span, name and timestamp, and without any of those
 * ids never taken for a repeat. Ids are remembered for as long as the experiment is open, about 100 bytes each. What was dropped the first time, in a pause for example, is no repeat when it comes again.
 */
export class IngestDoor {
  readonly #collector: Collector;
  readonly #taken = new Set<string>();
  readonly #writers = new Set<string>();

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  /** Makes known what an earlier writer of the experiment took, so that a repeat is one across resumes too. */
  remember(batch: ColumnBatch): void {
    this.#writers.add(batch.schema.writerId);
    for (let row = 0; row < batch.rows; row++) {
      if (batch.value('scope', row) !== 'ingest') continue;
      const record = batch.record(row);
      const given = record.event_id === `${record.writer_id}-${record.sequence}` ? { ...record, event_id: '' } : record;
      const key = identity({ ...given, name: record.event_name }, record.metadata, record.event_name, record.timestamp);
      if (key !== undefined) this.#taken.add(key);
    }
  }

  /**
   * Throws `invalid_argument` or `invalid_event_name` when there is no name or no time, or measurements or metadata are not an
   * object: nothing is counted then.
   */
  accept(event: IngestedEvent): void {
    if (typeof event !== 'object' || event === null) {
      throw new CrucibleError('invalid_argument', `ingest was given ${show(event)}.`, {
        hint: 'Give { name, timestamp, measurements, metadata }.',
      });
    }
    const name = normalizeEventName(event.name);
    const timestamp = momentMicros(event.timestamp, 'timestamp', Number.MAX_SAFE_INTEGER);
    const measurements = objectOf('measurements', event.measurements);
    const metadata = objectOf('metadata', event.metadata);
    if (!this.#collector.wants(name)) return;
    const key = identity(event, metadata, name, timestamp);
    if ((key !== undefined && this.#taken.has(key)) || this.#isOwnRecord(event.event_id)) {
      this.#collector.countDuplicate();
      return;
    }
    const known = { timestamp, fields: fieldsOf(event) };
    const taken = this.#collector.collect(
      { name, index: -1 },
      measurements,
      metadata,
      'ingest',
      undefined,
      undefined,
      known,
    );
    if (taken && key !== undefined) this.#taken.add(key);
  }

  // A record that this experiment gave out, played back into it.
  #isOwnRecord(id: unknown): boolean {
    const parts = typeof id === 'string' ? /^(.+)-\d+$/.exec(id) : null;
    return parts !== null && (parts[1] === this.#collector.writerId || this.#writers.has(parts[1]!));
  }
}

function objectOf(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (isRecord(value)) return value;
  throw new CrucibleError('invalid_argument', `ingest was given ${name} ${show(value)}.`, {
    hint: 'Give a plain object.',
  });
}

function identity(event: IngestedEvent, metadata: Metadata, name: string, timestamp: number): string | undefined {
  const id = idOf(event.event_id);
  if (id) return JSON.stringify(id);
  const trace = idOf(event.trace_id ?? read(metadata, 'trace_id'));
  const span = idOf(event.span_id ?? read(metadata, 'span_id'));
  return trace || span ? JSON.stringify([trace, span, name, timestamp]) : undefined;
}

// What a getter of the host throws is no id; the record says what could not be read.
function read(metadata: Metadata, key: string): unknown {
  try {
    return metadata[key];
  } catch {
    return undefined;
  }
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : null;
}

function fieldsOf(event: IngestedEvent): Partial<EventRecord> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(event)) {
    if (value === null || value === undefined || (key === 'event_id' && value === '')) continue;
    if (!RESERVED_FIELDS.has(key) && fieldIndex(key) >= 0) fields[key] = value;
  }
  return fields;
}
