import type { Clock } from '../core/clock.ts';
import { CrucibleError, show } from '../core/errors.ts';
import type { Duration, Moment } from '../core/time.ts';
import type { ColumnBatch } from '../record/batch.ts';
import type { EventRecord } from '../record/event-record.ts';
import { type RowTest, rowTest, type TimeRange, type Where } from '../stores/query.ts';
import type { ScanOptions } from '../stores/store.ts';
import { inTime, LatestRows, type RowPlace } from './windows/latest-rows.ts';
import { nonsense, windowRange } from './windows/time-window.ts';

/**
 * Which records to take by time: those of the last while before `now` (default: the clock of the lab), the latest so many, or
 * those between two moments (default: all). Both ends are included.
 */
export type QueryWindow =
  | { readonly last: Duration; readonly now?: Moment | undefined }
  | { readonly lastN: number }
  | { readonly from?: Moment | undefined; readonly to?: Moment | undefined };

/** What `queryWindow` reads. */
export interface QueryWindowInput {
  readonly scan: (options: ScanOptions) => AsyncIterable<ColumnBatch>;
  readonly clock: Clock;
}

const KEYS = new Set(['last', 'now', 'lastN', 'from', 'to']);

/**
 * The records of a window that meet a condition, by timestamp, then writer and sequence, in whatever order they came. `lastN`
 * are the latest n by timestamp of those that meet it, and reads no more than it has to.
 *
 * Rejects with `invalid_argument` for a window that contradicts itself and `unknown_field` for a condition on no field.
 */
export async function queryWindow(input: QueryWindowInput, window: QueryWindow, where?: Where): Promise<EventRecord[]> {
  const { last, now, lastN, from, to } = checked(window);
  if (lastN === undefined) {
    const range = windowRange({ last, now, from, to }, input.clock);
    return records(await rowsWithin(input, range, rowTest(where, range)));
  }
  if (!Number.isInteger(lastN) || lastN < 1) {
    throw new CrucibleError('invalid_argument', `lastN is ${show(lastN)}.`, {
      hint: 'Give a whole number of at least 1.',
    });
  }
  if ((last ?? now ?? from ?? to) !== undefined)
    throw nonsense(window, 'lastN goes with nothing else; limit its records by where.');
  return records(await latestRows(input, lastN, where));
}

interface WindowParts {
  readonly last?: Duration | undefined;
  readonly now?: Moment | undefined;
  readonly lastN?: number | undefined;
  readonly from?: Moment | undefined;
  readonly to?: Moment | undefined;
}

function checked(window: QueryWindow): WindowParts {
  const isObject = typeof window === 'object' && window !== null;
  if (isObject && Object.keys(window).every((key) => KEYS.has(key))) return window;
  throw nonsense(window, 'Give { last: { minutes: 5 } }, { lastN: 200 } or { from, to }.');
}

async function rowsWithin(input: QueryWindowInput, range: TimeRange, test: RowTest): Promise<RowPlace[]> {
  const rows: RowPlace[] = [];
  for await (const batch of input.scan({ range, wholeNested: true })) {
    for (let row = 0; row < batch.rows; row++) {
      if (test(batch, row)) rows.push({ batch, row, timestamp: batch.timestamp(row) });
    }
  }
  return rows.sort(inTime);
}

/** The rows of the latest records that meet a condition, as `lastN` has them. */
export async function latestRows(
  input: QueryWindowInput,
  count: number,
  where: Where | undefined,
): Promise<RowPlace[]> {
  const test = where && rowTest(where, { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY });
  const latest = new LatestRows(count);
  // Batches come by falling latest timestamp: once one ends before the earliest row taken, no later one can add to them.
  for await (const batch of input.scan({ newestFirst: true, wholeNested: true })) {
    if (batch.maxTimestamp < latest.threshold) break;
    for (let row = batch.rows - 1; row >= 0; row--) {
      const timestamp = batch.timestamp(row);
      if (timestamp >= latest.threshold && (!test || test(batch, row))) latest.add({ batch, row, timestamp });
    }
  }
  return latest.toList();
}

function records(rows: readonly RowPlace[]): EventRecord[] {
  return rows.map(({ batch, row }) => batch.record(row));
}
