import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Engine, openEngine } from '../../engine/duckdb.ts';
import { readFooter, type SealedFooter } from './sealed-footer.ts';

const IDLE_MS = 5000;
const MAX_FOOTERS = 1000;

interface KnownFooter {
  readonly identity: string;
  readonly footer: Promise<SealedFooter>;
}

/**
 * What a store needs to read its sealed segments: a DuckDB that is opened when the first one is read and closed when none was
 * read for five seconds, and the footers read so far, since a sealed segment never changes.
 */
export class SealedFiles {
  readonly #footers = new Map<string, KnownFooter>();
  #engine: Promise<Engine> | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  /** Calls `use` with a connection of its own, which is closed when that has ended. */
  async *with<T>(use: (connection: DuckDBConnection) => AsyncIterable<T>): AsyncGenerator<T> {
    const engine = await this.#acquire();
    try {
      const connection = await engine.connect();
      try {
        yield* use(connection);
      } finally {
        connection.closeSync();
      }
    } finally {
      this.#release();
    }
  }

  /** The footer of a sealed segment, undefined when there is no such file. Throws what `readFooter` throws. */
  async footer(path: string): Promise<SealedFooter | undefined> {
    const identity = await identityOf(path);
    if (identity === undefined) return undefined;
    const known = this.#footers.get(path);
    if (known?.identity === identity) return known.footer;
    const footer = this.#readFooter(path);
    if (this.#footers.size >= MAX_FOOTERS) this.#footers.delete(this.#footers.keys().next().value!);
    this.#footers.set(path, { identity, footer });
    return footer;
  }

  /** Begins to read a footer that will be asked for soon: DuckDB does it while it reads something else. */
  expect(path: string): void {
    this.footer(path).catch(() => undefined);
  }

  async #readFooter(path: string): Promise<SealedFooter> {
    const engine = await this.#acquire();
    try {
      return await readFooter(engine, path);
    } catch (error) {
      // What is wrong today may be put right tomorrow.
      this.#footers.delete(path);
      throw error;
    } finally {
      this.#release();
    }
  }

  /** Closes DuckDB as soon as nobody reads. It opens again when somebody does. */
  close(): void {
    clearTimeout(this.#idle);
    if (this.#users > 0) return;
    const engine = this.#engine;
    this.#engine = undefined;
    engine?.then((opened) => opened.close()).catch(() => undefined);
  }

  async #acquire(): Promise<Engine> {
    clearTimeout(this.#idle);
    this.#users++;
    this.#engine ??= openEngine({ tempFolder: join(tmpdir(), `crucible-reading-${process.pid}`) });
    try {
      return await this.#engine;
    } catch (error) {
      this.#engine = undefined;
      this.#users--;
      throw error;
    }
  }

  #release(): void {
    if (--this.#users > 0) return;
    this.#idle = setTimeout(() => this.close(), IDLE_MS);
    this.#idle.unref();
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeMs } = await stat(path);
    return `${dev} ${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
