/** A source of time. Injected wherever time is read, so that tests can own it. */
export interface Clock {
  /** Whole microseconds since the Unix epoch, UTC. */
  nowMicros(): number;
}

/** One correction of the system clock: at `at` (µs since the epoch, after the correction) the clock moved by `offset_micros`. */
export interface ClockAnchor {
  readonly at: number;
  readonly offset_micros: number;
}

const DRIFT_LIMIT_MICROS = 100_000;
const CHECK_EVERY_MS = 1_000;

/**
 * The wall clock, advanced by the monotonic clock, so that timestamps do not jump when the system time is adjusted by a
 * little. Once a second the two are compared; when they differ by more than 100 ms (sleep, a large correction) the clock is
 * anchored anew and the step is listed in `anchors`.
 */
export class SystemClock implements Clock {
  readonly anchors: ClockAnchor[] = [];
  #wallMicros = Date.now() * 1000;
  #monotonicMs = performance.now();
  #nextCheckMs = this.#monotonicMs + CHECK_EVERY_MS;

  nowMicros(): number {
    const monotonicMs = performance.now();
    if (monotonicMs >= this.#nextCheckMs) this.#check(monotonicMs);
    return this.#wallMicros + Math.round((monotonicMs - this.#monotonicMs) * 1000);
  }

  #check(monotonicMs: number): void {
    this.#nextCheckMs = monotonicMs + CHECK_EVERY_MS;
    const wallMicros = Date.now() * 1000;
    const offset = wallMicros - (this.#wallMicros + Math.round((monotonicMs - this.#monotonicMs) * 1000));
    if (Math.abs(offset) <= DRIFT_LIMIT_MICROS) return;
    this.#wallMicros = wallMicros;
    this.#monotonicMs = monotonicMs;
    this.anchors.push({ at: wallMicros, offset_micros: offset });
  }
}

/** The clock of the process. */
export const systemClock: SystemClock = new SystemClock();
