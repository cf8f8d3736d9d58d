import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { EventRecord } from '../../src/record/event-record.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { type RecordQuery, rowTest, timeRange, type Where, withCondition } from '../../src/stores/query.ts';
import { exampleState, Writing } from '../../src/testing/store-writing.ts';

type Event = readonly [timestamp: number, measurements: Record<string, unknown>, metadata: Record<string, unknown>];

async function matching(events: readonly Event[], query: RecordQuery): Promise<EventRecord[]> {
  const store = memoryStore();
  const state = exampleState('q');
  await store.create(state);
  const writing = await Writing.open(store, state, 'w1');
  for (const event of events) writing.record(...event);
  const test = rowTest(query.where, timeRange(query));
  const found: EventRecord[] = [];
  for await (const batch of store.scan('q')) {
    for (let row = 0; row < batch.rows; row++) if (test(batch, row)) found.push(batch.record(row));
  }
  return found;
}

const EVENTS: readonly Event[] = [
  [10, { n: 1, success: 1 }, { model: 'a', tokens: { prompt: 5 }, tag: null }],
  [20, { n: 2 }, { model: 'b', error: 'x', tokens: { prompt: 50 } }],
  [30, { n: Number.NaN }, { model: 'B', tag: 'x', 'a.b': { '': 1 } }],
  [40, { n: '2' }, { tag: true, big: 2n ** 60n }],
  [50, { n: -0 }, {}],
];

async function sequences(query: RecordQuery): Promise<number[]> {
  return (await matching(EVENTS, query)).map((record) => record.sequence);
}

test('a plain value means equality, in fields and along nested paths', async () => {
  expect(await sequences({})).toEqual([0, 1, 2, 3, 4]);
  expect(await sequences({ where: { model: 'b' } })).toEqual([1]);
  expect(await sequences({ where: { success: false } })).toEqual([1]);
  expect(await sequences({ where: { 'measurements.n': 2 } })).toEqual([1]);
  expect(await sequences({ where: { 'measurements.n': '2' } })).toEqual([3]);
  expect(await sequences({ where: { 'measurements.n': Number.NaN } })).toEqual([2]);
  expect(await sequences({ where: { 'measurements.n': 0 } })).toEqual([4]);
  expect(await sequences({ where: { 'metadata.tokens.prompt': 50 } })).toEqual([1]);
  expect(await sequences({ where: { 'metadata."a.b"."": ': 1 } }).catch(() => 'refused')).toBe('refused');
  expect(await sequences({ where: { 'metadata."a.b".""': 1 } })).toEqual([2]);
  expect(await sequences({ where: { 'metadata.big': 2n ** 60n } })).toEqual([3]);
  expect(await sequences({ where: { sequence: 3, scope: 'explicit' } })).toEqual([3]);
});

test('null matches what is null and what is missing, and nothing else but ne holds there', async () => {
  expect(await sequences({ where: { 'metadata.tag': null } })).toEqual([0, 1, 4]);
  expect(await sequences({ where: { 'metadata.tag': { ne: null } } })).toEqual([2, 3]);
  expect(await sequences({ where: { 'metadata.nowhere': null } })).toEqual([0, 1, 2, 3, 4]);
  expect(await sequences({ where: { model: { ne: 'a' } } })).toEqual([1, 2, 3, 4]);
  expect(await sequences({ where: { model: { lt: 'zzz' } } })).toEqual([0, 1, 2]);
});

test('comparisons hold within one kind of value, several together must all hold', async () => {
  expect(await sequences({ where: { 'measurements.n': { gte: 1, lt: 2 } } })).toEqual([0]);
  expect(await sequences({ where: { 'measurements.n': { gt: '1' } } })).toEqual([3]);
  expect(await sequences({ where: { model: { gte: 'a', lte: 'b' } } })).toEqual([0, 1]);
  expect(await sequences({ where: { model: { in: ['B', 'a', null] } } })).toEqual([0, 2, 3, 4]);
  expect(await sequences({ where: { model: { in: [] } } })).toEqual([]);
  expect(await sequences({ where: { timestamp: { gt: 20, lte: 40 }, model: null } })).toEqual([3]);
});

test('a predicate sees whole records of its own', async () => {
  expect(await sequences({ where: (record) => record.measurements.n === 1 })).toEqual([0]);
  const found = await matching(EVENTS, {
    where: (record) => {
      record.metadata.model = 'changed';
      return true;
    },
  });
  expect(found[0]?.metadata.model).toBe('a');
});

test('both ends of a time range are included, given as µs, Date or text, and it joins a condition', async () => {
  expect(await sequences({ from: 20, to: 40 })).toEqual([1, 2, 3]);
  expect(await sequences({ from: 41 })).toEqual([4]);
  expect(await sequences({ to: '1970-01-01T00:00:00.000030Z' })).toEqual([0, 1, 2]);
  expect(await sequences({ to: new Date(0) })).toEqual([]);
  expect(await sequences({ from: 20, to: 40, where: { model: null } })).toEqual([3]);
});

test('what is no condition at all is refused, not taken for one that lets everything through', () => {
  for (const where of [5, 'success', true, null, [], [{ success: true }]]) {
    expect(() => rowTest(where as unknown as Where, timeRange({}))).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('where is') }),
    );
  }
});

test('what names no field, or compares with what has no order, is refused before anything is read', () => {
  const all = timeRange({});
  expect(() => rowTest({ latency: 5 }, all)).toThrow(expect.objectContaining({ code: 'unknown_field' }));
  const wrong: Record<string, unknown>[] = [
    { near: 5 },
    { constructor: 1 },
    { gt: new Date(0) },
    { lt: null },
    { eq: undefined },
    { eq: {} },
    { in: 'abc' },
    { in: [[]] },
  ];
  for (const comparison of wrong) {
    const where = { timestamp: comparison } as Where;
    expect(() => rowTest(where, all), Object.keys(comparison)[0]).toThrow(/timestamp.*no comparison/);
  }
  expect(() => timeRange({ from: 'noon' })).toThrow(/from is "noon"/);
});

test('conditions are equivalent to the same predicate over whole records', async () => {
  const value = fc.oneof(fc.constantFrom(null, 'a', 'b', true, false, Number.NaN, 0), fc.integer({ min: -2, max: 2 }));
  const comparison = fc.record(
    {
      eq: value,
      ne: value,
      gt: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom('a', 'b')),
      lte: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom('a', 'b')),
      in: fc.array(value, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  );
  const same = (a: unknown, b: unknown) => a === b || Object.is(a, b);
  const sorted = (a: unknown, b: unknown, test: (order: number) => boolean) =>
    typeof a === typeof b &&
    typeof a !== 'boolean' &&
    a !== null &&
    test((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : a === b ? 0 : Number.NaN);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(value, { nil: undefined }), { maxLength: 20 }),
      comparison,
      async (values, terms) => {
        const events = values.map((x, i): Event => [i, { i }, x === undefined ? {} : { x }]);
        const holds = (x: unknown) =>
          (!('eq' in terms) || same(x, terms.eq)) &&
          (!('ne' in terms) || !same(x, terms.ne)) &&
          (!('gt' in terms) || sorted(x, terms.gt, (order) => order > 0)) &&
          (!('lte' in terms) || sorted(x, terms.lte, (order) => order <= 0)) &&
          (!('in' in terms) || terms.in!.some((item) => same(item, x)));
        const expected = events.filter(([, , metadata]) => holds(metadata.x ?? null)).map(([timestamp]) => timestamp);
        const found = await matching(events, { where: { 'metadata.x': terms } });
        expect(found.map((record) => record.timestamp)).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

describe('what a condition needs to be read', () => {
  const projection = { fields: ['latency_ms', 'metadata.name'], nestedOf: ['eval.score.recorded'] };

  it('is what was needed anyway without one', () => {
    expect(withCondition(projection, undefined)).toEqual(projection);
  });

  it('is everything for a predicate, which may look at anything', () => {
    expect(withCondition(projection, () => true)).toEqual({});
  });

  it('is its fields, too', () => {
    expect(withCondition(projection, { success: true })).toEqual({
      fields: ['latency_ms', 'metadata.name', 'success'],
      nestedOf: ['eval.score.recorded'],
    });
  });

  it('is its nested values in all events', () => {
    for (const name of ['metadata.tokens.prompt', 'measurements']) {
      expect(withCondition(projection, { [name]: 1 })).toEqual({
        fields: ['latency_ms', 'metadata.name', name],
        nestedOf: undefined,
      });
    }
  });
});
