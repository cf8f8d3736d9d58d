import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, unreadable } from '../../../engine/file-errors.ts';

export const NEWLINE = 0x0a;
/** Longer lines are neither written nor read: a file that is not lines at all must not fill the memory. */
export const MAX_LINE_BYTES: number = 64 * 1024 * 1024;

const CHUNK_BYTES = 256 * 1024;
const IN_FLIGHT_MS = 10;

export interface LineBatch {
  /** Null stands for a line that is not UTF-8 or too long. */
  readonly lines: readonly (string | null)[];
  /** False for the one line at the end of the file that has no newline. */
  readonly terminated: boolean;
}

/**
 * The lines of a file in batches, up to its size at the start, so that it ends while others append. Only the newline byte ends a
 * line. A missing file has no lines; throws `path_unreadable` for one that cannot be read.
 */
export async function* readLines(path: string): AsyncGenerator<LineBatch> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw unreadable(path, error);
  }
  try {
    yield* linesOf(handle);
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await handle.close();
  }
}

async function* linesOf(handle: FileHandle): AsyncGenerator<LineBatch> {
  const { size } = await handle.stat();
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size));
  const pending = new PendingLine();
  let position = 0;
  let lineStart = 0;
  let waited = false;
  while (lineStart < size) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) {
      // Another process may be in the middle of writing this very line.
      if (!waited) await sleep(IN_FLIGHT_MS);
      else return yield { lines: pending.take(Buffer.alloc(0)), terminated: false };
      waited = true;
      continue;
    }
    waited = false;
    const fresh = chunk.subarray(0, bytesRead);
    const end = fresh.lastIndexOf(NEWLINE);
    if (end >= 0) {
      yield { lines: pending.take(fresh.subarray(0, end)), terminated: true };
      lineStart = position + end + 1;
    }
    pending.add(fresh.subarray(end + 1));
    position += bytesRead;
  }
}

/** The beginning of a line whose end has not been read yet. */
class PendingLine {
  #parts: Buffer[] = [];
  #bytes = 0;
  #tooLong = false;

  add(part: Buffer): void {
    if (part.length === 0 || this.#tooLong) return;
    this.#bytes += part.length;
    this.#tooLong = this.#bytes > MAX_LINE_BYTES;
    if (this.#tooLong) this.#parts = [];
    else this.#parts.push(Buffer.from(part));
  }

  /** The lines in what was pending followed by `rest`; nothing is pending afterwards. */
  take(rest: Buffer): (string | null)[] {
    const tooLong = this.#tooLong;
    const lines = decode(this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest]));
    this.#parts = [];
    this.#bytes = 0;
    this.#tooLong = false;
    if (tooLong) lines[0] = null;
    return lines;
  }
}

function decode(block: Buffer): (string | null)[] {
  const text = block.toString('utf8');
  const lines: (string | null)[] = text.split('\n');
  // A byte that is not UTF-8 decodes to U+FFFD, which would silently change a name.
  if (!text.includes('\uFFFD') || isUtf8(block)) return lines;
  let start = 0;
  return lines.map((line) => {
    const newline = block.indexOf(NEWLINE, start);
    const end = newline < 0 ? block.length : newline;
    const bytes = block.subarray(start, end);
    start = end + 1;
    return isUtf8(bytes) ? line : null;
  });
}
