import type { Clock } from '../core/clock.ts';
import { CrucibleError, show } from '../core/errors.ts';
import { type Duration, durationMicros, type Moment, momentMicros } from '../core/time.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves the clock on, by a duration or by whole microseconds. Throws `invalid_argument` for less than nothing. */
  advance(by: Duration | number): void;
  /** Puts the clock at a moment, also one in its past: µs since the Unix epoch, a `Date` or ISO text. */
  set(to: Moment): void;
}

const START_MICROS = Date.UTC(2026, 0, 1) * 1000;

/** A clock for tests, at 2026-01-01T00:00:00Z unless told otherwise: `createCrucible({ clock: fakeClock() })`. */
export function fakeClock(startMicros: Moment = START_MICROS): FakeClock {
  let now = momentMicros(startMicros, 'startMicros');
  return {
    nowMicros: () => now,
    advance(by) {
      now += typeof by === 'number' ? wholeMicros(by) : Math.round(durationMicros(by, 'advance'));
    },
    set(to) {
      now = momentMicros(to, 'set');
    },
  };
}

function wholeMicros(by: number): number {
  if (Number.isSafeInteger(by) && by >= 0) return by;
  throw new CrucibleError('invalid_argument', `advance is ${show(by)}.`, {
    hint: 'Give whole microseconds, or a duration such as { minutes: 5 }; set() moves the clock back.',
  });
}
