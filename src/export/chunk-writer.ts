import { type FileHandle, open } from 'node:fs/promises';
import { unwritable } from '../engine/file-errors.ts';

const CHUNK_BYTES = 1_048_576;

/**
 * Collects text and bytes into chunks and writes one while the next is being filled. `text` and `bytes` return a promise when
 * the caller has to wait for the disk; not awaiting it would let memory grow.
 */
export class ChunkWriter {
  /** Bytes handed over so far. */
  bytesWritten = 0;
  readonly #target: string;
  readonly #file: FileHandle;
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #spare = Buffer.allocUnsafe(CHUNK_BYTES);
  #used = 0;
  #writing: Promise<void> | undefined;

  private constructor(target: string, file: FileHandle) {
    this.#target = target;
    this.#file = file;
  }

  /**
   * Runs `fill` with a writer to a new file and closes it, whatever happens.
   *
   * @param target How to call the file in a message.
   * @throws `path_unwritable` when the disk refuses.
   */
  static async fill<T>(path: string, target: string, fill: (writer: ChunkWriter) => Promise<T>): Promise<T> {
    let file: FileHandle;
    try {
      file = await open(path, 'wx');
    } catch (error) {
      throw unwritable(target, error);
    }
    const writer = new ChunkWriter(target, file);
    try {
      const result = await fill(writer);
      await writer.#flush();
      await writer.#writing;
      return result;
    } finally {
      await writer.#writing?.catch(() => undefined);
      await file.close();
    }
  }

  /** Adds text as UTF-8; a lone surrogate becomes U+FFFD. */
  text(text: string): Promise<void> | undefined {
    const most = text.length * 3;
    if (most > CHUNK_BYTES) return this.bytes(Buffer.from(text, 'utf8'));
    if (this.#used + most <= CHUNK_BYTES) {
      this.#add(text);
      return undefined;
    }
    return this.#flush().then(() => this.#add(text));
  }

  /** Adds bytes, which must not change afterwards. */
  bytes(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#used + bytes.byteLength > CHUNK_BYTES) return this.#flush().then(() => this.#addBytes(bytes));
    return this.#addBytes(bytes);
  }

  #add(text: string): void {
    const length = this.#chunk.write(text, this.#used, 'utf8');
    this.#used += length;
    this.bytesWritten += length;
  }

  #addBytes(bytes: Uint8Array): Promise<void> | undefined {
    this.bytesWritten += bytes.byteLength;
    if (bytes.byteLength > CHUNK_BYTES) {
      this.#writing = this.#write(bytes, this.#writing);
      return this.#writing;
    }
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.byteLength;
    return undefined;
  }

  // Begins to write the chunk once the one before is on its way.
  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#used === 0) return;
    const full = this.#chunk.subarray(0, this.#used);
    [this.#chunk, this.#spare] = [this.#spare, this.#chunk];
    this.#used = 0;
    this.#writing = this.#write(full);
    // Whoever waits next hears of a failure.
    this.#writing.catch(() => undefined);
  }

  async #write(bytes: Uint8Array, before?: Promise<void>): Promise<void> {
    await before;
    try {
      for (let at = 0; at < bytes.byteLength; ) {
        const { bytesWritten } = await this.#file.write(bytes, at, bytes.byteLength - at);
        at += bytesWritten;
      }
    } catch (error) {
      throw unwritable(this.#target, error);
    }
  }
}
