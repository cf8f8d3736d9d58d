import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CrucibleError } from '../../src/core/errors.ts';
import { FIELDS } from '../../src/record/fields.ts';
import { LineEncoder } from '../../src/record/line-encoder.ts';
import { recordFromLine, recordToLine } from '../../src/record/record-line.ts';
import { wellFormed } from '../export/flatten.ts';
import { Tape } from './tape.ts';
import { jsonLike, objectOf } from './values.ts';

const object = objectOf(jsonLike()) as fc.Arbitrary<Record<string, never>>;
const event = fc.record({
  name: fc.constantFrom('my_app.work.done', 'req_llm.request.stop', 'crucible_train.batch.stop'),
  measurements: object,
  metadata: object,
  explicit: fc.constantFrom({}, { event_id: 'given' }, { cost_usd: Number.NaN, loss: -0 }),
});

test('a record read from its line is the record', () => {
  fc.assert(
    fc.property(event, (emitted) => {
      const record = new Tape().keep(emitted);
      deepStrictEqual(recordFromLine(recordToLine(record)), wellFormed(record));
    }),
  );
});

test('lines made from columns hold the same records as lines made from records', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 10 }), fc.constantFrom(2, 8, 64), (events, capacity) => {
      const tape = new Tape({ capacity, experiment: { id: 'e', name: '"n"', tags: ['a'] } });
      const records = events.map((emitted) => tape.keep(emitted));
      const encoder = new LineEncoder();
      const lines = tape.batches.flatMap((batch) => encoder.lines(batch, 0, batch.rows));
      const keys = (line: string) => Object.keys(JSON.parse(line));
      deepStrictEqual(lines.map(keys), records.map(recordToLine).map(keys));
      deepStrictEqual(lines.map(recordFromLine), records.map(wellFormed));
    }),
  );
});

test('lines may be made of some rows only', () => {
  const tape = new Tape({ capacity: 8 });
  for (let i = 0; i < 8; i++) tape.keep({ metadata: { i } });
  tape.seal();
  const lines = new LineEncoder().lines(tape.batches[0]!, 3, 5);
  expect(lines.map((line) => recordFromLine(line).sequence)).toEqual([3, 4]);
});

test('null fields are left out, unless they are to be in every line', () => {
  const record = new Tape().keep({});
  expect(recordToLine(record)).not.toContain('null');
  const tape = new Tape();
  tape.keep({});
  const all = FIELDS.map((field) => field.name);
  const [line] = new LineEncoder({ always: all }).lines(tape.batches[0]!, 0, 1);
  expect(Object.keys(JSON.parse(line!))).toEqual(all);
  expect(recordFromLine(line!)).toEqual(record);
});

test('what has no number in JSON is quoted in a field and tagged inside', () => {
  const line = recordToLine(
    new Tape().keep({ measurements: { loss: Number.NaN, x: -Infinity }, metadata: { n: 2n ** 53n + 1n } }),
  );
  expect(line).toContain('"loss":"NaN"');
  expect(line).toContain('"measurements":{"loss":{"$number":"NaN"},"x":{"$number":"-Infinity"}}');
  expect(line).toContain('"n":{"$bigint":"9007199254740993"}');
});

test('fields of a later version are passed over', () => {
  const record = new Tape().keep({ metadata: { a: 1 } });
  expect(recordFromLine(`{"new_field":1,${recordToLine(record).slice(1)}`)).toEqual(record);
});

test('text that is no record is refused as damaged, with what is wrong', () => {
  const good = recordToLine(new Tape().keep({ measurements: { loss: 1 }, metadata: { cohort: 'c' } }));
  const changed = (change: object) => JSON.stringify({ ...JSON.parse(good), ...change });
  const cases: [string, string][] = [
    ['', 'not JSON'],
    [good.slice(0, -5), 'not JSON'],
    ['7', 'no object'],
    ['[]', 'no object'],
    ['null', 'no object'],
    ['{}', 'event_id'],
    [changed({ sequence: 0.5 }), 'sequence'],
    [changed({ sequence: null }), 'sequence'],
    [changed({ timestamp: '2025-01-01' }), 'timestamp'],
    [changed({ loss: 'one' }), 'loss'],
    [changed({ success: 1 }), 'success'],
    [changed({ cohort: 1 }), 'cohort'],
    [changed({ tags: [1] }), 'tags'],
    [changed({ measurements: [] }), 'measurements'],
  ];
  for (const [line, said] of cases) {
    let error: CrucibleError | undefined;
    try {
      recordFromLine(line);
    } catch (thrown) {
      error = thrown as CrucibleError;
    }
    expect([line, error?.code, error?.message.includes(said)]).toEqual([line, 'damaged_data', true]);
  }
});
