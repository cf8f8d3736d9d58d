import type { Clock } from '../../core/clock.ts';
import { CrucibleError, show } from '../../core/errors.ts';
import { type Duration, durationMicros, type Moment, momentMicros } from '../../core/time.ts';
import type { TimeRange } from '../../stores/query.ts';

/** A stretch of time: the last while before `now`, or from one moment to another. Both ends are included. */
export interface TimeWindow {
  readonly last?: Duration | undefined;
  /** The end of `last`. Default: the clock of the lab, at the call. */
  readonly now?: Moment | undefined;
  readonly from?: Moment | undefined;
  readonly to?: Moment | undefined;
}

/** The range of a window in microseconds, unbounded where it says nothing. Throws `invalid_argument` for a contradiction. */
export function windowRange(window: TimeWindow, clock: Clock): TimeRange {
  const { last, now, from, to } = window;
  if (last !== undefined) {
    if (from !== undefined || to !== undefined) throw nonsense(window, 'Give either last, or from and to.');
    const end = now === undefined ? clock.nowMicros() : momentMicros(now, 'now');
    return { from: end - durationMicros(last, 'last'), to: end };
  }
  if (now !== undefined) throw nonsense(window, 'now goes with last: { last: { minutes: 5 }, now }.');
  const range = {
    from: from === undefined ? Number.NEGATIVE_INFINITY : momentMicros(from, 'from'),
    to: to === undefined ? Number.POSITIVE_INFINITY : momentMicros(to, 'to'),
  };
  if (range.from > range.to) throw nonsense(window, 'from must not be after to.');
  return range;
}

export function nonsense(window: unknown, hint: string): CrucibleError {
  return new CrucibleError('invalid_argument', `${show(window)} is no window.`, { hint });
}
