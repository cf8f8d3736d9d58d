import { expect, test } from 'vitest';
import { exportRecords } from '../../src/export/export-records.ts';
import { readParquet } from './readers.ts';
import { NOON, recorded, scratchFolder } from './recordings.ts';
import { smallSet } from './small-set.ts';

const folder = scratchFolder();
const path = folder.file('some.parquet');

test('columns have the types of their values', async () => {
  const result = await exportRecords([await smallSet()], 'parquet', { path });
  const { metadata } = await readParquet(path);
  const element = (name: string) => metadata.schema.find((each) => each.name === name)!;
  expect(element('timestamp')).toMatchObject({
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  });
  expect(element('sequence').type).toBe('INT64');
  expect(element('epoch').type).toBe('INT64');
  expect(element('metadata.id').type).toBe('INT64');
  expect(element('measurements.epoch').type).toBe('DOUBLE');
  expect(element('loss').type).toBe('DOUBLE');
  expect(element('success').type).toBe('BOOLEAN');
  expect(element('metadata.seen').type).toBe('BOOLEAN');
  expect(element('tags').converted_type).toBe('LIST');
  expect(element('model')).toMatchObject({ type: 'BYTE_ARRAY', converted_type: 'UTF8' });
  expect(element('metadata.mixed')).toMatchObject({ type: 'BYTE_ARRAY', converted_type: 'UTF8' });
  expect(result.json_columns).toEqual(['metadata.checkpoint', 'metadata.mixed', 'metadata.stop']);
  expect(metadata.row_groups[0]!.columns.map((column) => column.meta_data!.codec)).toContain('ZSTD');
});

test('the file says where it comes from', async () => {
  const second = await recorded([{}], { id: 'exp-2', name: 'it\'s "ключ" {1}' });
  await exportRecords([await smallSet(), second], 'parquet', { path });
  const { metadata } = await readParquet(path);
  const said = Object.fromEntries(metadata.key_value_metadata!.map(({ key, value }) => [key, value]));
  expect(said['crucible.schema_version']).toBe('1');
  expect(said['crucible.writer']).toMatch(/^crucible-telemetry \d+\.\d+\.\d+/);
  expect(JSON.parse(said['crucible.experiments']!)).toEqual([
    { id: 'exp-1', name: 'ensemble, "vs" single' },
    { id: 'exp-2', name: 'it\'s "ключ" {1}' },
  ]);
  expect(JSON.parse(said['crucible.json_columns']!)).toContain('metadata.mixed');
});

test('rows keep their order over many row groups, and long texts make small groups', async () => {
  const text = 'long '.repeat(4000);
  const source = await recorded(Array.from({ length: 9000 }, (_, i) => ({ metadata: { text: `${i} ${text}` } })));
  await exportRecords([source], 'parquet', { path });
  const { columns, rows, metadata } = await readParquet(path);
  expect(metadata.row_groups.length).toBeGreaterThan(3);
  const [sequence, at] = [columns.indexOf('sequence'), columns.indexOf('metadata.text')];
  expect(rows.every((row, i) => row[sequence] === BigInt(i) && row[at] === `${i} ${text}`)).toBe(true);
});

test('a cell may be as long as a record allows', async () => {
  const longest = `"${'🙂,\n'.repeat(262_000)}"`;
  await exportRecords([await recorded([{ metadata: { a: longest, b: longest } }, {}])], 'parquet', { path });
  const { columns, rows } = await readParquet(path);
  expect(rows[0]![columns.indexOf('metadata.b')]).toBe(longest);
  expect(rows).toHaveLength(2);
});

test('times keep their microseconds', async () => {
  const times = [-1, 0, NOON + 1, 9_007_199_254_740_991];
  await exportRecords([await recorded(times.map((timestamp) => ({ timestamp })))], 'parquet', { path });
  const { columns, rows } = await readParquet(path);
  expect(rows.map((row) => row[columns.indexOf('timestamp')])).toEqual(times);
});

test('a folder whose name looks like a pattern is a folder', async () => {
  const odd = folder.file("a [b] *? 'c' {d}/e.parquet");
  await exportRecords([await recorded([{}])], 'parquet', { path: odd });
  expect((await readParquet(odd)).rows).toHaveLength(1);
});
