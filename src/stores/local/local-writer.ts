import { systemClock } from '../../core/clock.ts';
import { warnOnce } from '../../core/warn.ts';
import { ColumnBatch } from '../../record/batch.ts';
import { SCHEMA_VERSION } from '../../record/fields.ts';
import type { StoreWriter, WriterOptions } from '../store.ts';
import type { CallerLane } from './caller-lane.ts';
import type { Recording } from './recording.ts';
import { Loss } from './ring.ts';
import { newNote, removeNote, type WriterNote, writeNote, writeNoteSync } from './writer-files.ts';

// Rows between two turns of the scratch batch: few enough to stay in the processor's cache.
const SCRATCH_ROWS = 256;
// A writer that has nothing new to say says so every five seconds.
const QUIET_MICROS = 4_500_000;

export interface LocalWriterOptions extends WriterOptions {
  /** Called once the writer is closed. */
  readonly closed: (writer: LocalWriter) => Promise<void>;
}

/** A writer of the local store: rows go through a small batch of its own into the recording, one by one. */
export class LocalWriter implements StoreWriter {
  readonly id: string;
  readonly #options: LocalWriterOptions;
  readonly #recording: Recording;
  readonly #lane: CallerLane;
  readonly #batch: ColumnBatch;
  readonly #folder: string;
  #note: WriterNote;
  #closing: Promise<void> | undefined;
  #beating: Promise<void> | undefined;
  #isRefused = false;
  #hasEnded = false;
  #isNotedClosed = false;
  // While its last rows are committed: then it waits for room, even where rows are otherwise dropped.
  #isTakingLast = false;
  // Rows that came to nothing and are told of, by why.
  readonly #told: Record<Loss, number> = { [Loss.HOMELESS]: 0, [Loss.UNMADE]: 0 };

  private constructor(
    options: LocalWriterOptions,
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
    this.#batch = new ColumnBatch(options.schema, SCRATCH_ROWS, 0);
  }

  /** @param folder Of the experiment; @param ordinal Position among its writers. */
  static async open(
    options: LocalWriterOptions,
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
    const notes = `${folder}/writers`;
    await writeNote(notes, note, schema.experiment.started_at);
    try {
      // There has to be room for the news of it, whatever becomes of other events when the queue is full.
      await recording.flush().catch(() => undefined);
      return new LocalWriter(options, recording, recording.open(schema, `${folder}/events`), notes, note);
    } catch (error) {
      await removeNote(notes, note);
      throw error;
    }
  }

  get #startedAt(): number | null {
    return this.#options.schema.experiment.started_at;
  }

  get isOpen(): boolean {
    return this.#closing === undefined;
  }

  /** The note as it would be written now. */
  get note(): WriterNote {
    return {
      ...this.#note,
      heartbeat_at: systemClock.nowMicros(),
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
    if (this.#recording.lostOf(this.#lane, Loss.HOMELESS) > this.#told[Loss.HOMELESS]) this.#tellLost();
    const isTaken =
      !this.#closing &&
      (this.#recording.append(this.#lane, batch, row) ||
        (this.#isTakingLast && this.#recording.flushSync() && this.#recording.append(this.#lane, batch, row)));
    if (this.#hasEnded && isTaken) this.#noteLateRow();
    return isTaken;
  }

  /** Returns when other processes see its rows, and its account of them. */
  async flush(): Promise<void> {
    await this.#recording.flush();
    await this.#beating?.catch(() => undefined);
    // The rows are safe without the account, and the next heartbeat tells it.
    await this.beat().catch(() => undefined);
  }

  /** Notes that it is alive, and its account. */
  async beat(): Promise<void> {
    this.#tellLost();
    if (this.#closing || this.#beating) return;
    const { note } = this;
    const news = note.ledger.emitted !== this.#note.ledger.emitted;
    if (!news && note.heartbeat_at - this.#note.heartbeat_at < QUIET_MICROS) return;
    this.#note = note;
    this.#beating = writeNote(this.#folder, note, this.#startedAt);
    try {
      await this.#beating;
    } finally {
      this.#beating = undefined;
    }
  }

  /** May be tried again when it was refused. It takes no more rows either way. */
  close(): Promise<void> {
    if (!this.#closing) this.takeLast();
    if (this.#isRefused) this.#closing = undefined;
    this.#isRefused = false;
    this.#closing ??= this.#close().catch((error) => {
      this.#isRefused = true;
      throw error;
    });
    return this.#closing;
  }

  /** Lets the last rows be committed, before it closes. */
  takeLast(): void {
    this.#isTakingLast = true;
    this.#options.ending?.();
    this.#isTakingLast = false;
  }

  /** Notes that it is closed, in a process that ends, perhaps while it is being closed. */
  end(): void {
    if (this.#isNotedClosed) return;
    writeNoteSync(this.#folder, { ...this.note, closed_at: systemClock.nowMicros() }, this.#startedAt);
    this.#hasEnded = true;
  }

  async #close(): Promise<void> {
    await this.#beating?.catch(() => undefined);
    await this.#recording.close(this.#lane);
    this.#tellLost();
    this.#note = { ...this.note, closed_at: systemClock.nowMicros() };
    await writeNote(this.#folder, this.#note, this.#startedAt);
    this.#isNotedClosed = true;
    this.#recording.forget(this.#lane);
    await this.#options.closed(this);
  }

  // A row after the end: its note would be wrong by now, so that readers have to count for themselves.
  #noteLateRow(): void {
    this.#hasEnded = false;
    try {
      writeNoteSync(this.#folder, this.note, this.#startedAt);
    } catch {
      // The row is kept; `verify` will say that the account is not right.
    }
  }

  #tellLost(): void {
    for (const why of Object.values(Loss)) {
      const rows = this.#recording.lostOf(this.#lane, why) - this.#told[why];
      if (rows <= 0) continue;
      this.#told[why] += rows;
      this.#options.lost?.(rows, why === Loss.UNMADE ? 'encode' : 'overflow');
      if (why === Loss.UNMADE) continue;
      warnOnce(
        `removed:${this.#folder}`,
        `The folder of experiment ${this.#options.schema.experiment.id} was removed while it was being recorded: its events are dropped and counted.`,
      );
    }
  }
}
