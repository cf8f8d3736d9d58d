import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { CrucibleError, show } from '../../core/errors.ts';
import { requireOptions } from '../../core/options.ts';
import { beforeProcessEnds } from '../../core/process-end.ts';
import { warnOnce } from '../../core/warn.ts';
import { unwritable } from '../../engine/file-errors.ts';
import { makeFolder } from '../../engine/make-folder.ts';
import type { ColumnBatch } from '../../record/batch.ts';
import type { ExperimentState } from '../experiment-state.ts';
import type { LedgerCounts } from '../ledger-counts.ts';
import { runningElsewhere } from '../running-elsewhere.ts';
import type { ScanOptions, Store, StoreTail, StoreWriter, WriterOptions, WriterState } from '../store.ts';
import { ExperimentFiles } from './experiment-files.ts';
import { ExperimentTail } from './experiment-tail.ts';
import { LocalWriter } from './local-writer.ts';
import { OpenWriters } from './open-writers.ts';
import { RecordCounts } from './record-counts.ts';
import { type Durability, Recording, type RecordingOptions } from './recording.ts';
import { checkedRetention, expired, type Retention } from './retention.ts';
import { scanSegments } from './scan-segments.ts';
import { SealedFiles } from './sealed-files.ts';
import { Sealing } from './sealing.ts';
import { StateWatch } from './state-watch.ts';
import { readNotes, recordsOfClosed, statusOf, type WriterNote } from './writer-files.ts';

export interface LocalStoreOptions {
  /** The folder to keep experiments in; made when first needed. Default: `CRUCIBLE_DIR`, else `.crucible` in the working directory. */
  readonly dir?: string;
  /**
   * When a record is safe from the end of its process: `batched` within about 50 ms, written by a thread of its own; `immediate`
   * when `execute` returns; `fsync` then too, and from a loss of power. Default `batched`.
   */
  readonly durability?: Durability;
  /**
   * What becomes of an event when the queue of `batched` is full, or its oldest event too old: the caller waits, or the event is
   * dropped and counted, and the queue grows as old as the disk makes it. Default `wait`.
   */
  readonly overflow?: 'wait' | 'drop';
  /** How long `batched` gathers events, in milliseconds: what a kill may cost grows by it. 1 to 1000, default 5. */
  readonly flushIntervalMs?: number;
  /** How large a live segment grows before the next one begins, in bytes. Default 64 MB. */
  readonly segmentBytes?: number;
  /** How long stopped and archived experiments are kept: what is beyond goes when another one is started. Default: for ever. */
  readonly retain?: Retention;
  /** Whether SIGTERM and SIGINT write what is still in memory. Default true; false makes them cost what SIGKILL costs. */
  readonly signals?: boolean;
}

const SEGMENT_AGE_MS = 15 * 60_000;
const LOOK_EVERY_MS = 250;
const BEAT_EVERY_MS = 1000;

/** Keeps experiments as plain files in one folder, for any number of processes at once. See `docs/guide/local-store.md`. */
export function localStore(options: LocalStoreOptions = {}): LocalStore {
  requireOptions('localStore', options, [
    'dir',
    'durability',
    'overflow',
    'flushIntervalMs',
    'segmentBytes',
    'retain',
    'signals',
  ]);
  const {
    dir = process.env.CRUCIBLE_DIR || '.crucible',
    durability = 'batched',
    overflow = 'wait',
    flushIntervalMs = 5,
    segmentBytes = 64 * 1024 * 1024,
    signals = true,
  } = options;
  if (typeof dir !== 'string' || dir === '') throw bad('dir', dir, 'Give the path of a folder.');
  if (!['batched', 'immediate', 'fsync'].includes(durability))
    throw bad('durability', durability, "Give 'batched', 'immediate' or 'fsync'.");
  if (overflow !== 'wait' && overflow !== 'drop') throw bad('overflow', overflow, "Give 'wait' or 'drop'.");
  if (!(flushIntervalMs >= 1 && flushIntervalMs <= 1000))
    throw bad('flushIntervalMs', flushIntervalMs, 'Give 1 to 1000 milliseconds.');
  if (!(Number.isSafeInteger(segmentBytes) && segmentBytes >= 1024))
    throw bad('segmentBytes', segmentBytes, 'Give a whole number of bytes, 1024 or more.');
  if (typeof signals !== 'boolean') throw bad('signals', signals, 'Give true or false.');
  const limits = { bytes: segmentBytes, ageMs: SEGMENT_AGE_MS, sync: durability === 'fsync' };
  return new FolderStore(resolve(dir), signals, checkedRetention(options.retain), {
    durability,
    overflow,
    flushIntervalMs,
    limits,
  });
}

/** A store in a folder. */
export interface LocalStore extends Store {
  readonly kind: 'local';
  /** The folder, as an absolute path. */
  readonly dir: string;
  tail(id: string): Promise<StoreTail>;
}

class FolderStore implements LocalStore {
  readonly kind = 'local';
  readonly dir: string;
  readonly #signals: boolean;
  readonly #retention: Retention | undefined;
  readonly #options: RecordingOptions;
  readonly #files: ExperimentFiles;
  readonly #watch: StateWatch;
  readonly #writers = new OpenWriters();
  readonly #opening = new Set<Promise<StoreWriter>>();
  readonly #sealed = new SealedFiles();
  readonly #recounts = new RecordCounts(this.#sealed);
  readonly #sealing: Sealing;
  #finishedSegments = 0;
  #beatAt = 0;
  #closed = false;
  #recording: Recording | undefined;
  #takeBack: (() => void) | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(dir: string, signals: boolean, retention: Retention | undefined, options: RecordingOptions) {
    this.dir = dir;
    this.#signals = signals;
    this.#retention = retention;
    this.#options = options;
    this.#files = new ExperimentFiles(dir);
    this.#watch = new StateWatch(this.#files);
    this.#sealing = new Sealing(dir);
  }

  async create(state: ExperimentState): Promise<void> {
    this.#requireOpen();
    await this.#files.create(state);
    if (this.#retention) await this.#expire(this.#retention);
  }

  async load(id: string): Promise<ExperimentState | undefined> {
    this.#requireOpen();
    return this.#files.load(id);
  }

  async list(): Promise<readonly ExperimentState[]> {
    this.#requireOpen();
    return this.#files.list();
  }

  async update(id: string, change: (state: ExperimentState) => ExperimentState): Promise<ExperimentState> {
    this.#requireOpen();
    const { state, version } = await this.#files.update(id, change);
    this.#watch.tell(id, state, version);
    if (state.status === 'stopped') {
      await Promise.allSettled(this.#writers.of(id).map((writer) => writer.close()));
      await this.#sealEnded(id);
    }
    return state;
  }

  async remove(id: string): Promise<void> {
    this.#requireOpen();
    await Promise.allSettled(this.#writers.of(id).map((writer) => writer.close()));
    await this.#files.remove(id);
    this.#watch.tell(id, undefined, undefined);
  }

  watch(id: string, listener: (state: ExperimentState | undefined) => void): () => void {
    return this.#watch.add(id, listener);
  }

  openWriter(id: string, options: WriterOptions): Promise<StoreWriter> {
    const opening = this.#openWriter(id, options);
    this.#opening.add(opening);
    const forget = () => void this.#opening.delete(opening);
    opening.then(forget, forget);
    return opening;
  }

  async #openWriter(id: string, options: WriterOptions): Promise<StoreWriter> {
    this.#requireOpen();
    await this.#files.require(id);
    const folder = this.#files.folder(id);
    try {
      await makeFolder(join(folder, 'events'));
      await makeFolder(join(folder, 'writers'));
    } catch (error) {
      throw unwritable(folder, error);
    }
    this.#requireOpen();
    await this.#record().ready;
    const known = (await readdir(join(folder, 'writers'))).filter((name) => name.endsWith('.json')).length;
    const closed = (closed: LocalWriter) => this.#afterClose(id, closed);
    const open = () => LocalWriter.open({ ...options, closed }, this.#record(), folder, known);
    const writer = options.alone ? await this.#files.locked(id, () => this.#openAlone(options, open)) : await open();
    this.#writers.add(id, writer);
    if (this.#closed) {
      await writer.close();
      this.#requireOpen();
    }
    return writer;
  }

  async #openAlone({ schema }: WriterOptions, open: () => Promise<LocalWriter>): Promise<LocalWriter> {
    const notes = await readNotes(join(this.#files.folder(schema.experiment.id), 'writers'));
    if (notes.some((note) => statusOf(note) === 'open')) throw runningElsewhere(schema.experiment);
    return open();
  }

  async writers(id: string): Promise<readonly WriterState[]> {
    this.#requireOpen();
    await this.#files.require(id);
    const own = new Map(this.#writers.of(id).map((writer) => [writer.id, writer]));
    const notes = await readNotes(join(this.#files.folder(id), 'writers'));
    const counts = await this.#recount(
      id,
      notes.filter((note) => !own.get(note.writer_id)?.isOpen && statusOf(note) === 'crashed'),
    );
    return notes.map((note) => {
      const writer = own.get(note.writer_id);
      const { opened_at, heartbeat_at, closed_at, ledger } = writer?.isOpen ? writer.note : note;
      return {
        writer_id: note.writer_id,
        status: writer?.isOpen ? 'open' : statusOf(note),
        opened_at,
        seen_at: closed_at ?? heartbeat_at,
        ledger: counts.has(note.writer_id) ? recounted(ledger, counts.get(note.writer_id)!) : ledger,
      };
    });
  }

  async *scan(id: string, options: ScanOptions = {}): AsyncIterable<ColumnBatch> {
    this.#requireOpen();
    const state = await this.#files.require(id);
    await this.#flushFor(id);
    const folder = this.#files.folder(id);
    const notes = await readNotes(join(folder, 'writers'));
    const writers = notes.map(({ writer_id }) => writer_id);
    yield* scanSegments(this.#sealed, folder, state, writers, { ...options, stored: recordsOfClosed(notes) });
  }

  async tail(id: string): Promise<StoreTail> {
    this.#requireOpen();
    const state = await this.#files.require(id);
    await this.#flushFor(id);
    return ExperimentTail.open(this.#files.folder(id), state, () => this.#flushFor(id));
  }

  async flush(): Promise<void> {
    for (const writer of this.#writers.all) await writer.flush();
    await this.#recording?.flush();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await Promise.allSettled(this.#opening);
    const closed = await Promise.allSettled(this.#writers.all.map((writer) => writer.close()));
    // What could not be written is kept, by this process as long as it lasts.
    for (const result of closed) if (result.status === 'rejected') throw result.reason;
    const recording = this.#recording;
    this.#recording = undefined;
    clearInterval(this.#beat);
    this.#takeBack?.();
    await recording?.end();
    this.#sealing.close();
    this.#sealed.close();
  }

  // What cannot be written now is not read; what is there, is.
  async #flushFor(id: string): Promise<void> {
    if (!this.#writers.of(id).some((writer) => writer.isOpen)) return;
    try {
      await this.#recording?.flush();
    } catch (error) {
      warnOnce(
        `unflushed:${id}`,
        `The last events of ${id} are not read: they wait to be written. ${(error as Error).message}`,
      );
    }
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new CrucibleError('store_closed', `The store in ${this.dir} is closed.`, {
      hint: 'Open it again with localStore({ dir }).',
    });
  }

  #record(): Recording {
    if (this.#recording) return this.#recording;
    const recording = new Recording(this.#options);
    this.#recording = recording;
    this.#takeBack = beforeProcessEnds(
      { flush: () => void recording.flushSync(), end: () => this.#end(recording) },
      this.#signals,
    );
    this.#beat = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    return recording;
  }

  // What a crashed writer has recorded stands in its files; its last note may be older.
  async #recount(id: string, crashed: readonly WriterNote[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { writer_id } of crashed) {
      counts.set(writer_id, await this.#recounts.of(this.#files.folder(id), writer_id));
    }
    return counts;
  }

  // What cannot be removed now stays until the next time; the new experiment is not to suffer from it.
  async #expire(retention: Retention): Promise<void> {
    try {
      for (const { id } of await expired(this.#files, retention, systemClock.nowMicros())) await this.remove(id);
    } catch (error) {
      warnOnce(
        `retain:${this.dir}`,
        `Experiments that are no longer to be kept were not removed. ${(error as Error).message}`,
      );
    }
  }

  async #sealRotated(): Promise<void> {
    for (const id of this.#writers.ids) await this.#sealing.add(this.#files.folder(id), () => true);
  }

  // A writer that closes because its experiment was stopped, by whomever, has nobody behind it who would seal its segments.
  async #afterClose(id: string, writer: LocalWriter): Promise<void> {
    const state = await this.#files.load(id).catch(() => undefined);
    if (state?.status === 'stopped') await this.#sealEnded(id);
    else await this.#sealing.add(this.#files.folder(id), () => true);
    this.#writers.delete(id, writer);
  }

  async #sealEnded(id: string): Promise<void> {
    const notes = await readNotes(join(this.#files.folder(id), 'writers'));
    const open = new Set(notes.filter((note) => statusOf(note) === 'open').map(({ writer_id }) => writer_id));
    await this.#sealing.add(this.#files.folder(id), (writer) => open.has(writer));
  }

  // Segments that were finished since are sealed; writers say that they are alive.
  async #look(): Promise<void> {
    try {
      const finished = this.#recording?.finishedSegments ?? 0;
      if (finished !== this.#finishedSegments) {
        this.#finishedSegments = finished;
        await this.#sealRotated();
      }
      const now = performance.now();
      if (now - this.#beatAt < BEAT_EVERY_MS) return;
      this.#beatAt = now;
      for (const writer of this.#writers.all) await writer.beat();
    } catch (error) {
      warnOnce(`heartbeat:${this.dir}`, `A heartbeat could not be written. ${(error as Error).message}`);
    }
  }

  #end(recording: Recording): void {
    if (!recording.endSync()) {
      process.stderr.write(`crucible-telemetry: the last events could not be written to ${this.dir}.\n`);
      return;
    }
    const writers = this.#writers.all;
    for (const writer of writers) writer.takeLast();
    recording.flushSync();
    for (const writer of writers) {
      try {
        writer.end();
      } catch {
        // Its records are in its segments; it will be taken for crashed, and recounted, which is right but slower.
      }
    }
  }
}

function recounted({ held = 0, ...ledger }: LedgerCounts, stored: number): LedgerCounts {
  const dropped = Object.values(ledger.dropped).reduce((total, count) => total + count, 0);
  // What a reservoir held is gone, unless the writer was killed while it wrote that.
  const sampled_out = ledger.sampled_out - Math.min(held, Math.max(stored - ledger.stored, 0));
  return { ...ledger, emitted: stored + sampled_out + dropped, stored, sampled_out, unclean: true };
}

function bad(name: string, value: unknown, hint: string): CrucibleError {
  return new CrucibleError('invalid_argument', `${name} is ${show(value)}.`, { hint });
}
