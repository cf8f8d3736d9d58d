import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseSegmentName, segmentStem } from './segment-name.ts';

/** What a segment may grow to before the next one begins. */
export interface SegmentLimits {
  readonly bytes: number;
  readonly ageMs: number;
}

const NEWLINE = 10;
const LOOK_BACK = 65_536;

/**
 * The live segment of one writer: lines are appended to it and nothing else. A write that fails leaves no part of a line. Who
 * takes over from another thread begins with what that one left in the file.
 */
export class SegmentFile {
  /** The last sequence that is in the files of this writer; −1 when there is none. */
  lastSequence = -1;
  readonly #folder: string;
  readonly #writer: string;
  readonly #limits: SegmentLimits;
  #number = 0;
  #fd: number | undefined;
  #size = 0;
  #openedAt = 0;

  constructor(folder: string, writer: string, limits: SegmentLimits) {
    this.#folder = folder;
    this.#writer = writer;
    this.#limits = limits;
  }

  get isOpen(): boolean {
    return this.#fd !== undefined;
  }

  /** Appends whole lines, the last of which has that sequence. Throws what the system says; then nothing was appended. */
  append(lines: Buffer, lastSequence: number): void {
    const fd = this.#open();
    // Writing to a file that somebody has removed would succeed and keep nothing.
    if (fstatSync(fd).nlink === 0) this.#moveOn();
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
    const numbers = readdirSync(this.#folder)
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
    closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    const path = join(this.#folder, `${segmentStem({ writer: this.#writer, number: this.#number })}.jsonl`);
    this.#fd = openSync(path, 'a');
    this.#size = fstatSync(this.#fd).size;
    this.#openedAt = performance.now();
    return this.#fd;
  }

  #moveOn(): void {
    this.close();
    this.#number++;
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
    const path = join(this.#folder, `${segmentStem({ writer: this.#writer, number: this.#number })}.jsonl`);
    const fd = openSync(path, 'r+');
    try {
      const { size } = fstatSync(fd);
      let from = size;
      let tail = Buffer.alloc(0);
      let lineEnd = -1;
      let lineStart = -1;
      // Further back until a whole line is in sight.
      while (from > 0 && lineStart < 0) {
        const step = Math.min(LOOK_BACK, from);
        const chunk = Buffer.alloc(step);
        readSync(fd, chunk, 0, step, from - step);
        from -= step;
        tail = Buffer.concat([chunk, tail]);
        lineEnd = tail.lastIndexOf(NEWLINE);
        lineStart = lineEnd > 0 ? tail.lastIndexOf(NEWLINE, lineEnd - 1) : -1;
      }
      if (from + lineEnd + 1 < size) ftruncateSync(fd, from + lineEnd + 1);
      if (lineEnd < 0) return;
      const line = tail.toString('utf8', lineStart + 1, lineEnd);
      const sequence = /"sequence":(\d+)/.exec(line)?.[1];
      if (sequence !== undefined) this.lastSequence = Math.max(this.lastSequence, Number(sequence));
    } finally {
      closeSync(fd);
    }
  }
}
