import { show } from '../../core/errors.ts';
import { warnOnce } from '../../core/warn.ts';
import type { ExperimentContext } from '../../record/event-record.ts';
import { type PackedSpace, sequenceAt } from '../../record/packed/packed-layout.ts';
import { PackedLines } from '../../record/packed/packed-lines.ts';
import { BatchSchema } from '../../record/schema.ts';
import { Entry, Loss, type Ring } from './ring.ts';
import { SegmentFile, type SegmentLimits } from './segment-file.ts';

/** Bytes of lines that are written in one go. */
const SLICE_BYTES = 256 * 1024;

/** What the content of an `OPEN` entry says about a lane. */
export interface LaneOpening {
  readonly writer: string;
  readonly experiment: ExperimentContext;
  /** The folder of the experiment's events. */
  readonly folder: string;
}

/** One writer's way from packed rows to its segments. */
export class Lane {
  readonly index: number;
  readonly lines: PackedLines;
  readonly file: SegmentFile;
  /** Of the last line that is not written yet. */
  lastSequence = -1;
  /** Lines that are not written yet. */
  taken = 0;
  /** Rows since the last write of which no line could be made. */
  unmade = 0;
  closed = false;

  constructor(index: number, { writer, experiment, folder }: LaneOpening, limits: SegmentLimits) {
    this.index = index;
    this.lines = new PackedLines(new BatchSchema(experiment, writer));
    this.file = new SegmentFile(folder, writer, limits, experiment.started_at ?? null);
  }

  /**
   * Writes the lines that were taken; false when the experiment was removed, so that there is no place for them and others must
   * not wait behind them. Throws what else the system says; nothing of them is then in the file.
   */
  write(): boolean {
    const { out } = this.lines;
    if (out.at === 0) return true;
    try {
      this.file.append(out.bytes.subarray(0, out.at), this.lastSequence);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }
}

export interface DrainOptions {
  readonly ring: Ring;
  readonly limits: SegmentLimits;
  /** The row of that number which did not fit into the ring. It is asked for until its entry is released. */
  readonly large: (number: number) => PackedSpace;
  /** The lane of a writer whose `OPEN` entry another drain has taken. Default: there was no other. */
  readonly inherit?: (lane: number) => Lane | undefined;
}

/**
 * Takes packed rows out of a ring and appends them to their writers' segments. Room in the ring is freed only after the lines
 * were written, so that whoever comes next finds either the row or its line; by its sequence, it finds it once.
 */
export class Drain {
  readonly #options: DrainOptions;
  readonly #lanes = new Map<number, Lane>();
  readonly #filled = new Set<Lane>();

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /**
   * Writes what is in the ring, at most a slice for each call; false when the ring was empty. Only for who holds the lock.
   * Throws what the system says when a segment cannot be written; all is then still in the ring.
   */
  slice(): boolean {
    const { ring } = this.#options;
    if (ring.backlog === 0) {
      this.#rotate();
      return false;
    }
    let full = false;
    let position: number;
    try {
      position = ring.read(
        (kind, lane, space, at, end) => {
          full = this.#take(kind, lane, space, at, end);
        },
        () => full,
      );
      const homeless = [...this.#filled].filter((lane) => !lane.write());
      for (const { index, taken } of homeless) ring.countLost(index, Loss.HOMELESS, taken);
      for (const { index, unmade } of this.#filled) ring.countLost(index, Loss.UNMADE, unmade);
    } finally {
      // After a failure all entries are still in the ring; what other lanes have written is known by its sequence.
      for (const lane of this.#filled) {
        lane.lines.out.at = 0;
        lane.taken = 0;
        lane.unmade = 0;
      }
      this.#filled.clear();
    }
    ring.release(position);
    for (const [index, lane] of this.#lanes) {
      if (!lane.closed) continue;
      lane.file.close();
      this.#lanes.delete(index);
    }
    this.#rotate();
    return true;
  }

  sync(): void {
    for (const lane of this.#lanes.values()) lane.file.sync();
  }

  close(): void {
    for (const lane of this.#lanes.values()) lane.file.close();
    this.#lanes.clear();
  }

  // True when the slice is to end: there is enough to write, or a lane closes.
  #take(kind: number, index: number, space: PackedSpace, at: number, end: number): boolean {
    if (kind === Entry.OPEN) {
      this.#openLane(index, space.bytes.toString('utf8', (at + 1) * 4, (at + 1) * 4 + space.words[at]!));
      return false;
    }
    const lane = this.#lane(index);
    if (!lane) return false;
    if (kind === Entry.CLOSE) {
      lane.closed = true;
      return true;
    }
    if (kind === Entry.ROW) return this.#takeRow(lane, space, at, end);
    const large = this.#options.large(space.words[at]!);
    return this.#takeRow(lane, large, 0, large.words.length);
  }

  #takeRow(lane: Lane, space: PackedSpace, at: number, end: number): boolean {
    const { lines, file } = lane;
    const sequence = sequenceAt(space, at);
    if (sequence <= file.lastSequence) {
      lines.skip(space, at, end);
      return false;
    }
    this.#filled.add(lane);
    const before = lines.out.at;
    try {
      lines.add(space, at, end);
    } catch (error) {
      // Others must not wait behind it for ever.
      lines.out.at = before;
      lane.unmade++;
      warnOnce('unmade', `A record could not be written and is dropped: ${show((error as Error).message)}`);
      return false;
    }
    lane.lastSequence = sequence;
    lane.taken++;
    return lines.out.at > SLICE_BYTES;
  }

  // After a failed write the same entries are taken again.
  #openLane(index: number, text: string): void {
    if (this.#lanes.has(index)) return;
    const lane = new Lane(index, JSON.parse(text) as LaneOpening, this.#options.limits);
    if (this.#options.inherit) lane.file.recover();
    this.#lanes.set(index, lane);
  }

  #lane(index: number): Lane | undefined {
    let lane = this.#lanes.get(index);
    if (!lane) {
      lane = this.#options.inherit?.(index);
      if (lane) this.#lanes.set(index, lane);
    }
    return lane;
  }

  #rotate(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.file.rotate()) this.#options.ring.countFinishedSegment();
    }
  }
}
