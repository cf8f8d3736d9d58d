import { type Clock, systemClock } from '../../core/clock.ts';
import { ColumnBatch } from '../../record/batch.ts';
import { SCHEMA_VERSION } from '../../record/fields.ts';
import type { StoreWriter, WriterOptions } from '../store.ts';
import type { CallerLane } from './caller-lane.ts';
import type { Recording } from './recording.ts';
import { newNote, type WriterNote, writeNote, writeNoteSync } from './writer-files.ts';

// Rows between two turns of the scratch batch: few enough to stay in the processor's cache.
const SCRATCH_ROWS = 256;

/** A writer of the local store: rows go through a small batch of its own into the recording, one by one. */
export class LocalWriter implements StoreWriter {
  readonly id: string;
  readonly #options: WriterOptions;
  readonly #recording: Recording;
  readonly #lane: CallerLane;
  readonly #batch: ColumnBatch;
  readonly #folder: string;
  readonly #clock: Clock;
  #note: WriterNote;
  #closing: Promise<void> | undefined;
  #beating: Promise<void> | undefined;

  private constructor(
    options: WriterOptions,
    recording: Recording,
    lane: CallerLane,
    folder: string,
    note: WriterNote,
  ) {
    this.id = options.schema.writerId;
    this.#options = options;
    this.#recording = recording;
    this.#lane = lane;
    this.#folder = folder;
    this.#note = note;
    this.#clock = systemClock;
    this.#batch = new ColumnBatch(options.schema, SCRATCH_ROWS, 0);
  }

  /** @param folder Of the experiment; @param ordinal Position among its writers. */
  static async open(
    options: WriterOptions,
    recording: Recording,
    folder: string,
    ordinal: number,
  ): Promise<LocalWriter> {
    const { schema, ledger } = options;
    const note = newNote({
      schema_version: SCHEMA_VERSION,
      writer_id: schema.writerId,
      ordinal,
      opened_at: systemClock.nowMicros(),
      ledger: ledger(),
    });
    await writeNote(`${folder}/writers`, note);
    // There has to be room for the news of it, whatever becomes of other events when the queue is full.
    await recording.flush().catch(() => undefined);
    return new LocalWriter(options, recording, recording.open(schema, `${folder}/events`), `${folder}/writers`, note);
  }

  get isOpen(): boolean {
    return this.#closing === undefined;
  }

  /** The note as it would be written now. */
  get note(): WriterNote {
    return {
      ...this.#note,
      heartbeat_at: this.#clock.nowMicros(),
      clock_anchors: systemClock.anchors,
      ledger: this.#options.ledger(),
    };
  }

  nextBatch(): ColumnBatch | undefined {
    if (this.#closing) return undefined;
    if (this.#batch.rows > 0) this.#batch.reset(this.#lane.sequence);
    return this.#batch;
  }

  committed(batch: ColumnBatch, row: number): boolean {
    return !this.#closing && this.#recording.append(this.#lane, batch, row);
  }

  flush(): Promise<void> {
    return this.#recording.flush();
  }

  /** Notes that it is alive, and its account. */
  async beat(): Promise<void> {
    if (this.#closing || this.#beating) return;
    this.#beating = writeNote(this.#folder, this.note);
    try {
      await this.#beating;
    } finally {
      this.#beating = undefined;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Notes that it is closed, in a process that ends. */
  end(): void {
    if (!this.#closing) writeNoteSync(this.#folder, { ...this.note, closed_at: this.#clock.nowMicros() });
  }

  async #close(): Promise<void> {
    await this.#beating?.catch(() => undefined);
    await this.#recording.close(this.#lane);
    this.#note = { ...this.note, closed_at: this.#clock.nowMicros() };
    await writeNote(this.#folder, this.#note);
  }
}
