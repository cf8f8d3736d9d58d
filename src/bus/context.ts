import { AsyncLocalStorage } from 'node:async_hooks';
import { isThenable, watchNative } from './promises.ts';

/** The ids of a span, in the form OpenTelemetry uses. */
export interface SpanContext {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string | undefined;
}

/** What code inherits from the call it runs in: the run of an experiment (whatever the collector put there) and the span. */
export interface ContextFrame {
  readonly run: object | undefined;
  readonly span: SpanContext | undefined;
}

const OUTSIDE: ContextFrame = { run: undefined, span: undefined };

/**
 * The ambient context of a bus, on one `AsyncLocalStorage`. On Node 20 and 22 an enabled storage makes every promise of the
 * process slower, so it is created at the first `run` and disabled when the last retention is released.
 */
export class ContextStore {
  #storage: AsyncLocalStorage<ContextFrame | undefined> | undefined;
  #enabled = false;
  #retained = 0;

  /** True from the first `run` until the last retention is released. */
  get active(): boolean {
    return this.#enabled;
  }

  /** The innermost frame, undefined outside all frames and while the storage is disabled. */
  current(): ContextFrame | undefined {
    return this.#enabled ? this.#storage?.getStore() : undefined;
  }

  /**
   * Calls `fn` inside a frame (`undefined`: outside all frames) and returns what it returns, the same object. The storage is
   * retained until `fn` is done: when it returns a native promise, until that settles. Other thenables are not touched; work
   * they stand for keeps its frame only while something else retains the storage.
   *
   * Watching a promise makes it count as handled: await what `run` returns, or its rejection is not reported by Node.
   */
  run<T>(frame: ContextFrame | undefined, fn: () => T): T {
    if (frame === undefined && !this.#enabled) return fn();
    this.#storage ??= new AsyncLocalStorage();
    this.#enabled = true;
    this.#retained++;
    let pending = false;
    try {
      const result = this.#storage.run(frame, fn);
      if (isThenable(result)) {
        const release = () => this.#release();
        pending = watchNative(result, release, release);
      }
      return result;
    } finally {
      if (!pending) this.#release();
    }
  }

  /**
   * Keeps the storage enabled, once it is used, until the returned function is called; calling that again does nothing. A
   * storage that was disabled is enabled again: work left over from an earlier frame is then still known to be of that frame.
   */
  retain(): () => void {
    this.#retained++;
    if (this.#storage && !this.#enabled) {
      this.#enabled = true;
      // With the store it has already, which is none, `run` would return before enabling anything.
      this.#storage.run(OUTSIDE, () => undefined);
    }
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#release();
    };
  }

  #release(): void {
    this.#retained--;
    if (this.#retained > 0 || !this.#enabled) return;
    this.#enabled = false;
    this.#storage?.disable();
  }
}
