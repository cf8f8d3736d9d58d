import type { FileHandle } from 'node:fs/promises';
import { CrucibleError } from '../../core/errors.ts';

const BLOCK_BYTES = 262_144;
const MAX_LINE_BYTES = 268_435_456;
const NEWLINE = 10;

/** Bytes of a file that end with a line, or, at its end, what follows the last whole line. */
export interface LineBlock {
  /** Valid until the next block is asked for. */
  readonly bytes: Buffer;
  /** Where in the file they begin. */
  readonly offset: number;
  /** Whether they are whole lines, each with its line end. */
  readonly whole: boolean;
}

/**
 * A file in blocks of whole lines, from an offset that begins a line to where the file ends at the time. Holds a quarter of a
 * megabyte, or the longest line.
 *
 * @throws `damaged_data` for a line of more than 256 MB, which nobody wrote.
 */
export async function* lineBlocks(file: FileHandle, path: string, from: number): AsyncGenerator<LineBlock> {
  // A writer may be faster than its reader.
  const { size } = await file.stat();
  let buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  let offset = from;
  let held = 0;
  for (;;) {
    if (held === buffer.length) buffer = grown(buffer, path);
    const room = Math.min(buffer.length - held, size - offset - held);
    if (room <= 0) break;
    const { bytesRead } = await file.read(buffer, held, room, offset + held);
    if (bytesRead === 0) break;
    const end = held + bytesRead;
    const lines = buffer.subarray(held, end).lastIndexOf(NEWLINE) + 1;
    if (lines === 0) {
      held = end;
      continue;
    }
    const whole = held + lines;
    yield { bytes: buffer.subarray(0, whole), offset, whole: true };
    buffer.copyWithin(0, whole, end);
    offset += whole;
    held = end - whole;
  }
  if (held > 0) yield { bytes: buffer.subarray(0, held), offset, whole: false };
}

function grown(buffer: Buffer, path: string): Buffer<ArrayBuffer> {
  if (buffer.length >= MAX_LINE_BYTES) {
    throw new CrucibleError('damaged_data', `${path} has a line of more than ${MAX_LINE_BYTES} bytes.`, {
      hint: 'It is no segment of this store: move it away.',
    });
  }
  const larger = Buffer.allocUnsafe(buffer.length * 2);
  buffer.copy(larger);
  return larger;
}
