import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineEvent } from '../../src/events/registry.ts';
import { pathName } from '../../src/record/path.ts';
import { MAX_PATHS } from '../../src/record/schema.ts';
import { keepAll, recordOf, Tape } from './tape.ts';
import { jsonLike, objectOf } from './values.ts';

type Fields = Record<string, unknown>;

test('a batch knows its rows, its first sequence and the earliest and latest of its timestamps', () => {
  const tape = keepAll(
    [5, 3, 9, 4, 1].map((timestamp) => ({ timestamp })),
    { capacity: 3 },
  );
  expect(
    tape.batches.map(({ rows, firstSequence, minTimestamp, maxTimestamp }) => [
      rows,
      firstSequence,
      minTimestamp,
      maxTimestamp,
    ]),
  ).toEqual([
    [3, 0, 3, 9],
    [2, 3, 1, 4],
  ]);
  expect(tape.records().map(({ sequence, timestamp, event_id }) => [sequence, timestamp, event_id])).toEqual([
    [0, 5, 'w1-0'],
    [1, 3, 'w1-1'],
    [2, 9, 'w1-2'],
    [3, 4, 'w1-3'],
    [4, 1, 'w1-4'],
  ]);
});

test('a record keeps the category that its event had when it was recorded', () => {
  const tape = new Tape();
  const name = 'test_batch.later.defined';
  tape.keep({ name });
  defineEvent(name, { category: 'later', description: 'Defined after it was first recorded.', fields: {} });
  expect(tape.records()[0]!.category).toBeNull();
  expect(recordOf({ name }).category).toBe('later');
});

test('a batch that is sealed again is as it was', () => {
  const tape = keepAll([1, 2, 70_000].map((loss) => ({ measurements: { loss } })));
  const before = tape.records();
  tape.seal();
  tape.seal();
  expect(tape.records()).toEqual(before);
});

describe('two paths', () => {
  test('that read alike are two columns', () => {
    const metadata = {
      'a.b': 1,
      a: { b: 2, '"b"': 3 },
      '"a.b"': 4,
      '"a"': { b: 5 },
      '': { '': 6 },
      '.': 7,
      'metadata.a': 8,
    };
    expect(recordOf({ metadata }).metadata).toEqual(metadata);
    expect(recordOf({ metadata, measurements: metadata })).toMatchObject({ metadata, measurements: metadata });
  });

  test('of which one is a value and one an object in turn keep both', () => {
    const events = [
      { a: 1 },
      { a: { b: 1 } },
      { a: {} },
      { a: [] },
      { a: null },
      { a: { b: { c: 1 } } },
      { a: 'x' },
      {},
    ];
    const tape = keepAll(
      events.map((metadata) => ({ metadata })),
      { capacity: 8 },
    );
    tape.seal();
    expect(tape.records().map((record) => record.metadata)).toEqual(events);
  });
});

describe('more distinct keys than there are columns', () => {
  const wide = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`key_${from + i}`, from + i]));

  test('are kept all the same, in columns or not', () => {
    const tape = new Tape({ capacity: 4 });
    const all = [
      wide(0, 1500),
      wide(1400, 1600),
      { inner: wide(0, 50), last: { deep: { er: [1, { x: Number.NaN }] } } },
      { key_1: 1 },
    ];
    for (const metadata of all) tape.keep({ metadata, measurements: metadata });
    expect(tape.schema.nested).toHaveLength(MAX_PATHS);
    for (let seal = 0; seal < 2; seal++) {
      expect(tape.records().map((record) => record.metadata)).toEqual(all);
      expect(tape.records().map((record) => record.measurements)).toEqual(all);
      tape.seal();
    }
  });

  test('still fill fields', () => {
    const tape = new Tape();
    tape.keep({ metadata: wide(0, 1500) });
    const record = tape.keep({
      measurements: { duration: 2_000_000n, loss: 0.5 },
      metadata: { model: 'm', tokens: { prompt: 5 }, sampleId: 's', error: 'no', userId: 'u', user_id: 'v' },
    });
    expect(record).toMatchObject({
      latency_ms: 2,
      loss: 0.5,
      model: 'm',
      input_tokens: 5,
      sample_id: 's',
      success: false,
      user_id: 'v',
    });
    expect(record.measurements).toEqual({ duration: 2, loss: 0.5 });
    expect(record.metadata).toEqual({
      model: 'm',
      tokens: { prompt: 5 },
      sample_id: 's',
      error: 'no',
      userId: 'u',
      user_id: 'v',
    });
  });

  test('are found by their name', () => {
    const tape = new Tape();
    tape.keep({ metadata: wide(0, 1500) });
    tape.keep({ metadata: { far: { away: [1] }, key_3: 'x' } });
    const batch = tape.batches[0]!;
    expect(batch.value('metadata.key_3', 0)).toBe(3);
    expect(batch.value('metadata.key_1400', 0)).toBe(1400);
    expect(batch.value('metadata.key_1600', 0)).toBeUndefined();
    expect(batch.value('metadata.key_1400', 1)).toBeUndefined();
    expect(batch.value('metadata.far', 1)).toEqual({ away: [1] });
    expect(batch.value('metadata.far.away', 1)).toEqual([1]);
    expect(batch.value('measurements.key_1400', 0)).toBeUndefined();
    expect(batch.value('nothing', 1)).toBeUndefined();
  });
});

describe('a value by its name', () => {
  const tape = new Tape();
  tape.keep({
    measurements: { loss: 0.5 },
    metadata: { tokens: { prompt: 5, 'a.b': 'q' }, flat: null, list: [1], loss: 2 },
  });
  tape.keep({ metadata: { tokens: 'none', empty: {} } });
  const batch = tape.batches[0]!;

  test.each([
    ['loss', 0, 0.5],
    ['sequence', 1, 1],
    ['metadata', 1, { tokens: 'none', empty: {} }],
    ['measurements.loss', 0, 0.5],
    ['metadata.loss', 0, 2],
    ['metadata.tokens.prompt', 0, 5],
    ['metadata.tokens."a.b"', 0, 'q'],
    ['metadata.tokens', 0, { prompt: 5, 'a.b': 'q' }],
    ['metadata.tokens', 1, 'none'],
    ['metadata.tokens.prompt', 1, undefined],
    ['metadata.flat', 0, null],
    ['metadata.flat', 1, undefined],
    ['metadata.list', 0, [1]],
    ['metadata.empty', 1, {}],
    ['metadata.unheard', 0, undefined],
    ['unheard', 0, undefined],
  ])('%s of row %i', (name, row, expected) => {
    expect(batch.value(name, row)).toEqual(expected);
  });

  test('is that of the record, for every path', () => {
    fc.assert(
      fc.property(fc.array(objectOf(jsonLike()), { minLength: 1, maxLength: 6 }), (all) => {
        const tape = keepAll(all.map((metadata) => ({ metadata })));
        const [batch] = tape.batches as [(typeof tape.batches)[0]];
        for (let row = 0; row < batch.rows; row++) {
          for (const [keys, value] of paths(batch.record(row).metadata)) {
            deepStrictEqual(batch.value(pathName({ root: 'metadata', keys }), row), value);
          }
        }
      }),
    );
  });
});

function paths(object: Fields, keys: readonly string[] = []): [readonly string[], unknown][] {
  return Object.entries(object).flatMap(([name, value]): [readonly string[], unknown][] => {
    const path = [...keys, name];
    const inner = typeof value === 'object' && value !== null && !Array.isArray(value) && path.length < 8;
    return [[path, value], ...(inner ? paths(value as Fields, path) : [])];
  });
}
