import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type QueryWindow, queryWindow } from '../../src/analysis/query-window.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import type { ScanOptions } from '../../src/stores/store.ts';
import { events } from './arbitrary-events.ts';
import { type Recorded, recorded, request } from './recorded.ts';

const MINUTE = 60e6;

function input({ scan }: Recorded, now = 0) {
  return { scan, clock: { nowMicros: () => now } };
}

function names(records: readonly EventRecord[]): string[] {
  return records.map((record) => `${record.timestamp} ${record.writer_id} ${record.sequence}`);
}

function inOrder(records: readonly EventRecord[]): EventRecord[] {
  return [...records].sort(
    (a, b) =>
      a.timestamp - b.timestamp ||
      (a.writer_id < b.writer_id ? -1 : a.writer_id > b.writer_id ? 1 : a.sequence - b.sequence),
  );
}

const isA = (record: EventRecord) => record.cohort === 'a';

describe('a window of records', () => {
  it('by last so many holds the latest that meet the condition, out of order or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(undefined, 'predicate', 'condition'),
        async (emitted, lastN, kind) => {
          const experiment = await recorded(emitted);
          const where = kind === 'predicate' ? isA : kind === 'condition' ? { cohort: 'a' } : undefined;
          const all = inOrder(await experiment.records()).filter((record) => kind === undefined || isA(record));
          const found = await queryWindow(input(experiment), { lastN }, where);
          expect(names(found)).toEqual(names(all.slice(-lastN)));
        },
      ),
    );
  });

  it('by time holds all between its ends, both included', async () => {
    const moment = fc.integer({ min: -1, max: 61 }).map((second) => second * 1e6);
    await fc.assert(
      fc.asyncProperty(events, moment, moment, fc.boolean(), async (emitted, a, b, filtered) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const experiment = await recorded(emitted.map((event) => ({ ...event, at: Math.round(event.at / 1e6) * 1e6 })));
        const all = inOrder(await experiment.records()).filter(
          (record) => record.timestamp >= from && record.timestamp <= to && (!filtered || isA(record)),
        );
        expect(names(await queryWindow(input(experiment), { from, to }, filtered ? isA : undefined))).toEqual(
          names(all),
        );
        const last = { milliseconds: Math.max(1, (to - from) / 1e3) };
        if (to > from) {
          const found = await queryWindow(input(experiment, to), { last }, filtered ? { cohort: 'a' } : undefined);
          expect(names(found)).toEqual(names(all));
        }
      }),
    );
  });

  it('is whole records', async () => {
    const experiment = await recorded([request(5, 10, { d: { sample_id: 'x' } })]);
    expect(await queryWindow(input(experiment), { lastN: 1 })).toEqual(await experiment.records());
  });

  it('ends where it says: last counts from the clock, or from now', async () => {
    const experiment = await recorded([0, 1, 2, 3, 4].map((minute) => request(minute * MINUTE, 1)));
    const times = async (window: QueryWindow, now?: number) =>
      (await queryWindow(input(experiment, now), window)).map(({ timestamp }) => timestamp / MINUTE);
    expect(await times({ last: { minutes: 2 } }, 3 * MINUTE)).toEqual([1, 2, 3]);
    expect(await times({ last: { minutes: 2 } }, 3 * MINUTE + 1)).toEqual([2, 3]);
    expect(await times({ last: { minutes: 1 }, now: new Date(60_000) }, 9 * MINUTE)).toEqual([0, 1]);
    expect(await times({ from: '1970-01-01T00:03:00Z' })).toEqual([3, 4]);
    expect(await times({ to: MINUTE })).toEqual([0, 1]);
    expect(await times({})).toEqual([0, 1, 2, 3, 4]);
    expect(await times({ from: MINUTE, to: MINUTE })).toEqual([1]);
  });

  it('of nothing is empty', async () => {
    const experiment = await recorded([]);
    expect(await queryWindow(input(experiment), { lastN: 5 })).toEqual([]);
    expect(await queryWindow(input(experiment), {})).toEqual([]);
  });
});

describe('the last few of many records', () => {
  /** Runs a query and counts the batches that were read of those there are. */
  async function read(experiment: Recorded, lastN: number, where?: (record: EventRecord) => boolean) {
    let batches = 0;
    let total = 0;
    for await (const batch of experiment.scan()) total += batch.rows > 0 ? 1 : 0;
    const counting = {
      clock: { nowMicros: () => 0 },
      scan: async function* (options: ScanOptions) {
        for await (const batch of experiment.scan(options)) {
          batches++;
          yield batch;
        }
      },
    };
    const found = await queryWindow(counting, { lastN }, where);
    return { batches, total, found: found.length };
  }

  it('are found without reading the others', async () => {
    const experiment = await recorded(Array.from({ length: 40_000 }, (_, at) => request(at, 1)));
    const { batches, total, found } = await read(experiment, 200);
    expect(total).toBeGreaterThan(10);
    expect(batches).toBeLessThanOrEqual(2);
    expect(found).toBe(200);
  });

  it('are found in the batches of several writers', async () => {
    const emitted = Array.from({ length: 30_000 }, (_, at) => request(at, 1, { writer: at % 3 }));
    const { batches, total } = await read(await recorded(emitted), 100);
    expect(total).toBeGreaterThan(10);
    expect(batches).toBeLessThanOrEqual(4);
  });

  it('are looked for as long as too few meet the condition', async () => {
    const experiment = await recorded(Array.from({ length: 20_000 }, (_, at) => request(at, 1, { d: { n: at } })));
    const early = await read(experiment, 5, (record) => (record.metadata.n as number) < 100);
    expect(early).toMatchObject({ found: 5, batches: early.total });
  });

  it('of one time are those of the later writer and sequence', async () => {
    const experiment = await recorded([0, 1, 0, 1, 0].map((writer) => request(7, 1, { writer })));
    const found = await queryWindow(input(experiment), { lastN: 3 });
    expect(names(found)).toEqual(['7 w0 2', '7 w1 0', '7 w1 1']);
  });
});

describe('nonsense is refused', () => {
  const empty = recorded([]);
  it.each([
    { lastN: 0 },
    { lastN: -1 },
    { lastN: 1.5 },
    { lastN: '3' },
    { lastN: 3, last: { minutes: 1 } },
    { lastN: 3, from: 0 },
    { last: { minutes: 1 }, from: 0 },
    { last: { minutes: 1 }, to: 0 },
    { last: { minutes: 0 } },
    { last: { fortnights: 1 } },
    { last: 5 },
    { now: 5 },
    { from: 2, to: 1 },
    { from: 'yesterday' },
    { latest: 5 },
    5,
    null,
  ])('%j', async (window) => {
    const experiment = await empty;
    await expect(queryWindow(input(experiment), window as unknown as QueryWindow)).rejects.toMatchObject({
      name: 'CrucibleError',
      code: 'invalid_argument',
    });
  });

  it('a condition on no field', async () => {
    const experiment = await empty;
    await expect(queryWindow(input(experiment), { lastN: 1 }, { colour: 'red' })).rejects.toMatchObject({
      code: 'unknown_field',
    });
  });
});
