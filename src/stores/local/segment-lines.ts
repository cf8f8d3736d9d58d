import { isUtf8 } from 'node:buffer';
import type { EventRecord } from '../../record/event-record.ts';
import { fieldsFromLine } from '../../record/record-line.ts';
import type { LineBlock } from './line-blocks.ts';

const NEWLINE = 10;
// What no line can be read from.
const NOTHING = '';

/** Lines that are no records of their segment, by what is wrong with them. */
export interface Rejects {
  /** A last line without its end: its writer was interrupted, or is still writing. */
  torn: number;
  /** No JSON, no whole record, one of another writer, or one whose sequence is beyond that of the next. */
  damaged: number;
  /** A sequence that came before. */
  doubled: number;
}

/** Tells the records of one segment from what else is in the file. */
export class SegmentLines {
  readonly rejects: Rejects = { torn: 0, damaged: 0, doubled: 0 };
  /** The last good sequence; −1 when there was none. */
  lastSequence: number;
  readonly #writer: string;

  /** @param after Records up to that sequence are repeats. */
  constructor(writer: string, after = -1) {
    this.#writer = writer;
    this.lastSequence = after;
  }

  /**
   * Calls `take` for each good line of a block of whole lines and `reject` for each other one, in their order, with where the
   * line lies in the block; the line end is not part of it.
   */
  read(
    { bytes }: LineBlock,
    take: (record: Partial<EventRecord>, from: number, to: number) => void,
    reject?: (from: number, to: number) => void,
  ): void {
    const texts = isUtf8(bytes) ? bytes.toString('utf8').split('\n') : undefined;
    for (let from = 0, line = 0; from < bytes.length; line++) {
      const to = bytes.indexOf(NEWLINE, from);
      const textAfter = () => texts?.[line + 1] ?? validText(bytes.subarray(to + 1, bytes.indexOf(NEWLINE, to + 1)));
      const record = this.#record(texts ? texts[line]! : validText(bytes.subarray(from, to)), textAfter);
      if (record) take(record, from, to);
      else reject?.(from, to);
      from = to + 1;
    }
  }

  #record(text: string, textAfter: () => string): Partial<EventRecord> | undefined {
    const record = recordOf(text);
    if (record?.writer_id !== this.#writer || !(record.sequence! >= 0) || this.#isAhead(record.sequence!, textAfter)) {
      this.rejects.damaged++;
      return undefined;
    }
    if (record.sequence! <= this.lastSequence) {
      this.rejects.doubled++;
      return undefined;
    }
    this.lastSequence = record.sequence!;
    return record;
  }

  // A number that was altered must not make repeats of all that follow: where they jump and go back, the one between is wrong.
  #isAhead(sequence: number, textAfter: () => string): boolean {
    if (sequence <= this.lastSequence + 1) return false;
    const after = recordOf(textAfter());
    const next = after?.writer_id === this.#writer ? after.sequence! : sequence;
    return next > this.lastSequence && next < sequence;
  }
}

function recordOf(text: string): Partial<EventRecord> | undefined {
  try {
    return fieldsFromLine(text);
  } catch {
    return undefined;
  }
}

function validText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : NOTHING;
}
