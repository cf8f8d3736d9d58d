import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolderSync } from '../../engine/make-folder.ts';
import { isAnothers } from './same-experiment.ts';
import { parseSegmentName, segmentStem } from './segment-name.ts';

/** What a segment may grow to before the next one begins. */
export interface SegmentLimits {
  readonly bytes: number;
  readonly ageMs: number;
  /** Whether what is written must survive a loss of power, its file's name included. */
  readonly sync: boolean;
}

const NEWLINE = 10;
const LOOK_BACK = 65_536;

/**
 * The live segment of one writer: lines are appended to it and nothing else. A write that fails leaves no part of a line. When
 * somebody else has touched the file the next segment begins. Who takes over from another thread begins with what that one left
 * in the file.
 */
export class SegmentFile {
  /** The last sequence that is in the files of this writer; −1 when there is none. */
  lastSequence = -1;
  readonly #folder: string;
  readonly #writer: string;
  readonly #limits: SegmentLimits;
  readonly #startedAt: number | null;
  #number = 0;
  #fd: number | undefined;
  /** Which file it is, and how much is in it. */
  #device = 0;
  #inode = 0;
  #size = 0;
  #openedAt = 0;

  /** @param startedAt Of the experiment: another one that is given its folder and its id gets none of its records. */
  constructor(folder: string, writer: string, limits: SegmentLimits, startedAt: number | null = null) {
    this.#folder = folder;
    this.#writer = writer;
    this.#limits = limits;
    this.#startedAt = startedAt;
  }

  /**
   * Appends whole lines, the last of which has that sequence. Throws what the system says, `ENOENT` when the experiment was
   * removed; then nothing was appended.
   */
  append(lines: Buffer, lastSequence: number): void {
    if (this.#fd !== undefined && !this.#isUntouched(this.#fd)) this.#moveOn();
    this.#write(this.#fd ?? this.#open(), lines);
    this.lastSequence = lastSequence;
  }

  sync(): void {
    if (this.#fd !== undefined) fdatasyncSync(this.#fd);
  }

  /** Ends the segment when it is big or old enough; true when it did. */
  rotate(): boolean {
    if (this.#fd === undefined || this.#size === 0) return false;
    if (this.#size < this.#limits.bytes && performance.now() - this.#openedAt < this.#limits.ageMs) return false;
    this.#moveOn();
    return true;
  }

  /** Finds out what is in the files, cuts a torn last line off and goes on after it. */
  recover(): void {
    this.close();
    const numbers = namesIn(this.#folder)
      .map(parseSegmentName)
      .filter((name) => name?.writer === this.#writer)
      .map((name) => name!);
    const newest = numbers.reduce((last, { number }) => Math.max(last, number), -1);
    if (newest < 0) return;
    const sealed = numbers.some(({ number, sealed }) => number === newest && sealed);
    this.#number = sealed ? newest + 1 : newest;
    if (!sealed) this.#readEnd();
  }

  close(): void {
    if (this.#fd === undefined) return;
    if (this.#limits.sync) fdatasyncSync(this.#fd);
    closeSync(this.#fd);
    this.#fd = undefined;
  }

  get #path(): string {
    return join(this.#folder, `${segmentStem({ writer: this.#writer, number: this.#number })}.jsonl`);
  }

  // Writing to a file that somebody has removed or moved would succeed and keep nothing, and half a line that somebody has
  // added would take one of ours with it.
  #isUntouched(fd: number): boolean {
    const found = this.#look(fd);
    return found?.size === this.#size && found.ino === this.#inode && found.dev === this.#device;
  }

  #look(fd: number): Stats | undefined {
    try {
      return statSync(this.#path, { throwIfNoEntry: false });
    } catch {
      // It may still be written to where it may not be looked up any more.
      return fstatSync(fd);
    }
  }

  #open(): number {
    if (isAnothers(dirname(this.#folder), this.#startedAt))
      throw Object.assign(new Error(`${this.#folder} is another experiment's.`), { code: 'ENOENT' });
    const fd = this.#openFile();
    const found = fstatSync(fd);
    this.#fd = fd;
    this.#device = found.dev;
    this.#inode = found.ino;
    this.#size = found.size;
    this.#openedAt = performance.now();
    if (this.#limits.sync) syncFolder(this.#folder);
    return fd;
  }

  #openFile(): number {
    try {
      return openSync(this.#path, 'a');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || !existsSync(join(this.#folder, '..', 'experiment.json'))) throw error;
      makeFolderSync(this.#folder);
      return openSync(this.#path, 'a');
    }
  }

  #moveOn(): void {
    this.close();
    do this.#number++;
    while (existsSync(this.#path));
  }

  #write(fd: number, lines: Buffer): void {
    let written = 0;
    try {
      while (written < lines.length) written += writeSync(fd, lines, written);
    } catch (error) {
      if (written > 0) ftruncateSync(fd, this.#size);
      throw error;
    }
    this.#size += written;
  }

  #readEnd(): void {
    const fd = openSync(this.#path, 'r+');
    try {
      const { size } = fstatSync(fd);
      let from = size;
      let tail = Buffer.alloc(0);
      let lineEnd = -1;
      let sequence = -1;
      // Further back until a whole record is in sight.
      while (from > 0 && sequence < 0) {
        const step = Math.min(LOOK_BACK, from);
        const chunk = Buffer.alloc(step);
        readSync(fd, chunk, 0, step, from - step);
        from -= step;
        tail = Buffer.concat([chunk, tail]);
        lineEnd = tail.lastIndexOf(NEWLINE);
        const lineStart = from === 0 ? 0 : tail.indexOf(NEWLINE) + 1;
        if (lineEnd >= lineStart) sequence = lastSequenceIn(tail.toString('utf8', lineStart, lineEnd));
      }
      if (from + lineEnd + 1 < size) ftruncateSync(fd, from + lineEnd + 1);
      this.lastSequence = Math.max(this.lastSequence, sequence);
    } finally {
      closeSync(fd);
    }
  }
}

// Lines that somebody else has added say none.
function lastSequenceIn(lines: string): number {
  for (const line of lines.split('\n').reverse()) {
    const found = /"sequence":(\d+)/.exec(line)?.[1];
    if (found !== undefined) return Number(found);
  }
  return -1;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

// A new file's name is in its folder, which the system writes when it likes.
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
