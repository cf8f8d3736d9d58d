import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CrucibleError, show } from '../../../core/errors.ts';
import { errnoOf, unwritable } from '../../../engine/file-errors.ts';
import { makeFolderSync } from '../../../engine/make-folder.ts';
import { MAX_LINE_BYTES, NEWLINE } from './line-reader.ts';

/**
 * Appends lines to a file that other processes may be appending to. Each line is one write in append mode, which a local file
 * system does not mix with others, and starts on a fresh line even if somebody left a torn one.
 */
export class LineAppender {
  readonly #locate: () => string;
  #path = '';
  readonly #lastByte = new Uint8Array(1);
  #fd: number | undefined;
  /** The size of the file when it is known to end with a newline. At any other size somebody else has written since. */
  #cleanSize = 0;
  #written = 0;
  #synced = 0;

  /** @param locate The path of the file, asked for whenever it is opened: at the first line, and after it was deleted. */
  constructor(locate: () => string) {
    this.#locate = locate;
  }

  /** Writes the line and a newline. Throws `path_unwritable` if it cannot be written whole; what then is in the file is no line. */
  append(line: string): void {
    if (Buffer.byteLength(line) > MAX_LINE_BYTES) {
      throw new CrucibleError(
        'invalid_argument',
        `A line of ${Buffer.byteLength(line)} bytes is too long: ${show(line)}.`,
        {
          hint: `Keep it below ${MAX_LINE_BYTES} bytes; metadata is for context, not for data sets.`,
        },
      );
    }
    try {
      // After a write that was cut short the second try either succeeds or gives the reason why the first did not.
      if (this.#write(`${line}\n`) || this.#write(`${line}\n`)) return;
    } catch (error) {
      this.close();
      throw unwritable(this.#path, error);
    }
    throw unwritable(this.#path, undefined);
  }

  /** Resolves when what was appended is on the disk. */
  async sync(): Promise<void> {
    const written = this.#written;
    if (this.#synced >= written) return;
    try {
      // A descriptor of its own: the one that appends may be closed while this one waits for the disk.
      const handle = await open(this.#path, 'r+');
      try {
        await handle.datasync();
      } finally {
        await handle.close();
      }
      this.#synced = Math.max(this.#synced, written);
    } catch (error) {
      // A file that was deleted has nothing left to keep, and a pipe or a terminal has no disk.
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EINVAL') return;
      throw unwritable(this.#path, error);
    }
  }

  close(): void {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    closeSync(fd);
  }

  /** True when the line is whole in the file. Its newline may be missing: then the next line brings it. */
  #write(line: string): boolean {
    let fd = this.#open();
    let stat = fstatSync(fd);
    if (stat.nlink === 0 && stat.isFile()) {
      // Somebody deleted the file: what is written to this descriptor would be gone with it.
      this.close();
      fd = this.#open();
      stat = fstatSync(fd);
    }
    const text = stat.isFile() && this.#isTorn(fd, stat.size) ? `\n${line}` : line;
    const bytes = Buffer.byteLength(text);
    const written = writeSync(fd, text);
    this.#written++;
    this.#cleanSize = written === bytes ? stat.size + bytes : -1;
    return written >= bytes - 1;
  }

  #isTorn(fd: number, size: number): boolean {
    if (size === 0 || size === this.#cleanSize) return false;
    return readSync(fd, this.#lastByte, 0, 1, size - 1) === 1 && this.#lastByte[0] !== NEWLINE;
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    this.#cleanSize = 0;
    this.#path = this.#locate();
    try {
      this.#fd = openSync(this.#path, 'a+');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      makeFolderSync(dirname(this.#path));
      this.#fd = openSync(this.#path, 'a+');
    }
    return this.#fd;
  }
}
