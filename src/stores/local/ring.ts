import { type PackedSpace, packedSpace } from '../../record/packed/packed-layout.ts';

/** What an entry of the ring is. */
export const Entry = {
  /** A packed row. */
  ROW: 1,
  /** JSON text of the writer that the entry's lane belongs to. */
  OPEN: 2,
  /** The lane takes no more rows. */
  CLOSE: 3,
  /** Unused words up to the end of the memory. */
  PAD: 4,
  /** The number of a packed row in memory of its own, for one that is larger than the room there is. */
  LARGE: 5,
} as const;

/** Words of the control block. `HEAD` and `TAIL` count words ever written and ever taken, modulo 2^32. */
const HEAD = 0;
const TAIL = 1;
const LOCK = 2;
const ASLEEP = 3;
const STOPPED = 4;
const TROUBLE = 5;
const FINISHED = 6;
const CONTROL_WORDS = 8;

const HEADER_WORDS = 2;
const KIND_SHIFT = 24;
const LANE_MASK = (1 << KIND_SHIFT) - 1;
/** Room that must be free before a row is packed in place. Larger rows take a way of their own. */
const ROW_ROOM = 16_384;

/** Who holds the lock of a ring. */
export const Side = { CALLER: 1, DRAINER: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** When the drainer is to end: never, once the ring is empty, or at once. */
export const Stop = { NO: 0, WHEN_EMPTY: 1, NOW: 2 } as const;
export type Stop = (typeof Stop)[keyof typeof Stop];

const AWAKE = 0;
const SLEEPING = 1;
const PAUSING = 2;

/** The shared memory of a ring, as it is handed to another thread. */
export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly data: SharedArrayBuffer;
  /** Rows that came to nothing, by lane and why. */
  readonly lost: SharedArrayBuffer;
}

/** Why a row that was taken came to nothing: its experiment was removed, or no line could be made of it. */
export const Loss = { HOMELESS: 0, UNMADE: 1 } as const;
export type Loss = (typeof Loss)[keyof typeof Loss];
const LOSSES = 2;

/** The most lanes at a time. */
export const MAX_LANES = 65_536;

/** @param bytes A power of two. */
export function ringMemory(bytes: number): RingMemory {
  return {
    control: new SharedArrayBuffer(CONTROL_WORDS * 4),
    data: new SharedArrayBuffer(bytes),
    lost: new SharedArrayBuffer(MAX_LANES * LOSSES * 4),
  };
}

/** Packs an entry's content from word `at` on; returns the word after it, or −1 when it would pass `limit`. */
export type Pack = (space: PackedSpace, at: number, limit: number) => number;

/** Takes the content of an entry, between two words. */
export type Take = (kind: number, lane: number, space: PackedSpace, at: number, end: number) => void;

/**
 * A queue of bounded size in shared memory: one thread appends, and either of two takes away, whichever holds the lock. It
 * outlives the thread that drains it, and nothing in it depends on an event loop.
 */
export class Ring {
  readonly memory: RingMemory;
  readonly #control: Int32Array;
  readonly #lost: Int32Array;
  readonly #space: PackedSpace;
  readonly #capacity: number;

  constructor(memory: RingMemory) {
    this.memory = memory;
    this.#control = new Int32Array(memory.control);
    this.#lost = new Int32Array(memory.lost);
    this.#space = packedSpace(memory.data);
    this.#capacity = memory.data.byteLength / 4;
  }

  /** Words appended and not yet taken. */
  get backlog(): number {
    return (Atomics.load(this.#control, HEAD) - Atomics.load(this.#control, TAIL)) >>> 0;
  }

  /** A position to compare with `hasTaken`: everything appended so far lies before it. */
  get head(): number {
    return Atomics.load(this.#control, HEAD);
  }

  hasTaken(position: number): boolean {
    return ((Atomics.load(this.#control, TAIL) - position) | 0) >= 0;
  }

  /** Appends an entry. False when there is no room for it; it is never half appended. */
  append(kind: number, lane: number, pack: Pack): boolean {
    const control = this.#control;
    const head = control[HEAD]!;
    const free = this.#capacity - ((head - Atomics.load(control, TAIL)) >>> 0);
    let at = (head >>> 0) % this.#capacity;
    let room = Math.min(free, this.#capacity - at);
    let padding = 0;
    if (room < ROW_ROOM && room === this.#capacity - at) {
      padding = room;
      room = Math.min(free - padding, this.#capacity);
      at = 0;
    }
    if (room < HEADER_WORDS) return false;
    const { words } = this.#space;
    const end = pack(this.#space, at + HEADER_WORDS, at + room);
    if (end < 0) return false;
    words[at] = (kind << KIND_SHIFT) | lane;
    words[at + 1] = end - at;
    if (padding > 0) words[this.#capacity - padding] = Entry.PAD << KIND_SHIFT;
    Atomics.store(control, HEAD, (head + padding + end - at) | 0);
    if (Atomics.load(control, ASLEEP) === SLEEPING) this.wake();
    return true;
  }

  /** Gives the entries to `take`, in order, until there are none or `enough` says so. Only for who holds the lock. */
  read(take: Take, enough: () => boolean): number {
    const { words } = this.#space;
    let at = Atomics.load(this.#control, TAIL);
    const head = Atomics.load(this.#control, HEAD);
    while (at !== head && !enough()) {
      const start = (at >>> 0) % this.#capacity;
      const kind = words[start]! >>> KIND_SHIFT;
      if (kind === Entry.PAD) {
        at = (at + this.#capacity - start) | 0;
        continue;
      }
      const length = words[start + 1]!;
      take(kind, words[start]! & LANE_MASK, this.#space, start + HEADER_WORDS, start + length);
      at = (at + length) | 0;
    }
    return at;
  }

  /** Frees the room of everything before `position`, which is what `read` returned. */
  release(position: number): void {
    Atomics.store(this.#control, TAIL, position);
    Atomics.notify(this.#control, TAIL);
  }

  /** Wakes the drainer and waits until something is released; false when that took more than `ms`. */
  waitForRoom(ms: number): boolean {
    const tail = Atomics.load(this.#control, TAIL);
    if (tail === Atomics.load(this.#control, HEAD)) return true;
    this.wake();
    return Atomics.wait(this.#control, TAIL, tail, ms) !== 'timed-out';
  }

  /** Takes the lock, waiting at most `ms`; false when the other side kept it. */
  lock(side: Side, ms: number): boolean {
    const until = performance.now() + ms;
    for (;;) {
      const holder = Atomics.compareExchange(this.#control, LOCK, 0, side);
      if (holder === 0) return true;
      const left = until - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.#control, LOCK, holder, left);
    }
  }

  unlock(): void {
    Atomics.store(this.#control, LOCK, 0);
    Atomics.notify(this.#control, LOCK);
  }

  /** Takes the lock from a side that has died. */
  breakLock(side: Side): void {
    Atomics.compareExchange(this.#control, LOCK, side, 0);
    Atomics.notify(this.#control, LOCK);
  }

  /** Sleeps until something is appended, `wake` is called or `ms` have passed. For the drainer. */
  sleep(ms: number): void {
    Atomics.store(this.#control, ASLEEP, SLEEPING);
    if (this.backlog === 0 && this.stopping === Stop.NO) Atomics.wait(this.#control, ASLEEP, SLEEPING, ms);
    Atomics.store(this.#control, ASLEEP, AWAKE);
  }

  /** Sleeps until `wake` is called or `ms` have passed, whatever is appended: waking a thread costs more than an event. */
  pause(ms: number): void {
    Atomics.store(this.#control, ASLEEP, PAUSING);
    if (this.stopping === Stop.NO) Atomics.wait(this.#control, ASLEEP, PAUSING, ms);
    Atomics.store(this.#control, ASLEEP, AWAKE);
  }

  wake(): void {
    Atomics.store(this.#control, ASLEEP, AWAKE);
    Atomics.notify(this.#control, ASLEEP);
  }

  /** Whether the drainer is to end, and when. */
  get stopping(): Stop {
    return Atomics.load(this.#control, STOPPED) as Stop;
  }

  stop(when: Stop): void {
    Atomics.store(this.#control, STOPPED, when);
    this.wake();
  }

  /** The number of the system's error that keeps entries from being written; 0 for none. */
  get trouble(): number {
    return Atomics.load(this.#control, TROUBLE);
  }

  set trouble(errno: number) {
    Atomics.store(this.#control, TROUBLE, errno);
  }

  /** How many rows of a lane came to nothing since it was opened. */
  lostOf(lane: number, why: Loss): number {
    return Atomics.load(this.#lost, lane * LOSSES + why);
  }

  countLost(lane: number, why: Loss, rows: number): void {
    Atomics.add(this.#lost, lane * LOSSES + why, rows);
  }

  /** For a lane that is used anew. */
  forgetLost(lane: number): void {
    for (const why of Object.values(Loss)) Atomics.store(this.#lost, lane * LOSSES + why, 0);
  }

  /** How many segments were finished so far. */
  get finishedSegments(): number {
    return Atomics.load(this.#control, FINISHED);
  }

  countFinishedSegment(): void {
    Atomics.add(this.#control, FINISHED, 1);
  }
}
