import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enrichEvent } from '../../src/record/enrich-event.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import { snapshot } from '../../src/record/snapshot.ts';
import { type Emitted, keepAll, recordOf, Tape } from './tape.ts';
import { anything, jsonLike, key, number, objectOf } from './values.ts';

type Fields = Record<string, unknown>;

const SPELLED = { sampleId: 'sample_id', sessionId: 'session_id', userId: 'user_id' };

/** What a record has under `measurements` or `metadata`: the snapshot of what was emitted, with the documented changes. */
function stored(root: 'measurements' | 'metadata', emitted: Fields): Fields {
  const result = snapshot(emitted) as Fields;
  for (const name of root === 'metadata' ? ['duration'] : ['duration', 'start', 'stop']) {
    if (Object.hasOwn(emitted, name) && typeof emitted[name] === 'bigint') result[name] = Number(emitted[name]) / 1e6;
  }
  for (const [other, name] of Object.entries(SPELLED)) {
    if (root !== 'metadata' || !Object.hasOwn(result, other) || emitted[name] !== undefined) continue;
    result[name] = result[other];
    delete result[other];
  }
  return result;
}

function expectStored(records: readonly EventRecord[], events: readonly Emitted[]): void {
  expect(records).toHaveLength(events.length);
  records.forEach((record, i) => {
    const { measurements = {}, metadata = {} } = events[i]!;
    // Vitest takes a key `constructor` for a class.
    deepStrictEqual(record.measurements, stored('measurements', measurements));
    deepStrictEqual(record.metadata, stored('metadata', metadata));
    const alone = enrichEvent(
      events[i]!.name!,
      measurements,
      metadata,
      { id: 'exp-1' },
      {
        timestamp: events[i]!.timestamp!,
        writerId: 'w1',
        sequence: i,
      },
    );
    deepStrictEqual(record, alone);
  });
}

const names = [
  'req_llm.request.stop',
  'crucible_train.epoch.stop',
  'crucible_framework.stage.stop',
  'my_app.x',
  'my_app.y.exception',
];

function event(fields: fc.Arbitrary<Fields>): fc.Arbitrary<Emitted> {
  return fc
    .record({
      which: fc.nat(names.length - 1),
      measurements: fields,
      metadata: fields,
      timestamp: fc.integer({ min: 1.7e15, max: 1.8e15 }),
    })
    .map(({ which, ...rest }) => ({ ...rest, name: names[which]!, index: which < 3 ? which : -1 }));
}

describe('a record that is read back', () => {
  test('has the snapshot of what was emitted and the fields of the event alone, whatever came before, sealed or not', () => {
    fc.assert(
      fc.property(
        fc.array(event(objectOf(jsonLike())), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(1, 2, 7, 16),
        fc.boolean(),
        (events, capacity, seal) => {
          const tape = keepAll(events, { capacity });
          if (seal) tape.seal();
          expectStored(tape.records(), events);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('is the same from columns that are constant, sparse, narrow, full of null, NaN or zeros of both signs, and mixed', () => {
    const pools: fc.Arbitrary<unknown>[] = [
      fc.constantFrom<unknown[]>(
        [0, -0],
        [Number.NaN, null],
        [null],
        [1],
        [Number.NaN],
        [-0],
        ['a'],
        [true],
        [null, 1],
        [null, 'a'],
      ),
      fc.constantFrom<unknown[]>(
        [undefined, 7],
        [undefined, null],
        [undefined, 'a'],
        [undefined, Number.NaN],
        [undefined, true],
      ),
      fc.constantFrom<unknown[]>(
        [0, 65535],
        [0, 65536],
        [-1, 1],
        [2 ** 31 - 1, -(2 ** 31)],
        [2 ** 31, 0],
        [0.5, 1],
        [1e300, 1],
      ),
      fc.constantFrom<unknown[]>(
        [1, 'a'],
        [true, 1, null],
        ['a', []],
        [{}, 1],
        [{ a: 1 }, 'a', {}],
        [2n ** 60n, 1],
        [[1], [1]],
      ),
      fc.constantFrom<unknown[]>(
        [true, false, null],
        ['a', 'b', null, undefined],
        [Infinity, -Infinity, Number.NaN, null, undefined],
      ),
    ];
    const column = fc.tuple(key, fc.oneof(...pools) as fc.Arbitrary<unknown[]>);
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 80 }),
        fc.constantFrom(1, 5, 16, 64),
        (columns, picks, capacity) => {
          const events = picks.map((pick, i) => {
            const fields: Fields = {};
            for (const [name, pool] of columns) {
              const value = pool[(pick + name.length) % pool.length];
              Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
            }
            return { name: names[i % 2]!, index: i % 2, measurements: fields, metadata: fields, timestamp: 1.7e15 + i };
          });
          const tape = keepAll(events, { capacity });
          expectStored(tape.records(), events);
          tape.seal();
          expectStored(tape.records(), events);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('has the snapshot of anything, even of what can not be read', () => {
    fc.assert(
      fc.property(
        objectOf(fc.constant(0), key, 4),
        fc.array(anything(), { minLength: 4, maxLength: 4 }),
        (object, makers) => {
          const emitted = Object.fromEntries(Object.keys(object).map((name, i) => [name, makers[i]!()]));
          const record = enrichEvent('my_app.x', emitted, {}, { id: 'e' });
          deepStrictEqual(record.measurements, stored('measurements', emitted));
        },
      ),
      { numRuns: 250 },
    );
  });

  test('does not change with what is done to the event, to the record or to another read of it', () => {
    const event = {
      measurements: { list: [1, [2]], nested: { x: 1 } },
      metadata: { messages: [{ content: 'a' }], map: new Map([['k', [1]]]), deep: { er: { list: [1] } } },
    };
    const tape = new Tape();
    tape.keep(event);
    const before = JSON.stringify(tape.records());
    event.measurements.list.push(3);
    event.measurements.nested.x = 2;
    event.metadata.messages[0]!.content = 'b';
    event.metadata.map.set('k', []);
    event.metadata.deep.er.list.length = 0;
    expect(JSON.stringify(tape.records())).toBe(before);
    const [record] = tape.records() as unknown as [{ measurements: { list: unknown[] }; metadata: Fields }];
    record.measurements.list.push('mine');
    (record.metadata.messages as Fields[])[0]!.content = 'mine';
    record.metadata.extra = 1;
    expect(JSON.stringify(tape.records())).toBe(before);
  });

  test('keeps the tags that the experiment had', () => {
    const tags = ['a'];
    const tape = new Tape({ experiment: { id: 'e', tags } });
    const record = tape.keep({});
    tags.push('b');
    expect(record.tags).toEqual(['a']);
    expect(() => (record.tags as string[]).push('c')).toThrow(TypeError);
    expect(tape.records()[0]!.tags).toEqual(['a']);
  });
});

test('sealing takes no number, text or flag from a column that is copied to a field', () => {
  const events = Array.from({ length: 64 }, (_, i) => ({
    measurements: { duration: i % 3 === 0 ? Number.NaN : i, loss: i, ...(i % 2 ? { epoch: i } : {}) },
    metadata: {
      model: `m${i}`,
      provider: 'p',
      sample_id: i % 5,
      success: i % 2 === 0,
      session_id: i % 7 ? `s${i}` : null,
    },
  }));
  const tape = keepAll(events, { capacity: 64 });
  const before = tape.records();
  tape.seal();
  expect(tape.records()).toStrictEqual(before);
  expect(before.map((record) => record.sample_id)).toEqual(events.map((_, i) => String(i % 5)));
});

test('numbers of any bits come back as numbers, NaN as NaN', () => {
  const words = new BigUint64Array(1);
  const double = new Float64Array(words.buffer);
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(
            0x7ff8c0de00000000n,
            0x7ff8c0df00000000n,
            0x7ff8c0dfffffffffn,
            0xfff8c0de00000000n,
            0x7ff0000000000001n,
          ),
          fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        ),
        { minLength: 1, maxLength: 20 },
      ),
      fc.constantFrom(1, 4, 20),
      (bits, capacity) => {
        const events = bits.map((pattern) => {
          words[0] = pattern;
          return { measurements: { loss: double[0], other: double[0] } };
        });
        const tape = keepAll(events, { capacity });
        const expected = events.map(({ measurements }) => measurements.loss);
        for (let seal = 0; seal < 2; seal++) {
          expect(tape.records().map((record) => record.loss)).toStrictEqual(expected);
          expect(tape.records().map((record) => record.measurements.other)).toStrictEqual(expected);
          tape.seal();
        }
      },
    ),
  );
});

test('a number is the same number in the record', () => {
  fc.assert(
    fc.property(number, (value) => {
      const record = recordOf({ measurements: { loss: value, x: value }, metadata: { list: [value] } });
      expect([record.loss, record.measurements.x, (record.metadata.list as number[])[0]]).toStrictEqual([
        value,
        value,
        value,
      ]);
    }),
  );
});
