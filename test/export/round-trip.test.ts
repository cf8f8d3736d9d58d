import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ExportFormat, exportRecords } from '../../src/export/export-records.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import { fromJsonText } from '../../src/record/json.ts';
import { recordFromLine } from '../../src/record/record-line.ts';
import { jsonLike, objectOf } from '../record/values.ts';
import { flatten, flattenObject, wellFormed } from './flatten.ts';
import { type FlatFile, linesOf, readArrow, readCsv, readParquet } from './readers.ts';
import { type Emitted, recorded, scratchFolder } from './recordings.ts';

const folder = scratchFolder();

const HARD: readonly Emitted[] = [
  { measurements: { z: -0 }, metadata: { pair: 'x\ud83d' } },
  { measurements: { z: (2n ** 60n) as never }, metadata: { pair: '\ude00y' }, explicit: { event_id: 'given' } },
  { measurements: { duration: 1.5, x: Number.NaN }, metadata: { text: '', big: 2n ** 53n + 1n, flag: true } },
  { measurements: { x: Infinity, y: -0 }, metadata: { text: 'NaN', big: -(2n ** 63n), flag: false } },
  { measurements: { x: -Infinity, y: 5e-324 }, metadata: { text: 'null', big: 7 } },
  { measurements: { x: null as never, y: 1e21 }, metadata: { text: null, flag: null } },
  {
    measurements: { x: 0.1 + 0.2 },
    metadata: { text: 'a "quoted", line\r\nand\nmore\rof it', 'a.b': { c: 1 }, a: { 'b.c': 2 } },
  },
  { metadata: { text: '\u0000 \u007f\u2028 ключ 🙂 \ud800 \udc00 end \ud83d', ['__proto__']: 'own', constructor: 1 } },
  { metadata: { text: ' =1+1 ', mixed: 1, list: [1, 'a', null, [Number.NaN], { user: { id: 3n ** 50n } }] } },
  { metadata: { text: '007', mixed: 'one', list: [], empty: {}, $number: 'NaN', inner: { $number: 'NaN' } } },
  {
    name: 'req_llm.request.stop',
    measurements: { duration: 12 },
    metadata: { mixed: { deep: [true] }, model: 'gpt-4o' },
  },
  { name: 'req_llm.request.exception', metadata: { mixed: false, huge: 2n ** 64n, error: new Error('no') } },
  {
    name: 'crucible_train.epoch.stop',
    measurements: { loss: Number.NaN, epoch: 3, accuracy: -0 },
    metadata: { session_id: 's' },
  },
];

async function readBack(format: ExportFormat, events: readonly Emitted[]): Promise<void> {
  const source = await recorded(events, { id: 'exp-1', name: 'naïve, "first"\n', tags: ['a', '"b", c', ''] });
  const path = folder.file(`back.${format}`);
  const result = await exportRecords([source], format, { path });
  const records = await source.records();
  expect(result.rows).toBe(records.length);
  if (format === 'jsonl') {
    const lines = linesOf(path);
    for (const [i, record] of records.entries()) {
      JSON.parse(lines[i]!);
      deepStrictEqual(recordFromLine(lines[i]!), wellFormed(record));
    }
    return;
  }
  const file = format === 'csv' ? readCsv(path) : format === 'arrow' ? readArrow(path) : await readParquet(path);
  expect(file.columns).toEqual(result.columns);
  expect(file.rows).toHaveLength(records.length);
  const json = new Set(result.json_columns);
  for (const [i, record] of records.entries()) compareRow(file, i, record, json, format === 'csv');
}

function compareRow(file: FlatFile, i: number, record: EventRecord, json: ReadonlySet<string>, texts: boolean): void {
  const expected = flatten(record);
  const found = new Map<string, unknown>();
  for (const [k, name] of file.columns.entries()) {
    const cell = file.rows[i]![k];
    if (cell === null) continue;
    if (name.endsWith('_rest') && !name.includes('.')) {
      flattenObject(found, name.slice(0, -5) as 'metadata', [], fromJsonText(cell as string) as object);
    } else {
      found.set(
        name,
        json.has(name) ? fromJsonText(cell as string) : texts ? fromText(cell as string, expected.get(name)) : cell,
      );
    }
  }
  for (const [name, value] of found) {
    // A column of 64-bit integers is read as bigints, whatever was emitted.
    if (typeof value === 'bigint' && typeof expected.get(name) === 'number') found.set(name, Number(value));
  }
  deepStrictEqual(new Map([...found].sort(byKey)), new Map([...expected].sort(byKey)));
}

// The text of a cell as a value of the kind that is expected: numbers, flags and lists are compared as what they mean.
function fromText(text: string, like: unknown): unknown {
  if (typeof like === 'string' || like === undefined) return text;
  if (typeof like === 'number') return /^\d{4}-/.test(text) ? fromIso(text) : Number(text);
  if (typeof like === 'bigint') return BigInt(text);
  return JSON.parse(text);
}

function fromIso(text: string): number {
  expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  return Date.parse(`${text.slice(0, 19)}Z`) * 1000 + Number(text.slice(20, 26));
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

describe.each(['csv', 'jsonl', 'parquet', 'arrow'] as const)('%s', (format) => {
  test('values that are hard to keep come back as they were', () => readBack(format, HARD));

  test('zeros of both signs in one column keep them', () =>
    readBack(
      format,
      Array.from({ length: 40 }, (_, i) => ({ measurements: { x: i % 2 ? 0 : -0, loss: i % 3 ? -0 : 0 } })),
    ));

  test('whatever is recorded comes back as it was', async () => {
    const object = objectOf(jsonLike()) as fc.Arbitrary<Record<string, never>>;
    const name = fc.constantFrom('my_app.work.done', 'req_llm.request.stop', 'crucible_train.batch.stop');
    const explicit = fc.constantFrom<Partial<EventRecord>>(
      {},
      {},
      { event_id: 'given' },
      { user_id: '', epoch: 3, loss: -0 },
    );
    const event = fc.record({ name, measurements: object, metadata: object, explicit });
    // Beyond 64 rows the first batch is full and takes its smallest form.
    const times = fc.constantFrom(1, 1, 20);
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 8 }), times, (events, n) =>
        readBack(format, Array.from({ length: n }, () => events).flat()),
      ),
      { numRuns: format === 'parquet' ? 60 : 120 },
    );
  });
});
