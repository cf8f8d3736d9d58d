import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exportRecords } from '../../src/export/export-records.ts';
import { cellText } from '../../src/export/flat-rows.ts';
import { expectGolden } from './golden.ts';
import { readCsv } from './readers.ts';
import { recorded, scratchFolder } from './recordings.ts';
import { smallSet } from './small-set.ts';

const folder = scratchFolder();

async function csvOf(events: Parameters<typeof recorded>[0]): Promise<string> {
  const path = folder.file('some.csv');
  await exportRecords([await recorded(events)], 'csv', { path });
  return readFileSync(path, 'utf8');
}

test('a small set makes the golden file', async () => {
  const path = folder.file('golden.csv');
  const { bytes } = await exportRecords([await smallSet()], 'csv', { path });
  const text = readFileSync(path, 'utf8');
  expectGolden('export-small-set.csv', text);
  expect(bytes).toBe(Buffer.byteLength(text));
});

test('a cell is quoted only where it must be', () => {
  expect(['plain', ' a b ', "it's", '=1+1', 'é;\t'].map(cellText)).toEqual(['plain', ' a b ', "it's", '=1+1', 'é;\t']);
  expect(['', 'a,b', 'a"b', 'a\nb', 'a\rb'].map(cellText)).toEqual(['""', '"a,b"', '"a""b"', '"a\nb"', '"a\rb"']);
});

test('lines end with CRLF, the last one too, and there is no byte order mark', async () => {
  const text = await csvOf([{}, {}]);
  expect(text.startsWith('event_id,event_name,')).toBe(true);
  expect(text.split('\r\n')).toHaveLength(4);
  expect(text.endsWith('\r\n')).toBe(true);
});

test('the core columns are there even if empty, others only where some record has a value', async () => {
  await csvOf([{ metadata: { a: null, b: undefined } }]);
  expect(readCsv(folder.file('some.csv')).columns).toEqual(
    'event_id event_name category timestamp writer_id sequence scope experiment_id experiment_name study condition replicate tags latency_ms cost_usd success sample_id model'.split(
      ' ',
    ),
  );
});

test('columns have one order, in whatever order keys were emitted', async () => {
  const [a, b] = [
    { b: 1, a: { d: 1, c: 'x' } },
    { z: 1, a: { c: 'y' } },
  ];
  const header = (text: string) => text.split('\r\n')[0];
  const one = header(await csvOf([{ measurements: { y: 1, x: 2 }, metadata: a }, { metadata: b }]));
  const other = header(await csvOf([{ metadata: b }, { metadata: a }, { measurements: { x: 1, y: 1 } }]));
  expect(one).toBe(other);
  expect(one!.split(',').slice(-6)).toEqual([
    'measurements.x',
    'measurements.y',
    'metadata.a.c',
    'metadata.a.d',
    'metadata.b',
    'metadata.z',
  ]);
});

test('times before the epoch, at a full second and of no calendar have their text', async () => {
  await csvOf([-1, 0, 1_763_900_000_000_000, 253_402_300_800_000_000, 1e300].map((timestamp) => ({ timestamp })));
  const { columns, rows } = readCsv(folder.file('some.csv'));
  expect(rows.map((row) => row[columns.indexOf('timestamp')])).toEqual([
    '1969-12-31T23:59:59.999999Z',
    '1970-01-01T00:00:00.000000Z',
    '2025-11-23T12:13:20.000000Z',
    '+010000-01-01T00:00:00.000000Z',
    null,
  ]);
});

test('keys without a column of their own are JSON text in a last column', async () => {
  const many = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`k${String(i).padStart(4, '0')}`, i]));
  await csvOf([{ measurements: { n: 1 } }, { metadata: { ...many, deep: { x: { y: 'last' } } } }]);
  const { columns, rows } = readCsv(folder.file('some.csv'));
  expect(columns).toHaveLength(18 + 1000 + 1);
  expect(columns.at(-1)).toBe('metadata_rest');
  expect(rows[0]!.at(-1)).toBeNull();
  const rest = JSON.parse(rows[1]!.at(-1) as string);
  expect(Object.keys(rest)).toHaveLength(202);
  expect(rest).toMatchObject({ k0999: 999, k1199: 1199, deep: { x: { y: 'last' } } });
  expect(rows[1]![columns.indexOf('metadata.k0500')]).toBe('500');
});

test('of keys that differ only in case the first has the column, so that no reader has to rename one', async () => {
  await csvOf([{ metadata: { a: 1, A: 2 } }, { metadata: { a: 3 } }]);
  const { columns, rows } = readCsv(folder.file('some.csv'));
  expect(columns.slice(18)).toEqual(['metadata.A', 'metadata_rest']);
  expect(rows.map((row) => row.slice(18))).toEqual([
    ['2', '{"a":1}'],
    [null, '{"a":3}'],
  ]);
});
