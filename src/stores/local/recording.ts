import { Worker } from 'node:worker_threads';
import { show } from '../../core/errors.ts';
import { warnOnce } from '../../core/warn.ts';
import { unwritable } from '../../engine/file-errors.ts';
import type { ColumnBatch } from '../../record/batch.ts';
import { packedSpace } from '../../record/packed/packed-layout.ts';
import type { BatchSchema } from '../../record/schema.ts';
import { CallerLane } from './caller-lane.ts';
import { compiledFile } from './compiled-file.ts';
import { Drain } from './drain.ts';
import type { DrainWorkerData } from './drain-worker.ts';
import { LargeRows } from './large-rows.ts';
import { Entry, type Loss, Ring, ringMemory, Side, Stop } from './ring.ts';
import type { SegmentLimits } from './segment-file.ts';
import { systemError } from './system-error.ts';

/** When a record is as safe as it gets: see `localStore`. */
export type Durability = 'batched' | 'immediate' | 'fsync';

export interface RecordingOptions {
  readonly durability: Durability;
  /** What happens to an event when the queue is full: it waits on the caller's thread, or is dropped and counted. */
  readonly overflow: 'wait' | 'drop';
  readonly flushIntervalMs: number;
  readonly limits: SegmentLimits;
}

// Some 3,500 events: what is lost at most when the process is killed at full speed.
const RING_BYTES = 1024 * 1024;
// Nothing waits for longer, whatever keeps the other thread from its work: twice that is the age an event may reach.
const MAX_AGE_MS = 25;
const STALL_MS = 2000;
const EXIT_MS = 5000;
const RETRY_MS = 250;
const HUNG_MS = 10_000;
// A backlog that this thread writes at once when it writes by itself.
const MANY_WORDS = 8192;
// What is no error of the system counts as one: the rows are in the queue, and whoever recorded them is not to blame.
const UNFORESEEN = -5;

/**
 * The way from this thread to the segments, for all writers of a store: rows are packed into shared memory and drained by a
 * thread of its own, or, where each event is to be safe at once or that thread is gone, by the caller.
 */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #ring: Ring;
  readonly #largeRows = new LargeRows();
  readonly #lanes = new Map<number, CallerLane>();
  /** Resolves when rows are drained as fast as they come. */
  ready: Promise<void> = Promise.resolve();
  #worker: Worker | undefined;
  #workerEnded: Promise<void> | undefined;
  /** Set once this thread drains; from then on it holds the ring's lock. */
  #drain: Drain | undefined;
  #timer: NodeJS.Timeout | undefined;
  // A position in the ring that was not taken yet when last looked at, and when it was reached.
  #mark = 0;
  #markedAt = 0;
  #retryAt = 0;
  // Until then nobody waits for the other thread, which holds the lock and does not move.
  #hungUntil = 0;
  // Whether each row is written by the call that brings it.
  #isAtOnce: boolean;
  #closed = false;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#isAtOnce = options.durability !== 'batched';
    this.#ring = new Ring(ringMemory(RING_BYTES));
    if (options.durability === 'batched') this.#startWorker();
    else this.#takeOver();
  }

  /** How many segments were finished so far. */
  get finishedSegments(): number {
    return this.#ring.finishedSegments;
  }

  /** Adds a writer. `folder` is that of its experiment's events. */
  open(schema: BatchSchema, folder: string): CallerLane {
    let index = 0;
    while (this.#lanes.has(index)) index++;
    const lane = new CallerLane(index, schema, folder);
    this.#lanes.set(index, lane);
    this.#ring.forgetLost(index);
    this.#control(Entry.OPEN, lane, lane.opening());
    return lane;
  }

  /** Takes a committed row. False when there is no room and none is to be waited for. */
  append(lane: CallerLane, batch: ColumnBatch, row: number): boolean {
    lane.batch = batch;
    lane.row = row;
    const { head } = this.#ring;
    try {
      if (!this.#ring.append(Entry.ROW, lane.index, lane.pack) && !this.#appendSlowly(lane)) return false;
    } catch (error) {
      // The host's stack may end anywhere in there; what counts is whether the row is in the queue.
      if (this.#ring.head === head) throw error;
    }
    lane.sequence++;
    try {
      if (!this.#drain) this.#watchAge();
      else if (this.#isAtOnce || this.#ring.backlog > MANY_WORDS) this.#drainAll();
    } catch {
      // As above: the row is in the queue, and is written with those that come later, or when this process ends.
    }
    return true;
  }

  /** Resolves when what was appended so far is in the system's hands. Rejects with `path_unwritable` when it refuses. */
  async flush(): Promise<void> {
    const position = this.#ring.head;
    const began = performance.now();
    while (!this.#ring.hasTaken(position)) {
      if (this.#drain) this.#drainAll();
      else this.#ring.wake();
      if (this.#ring.hasTaken(position)) return;
      // A trouble of before may be over: the other thread tries again now.
      if (this.#ring.trouble !== 0 && performance.now() - began > 2 * RETRY_MS) throw this.#refusal();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** The same, without giving the event loop a turn. False when it could not be done. */
  flushSync(): boolean {
    const position = this.#ring.head;
    const until = performance.now() + EXIT_MS;
    while (!this.#drain && !this.#ring.hasTaken(position) && this.#ring.trouble === 0 && performance.now() < until) {
      this.#ring.waitForRoom(5);
    }
    if (!this.#ring.hasTaken(position) && this.#takeOver()) {
      this.#retryAt = 0;
      this.#drainAll();
    }
    return this.#ring.hasTaken(position);
  }

  /** The same in a process that ends: what comes later still is written by the call that brings it. */
  endSync(): boolean {
    this.#isAtOnce = this.#takeOver(EXIT_MS);
    return this.flushSync();
  }

  /** How many rows of a writer came to nothing. */
  lostOf(lane: CallerLane, why: Loss): number {
    return this.#ring.lostOf(lane.index, why);
  }

  /** Ends a writer; what it appended is written first. May be tried again when that was refused. */
  async close(lane: CallerLane): Promise<void> {
    if (!lane.isEnding) this.#control(Entry.CLOSE, lane, '');
    lane.isEnding = true;
    await this.flush();
  }

  /** Forgets a writer that was closed. */
  forget(lane: CallerLane): void {
    this.#lanes.delete(lane.index);
  }

  /** Ends the thread. Writers that are still open keep their files. */
  async end(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#ring.stop(Stop.WHEN_EMPTY);
    // From now on it is waited for.
    this.#worker?.ref();
    await this.#workerEnded;
    this.#drain?.close();
    this.#largeRows.keepHere();
  }

  // No timer can do this: the event loop may be blocked.
  #watchAge(): void {
    const now = performance.now();
    if (this.#ring.hasTaken(this.#mark)) {
      this.#mark = this.#ring.head;
      this.#markedAt = now;
    } else if (now - this.#markedAt > MAX_AGE_MS && now > this.#hungUntil) {
      if (this.#ring.trouble !== 0) this.#tell();
      else this.#mayWaitForRoom();
    }
  }

  #startWorker(): void {
    const file = compiledFile('stores/local/drain-worker.js');
    if (!file) {
      warnOnce('drain_worker', 'The file of the writing thread was not found; this thread writes by itself.');
      this.#takeOver();
      return;
    }
    const { flushIntervalMs, limits } = this.#options;
    const { port } = this.#largeRows;
    const workerData: DrainWorkerData = { memory: this.#ring.memory, limits, flushIntervalMs, largeRows: port };
    const worker = new Worker(file, { workerData, transferList: [port], execArgv: [], env: {} });
    this.#worker = worker;
    this.ready = new Promise((resolve) => {
      worker.once('message', () => {
        worker.unref();
        resolve();
      });
      worker.once('exit', () => resolve());
    });
    this.#workerEnded = new Promise((resolve) => {
      worker.once('exit', () => {
        resolve();
        if (this.#closed || this.#drain) return;
        this.#ring.breakLock(Side.DRAINER);
        if (this.#takeOver()) this.#drainAll();
      });
    });
    worker.once('error', (error) => {
      warnOnce('drain_worker', `The writing thread has ended, this thread writes by itself: ${show(error.message)}`);
    });
  }

  // For good: what the other thread was told about the rows' texts and columns is not told again.
  #takeOver(ms = STALL_MS): boolean {
    if (this.#drain) return true;
    this.#ring.stop(Stop.NOW);
    if (!this.#ring.lock(Side.CALLER, ms)) return false;
    clearInterval(this.#timer);
    this.#timer = undefined;
    const { limits } = this.#options;
    this.#largeRows.keepHere();
    this.#drain = new Drain({
      ring: this.#ring,
      limits,
      large: (number) => this.#largeRows.row(number),
      inherit: (lane) => this.#lanes.get(lane)?.inherited(limits),
    });
    if (this.#options.durability === 'batched') {
      this.#timer = setInterval(() => this.#drainAll(), this.#options.flushIntervalMs);
      this.#timer.unref();
    }
    return true;
  }

  #drainAll(): void {
    // While the disk refuses, trying again for each event would take the host's time and change nothing.
    if (this.#ring.trouble !== 0 && performance.now() < this.#retryAt) {
      this.#retry();
      return;
    }
    try {
      while (this.#drain!.slice());
      if (this.#options.durability === 'fsync') this.#drain!.sync();
      this.#ring.trouble = 0;
    } catch (error) {
      const { errno = UNFORESEEN, message } = error as NodeJS.ErrnoException;
      if (errno === UNFORESEEN) warnOnce(`local_store:${message}`, `Events could not be written: ${message}`);
      this.#ring.trouble = errno;
      this.#retryAt = performance.now() + RETRY_MS;
      this.#tell();
      this.#retry();
    }
  }

  // Also when no event comes that would try.
  #retry(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#drainAll();
    }, RETRY_MS + 1);
    this.#timer.unref();
  }

  #appendSlowly(lane: CallerLane): boolean {
    for (;;) {
      // Nobody else appends: what was empty before the try was empty during it.
      const wasEmpty = this.#ring.backlog === 0;
      if (this.#ring.append(Entry.ROW, lane.index, lane.pack)) return true;
      if (wasEmpty) return this.#appendLarge(lane);
      if (!this.#mayWaitForRoom()) return false;
    }
  }

  // A row that is larger than the room in an empty ring.
  #appendLarge(lane: CallerLane): boolean {
    let words = RING_BYTES / 4;
    let packed = packedSpace(new ArrayBuffer(words * 4));
    let end = lane.pack(packed, 0, words);
    while (end < 0) {
      words *= 2;
      packed = packedSpace(new ArrayBuffer(words * 4));
      end = lane.pack(packed, 0, words);
    }
    const number = this.#largeRows.add(packed.words.subarray(0, end));
    const isAppended = this.#ring.append(Entry.LARGE, lane.index, (space, at) => {
      space.words[at] = number;
      return at + 1;
    });
    if (!isAppended) lane.takeBack();
    return isAppended;
  }

  #mayWaitForRoom(): boolean {
    return this.#options.overflow === 'wait' && this.#waitForRoom();
  }

  #waitForRoom(): boolean {
    if (this.#drain) {
      const { head } = this.#ring;
      this.#drainAll();
      return this.#ring.hasTaken(head);
    }
    if (this.#ring.trouble !== 0) {
      this.#tell();
      return false;
    }
    if (performance.now() < this.#hungUntil) return false;
    if (this.#ring.waitForRoom(STALL_MS)) return true;
    // Nothing moved for seconds: the other thread has died, or the disk holds it up.
    return this.#takeOver() || this.#hang();
  }

  // The host is not to wait for a disk that does not answer, event by event.
  #hang(): false {
    this.#hungUntil = performance.now() + HUNG_MS;
    warnOnce(
      `local_store_hung:${this.#folder}`,
      `Writing to ${this.#folder} does not come back. Events wait in memory; those beyond are dropped and counted.`,
    );
    this.#timer ??= setInterval(() => {
      if (!this.#takeOver(0)) return;
      this.#hungUntil = 0;
      this.#drainAll();
    }, RETRY_MS).unref();
    return false;
  }

  get #folder(): string {
    return this.#lanes.values().next().value?.folder ?? 'the store';
  }

  #control(kind: number, lane: CallerLane, text: string): void {
    const bytes = Buffer.from(text);
    const words = 1 + Math.ceil(bytes.length / 4);
    const pack = (space: ReturnType<typeof packedSpace>, at: number, limit: number) => {
      if (at + words > limit) return -1;
      space.words[at] = bytes.length;
      space.bytes.set(bytes, (at + 1) * 4);
      return at + words;
    };
    while (!this.#ring.append(kind, lane.index, pack)) {
      if (!this.#waitForRoom()) throw this.#refusal();
    }
    if (this.#drain) this.#drainAll();
  }

  #tell(): void {
    const { message } = this.#refusal();
    warnOnce(`local_store:${message}`, `Events wait to be written. ${message}`);
  }

  #refusal(): Error {
    return unwritable(this.#folder, systemError(this.#ring.trouble));
  }
}
