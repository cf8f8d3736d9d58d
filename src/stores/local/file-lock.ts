import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, stat, unlink } from 'node:fs/promises';
import { CrucibleError } from '../../core/errors.ts';
import { unwritable } from '../../engine/file-errors.ts';
import { isAlive, isThreadAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';

const RETRY_MS = 5;
// Who holds a lock touches its file this often: a thread may end while its process lives.
const REFRESH_MS = 2000;
// A lock that nobody has touched for so long has no holder, unless it is seen to live: its event loop may be held up. Measured by the clock of who waits.
const SILENT_STALE_MS = 10_000;
// For one holder, however often it touches its lock: what is done under it takes no longer than writing small files.
const PATIENCE_MS = 15_000;

interface Held {
  readonly content: string;
  readonly file: FileHandle;
}

/** Rejects with `path_unwritable` when the lock was lost meanwhile: to be asked before the step that counts. */
export type RequireHeld = () => Promise<void>;

/**
 * Calls `action` while no other process does so for the same path. A lock whose holder has died is broken. Rejects with
 * `path_unwritable` when one and the same holder keeps it for 15 s.
 */
export async function withFileLock<T>(path: string, action: (requireHeld: RequireHeld) => Promise<T>): Promise<T> {
  const { content, file } = await acquire(path);
  const refresh = setInterval(() => {
    const now = new Date();
    file.utimes(now, now).catch(() => undefined);
  }, REFRESH_MS).unref();
  try {
    return await action(async () => {
      if (!(await isOwn(path, content))) throw lost(path);
    });
  } finally {
    clearInterval(refresh);
    await release(path, { content, file });
  }
}

async function acquire(path: string): Promise<Held> {
  const lock = new LockFile(path);
  for (;;) {
    const held = await lock.take();
    if (held) return held;
    await lock.look();
    if (lock.isAbandoned) await lock.breakIt();
    else if (lock.holder !== undefined && lock.heldMs > PATIENCE_MS) throw heldTooLong(path, lock.holder);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (1 + Math.random())));
  }
}

async function release(path: string, { content, file }: Held): Promise<void> {
  await file.close().catch(() => undefined);
  // Who was held up for too long has lost it, and does not free what is another's.
  if (await isOwn(path, content)) await unlink(path).catch(() => undefined);
}

async function isOwn(path: string, content: string): Promise<boolean> {
  return (await readFile(path, 'utf8').catch(() => undefined)) === content;
}

/** A lock as one who waits for it has seen it. */
class LockFile {
  readonly #path: string;
  #holder: string | undefined;
  #seenAt = 0;
  #touched = 0;
  #touchedAt = 0;
  #lookedAt = 0;
  #breaking: LockFile | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Content of the file; undefined when there was none. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** How long the holder has been the same. */
  get heldMs(): number {
    return this.#lookedAt - this.#seenAt;
  }

  get isAbandoned(): boolean {
    if (this.#holder === undefined) return false;
    const identity = identityOf(this.#holder);
    return (
      !(identity && isThreadAlive(identity)) &&
      (isStale(this.#holder) || this.#lookedAt - this.#touchedAt > SILENT_STALE_MS)
    );
  }

  async take(): Promise<Held | undefined> {
    let file: FileHandle;
    try {
      file = await open(this.#path, 'wx');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
      throw unwritable(this.#path, error);
    }
    const content = JSON.stringify({ ...thisProcess(), id: randomUUID() });
    try {
      await file.writeFile(content);
      return { content, file };
    } catch (error) {
      await file.close().catch(() => undefined);
      await unlink(this.#path).catch(() => undefined);
      throw unwritable(this.#path, error);
    }
  }

  /** Returns whether anything has changed since the last look. */
  async look(): Promise<boolean> {
    const holder = await readFile(this.#path, 'utf8').catch(({ code }) => (code === 'ENOENT' ? undefined : ''));
    const mtimeMs = await stat(this.#path).then(
      (found) => found.mtimeMs,
      () => 0,
    );
    this.#lookedAt = performance.now();
    const isOther = holder !== this.#holder;
    const isTouched = isOther || mtimeMs !== this.#touched;
    if (isOther) this.#seenAt = this.#lookedAt;
    if (isTouched) this.#touchedAt = this.#lookedAt;
    this.#holder = holder;
    this.#touched = mtimeMs;
    return isTouched;
  }

  /**
   * Removes an abandoned lock, one process at a time: what was read may be somebody's new lock by now, so it is read again where
   * nobody else can remove it. That takes a lock as well, whose holder may have died like any other.
   */
  async breakIt(): Promise<void> {
    const path = `${this.#path}.breaking`;
    this.#breaking ??= new LockFile(path);
    const held = await this.#breaking.take();
    if (held) {
      // When somebody else was faster, the next attempt will see what there is.
      if (!(await this.look())) await unlink(this.#path).catch(() => undefined);
      await release(path, held);
    } else {
      await this.#breaking.look();
      if (this.#breaking.isAbandoned) await this.#breaking.breakIt();
    }
  }
}

/** Whether the process that holds a lock, as its file names it, has died. */
export function isStale(holder: string): boolean {
  const identity = identityOf(holder);
  return identity !== undefined && isAlive(identity) === false;
}

// Undefined for what is none, or was not yet written to its end.
function identityOf(holder: string): ProcessIdentity | undefined {
  try {
    const identity: unknown = JSON.parse(holder);
    return typeof identity === 'object' && identity !== null ? (identity as ProcessIdentity) : undefined;
  } catch {
    return undefined;
  }
}

function lost(path: string): CrucibleError {
  return new CrucibleError('path_unwritable', `${path} was lost to another process while this one did not answer.`, {
    hint: 'Nothing was changed: try again.',
  });
}

function heldTooLong(path: string, holder: string): CrucibleError {
  const identity = identityOf(holder);
  const who = identity ? `process ${identity.pid} of ${identity.host}` : 'a process without a name';
  return new CrucibleError('path_unwritable', `${path} has been held by ${who} for ${PATIENCE_MS / 1000} s.`, {
    hint: 'Try again; if that process does nothing with this store, remove the file.',
  });
}
