import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exportRecords } from '../../src/export/export-records.ts';
import { readArrow } from './readers.ts';
import { NOON, recorded, scratchFolder } from './recordings.ts';
import { smallSet } from './small-set.ts';

const folder = scratchFolder();
const path = folder.file('some.arrow');

test('it is a file, not a stream', async () => {
  await exportRecords([await smallSet()], 'arrow', { path });
  const bytes = readFileSync(path);
  expect([bytes.subarray(0, 6).toString(), bytes.subarray(-6).toString()]).toEqual(['ARROW1', 'ARROW1']);
});

test('columns have the types of their values, and JSON columns say so', async () => {
  await exportRecords([await smallSet()], 'arrow', { path });
  const { fields, metadata } = readArrow(path).table.schema;
  const field = (name: string) => fields.find((each) => each.name === name)!;
  const kinds = ['timestamp', 'sequence', 'metadata.id', 'loss', 'success', 'tags', 'model', 'metadata.mixed'];
  expect(kinds.map((name) => field(name).type)).toMatchObject([
    { typeId: 10, unit: 2, timezone: 'UTC' },
    { typeId: 2, bitWidth: 64, signed: true },
    { typeId: 2, bitWidth: 64, signed: true },
    { typeId: 3, precision: 2 },
    { typeId: 6 },
    { typeId: 12, children: [{ type: { typeId: 5 } }] },
    { typeId: 5 },
    { typeId: 5 },
  ]);
  expect(field('metadata.mixed').metadata?.get('crucible.json')).toBe('true');
  expect(field('model').metadata?.get('crucible.json')).toBeUndefined();
  expect(JSON.parse(metadata!.get('crucible.experiments')!)).toEqual([{ id: 'exp-1', name: 'ensemble, "vs" single' }]);
  expect(metadata!.get('crucible.schema_version')).toBe('1');
});

test('rows keep their order over many record batches, with nulls where they belong', async () => {
  const events = Array.from({ length: 40_000 }, (_, i) => ({
    timestamp: NOON - i,
    metadata: i % 3 === 0 ? { text: `é${i}`, big: BigInt(i) * 2n ** 40n } : { flag: i % 2 === 0 },
  }));
  await exportRecords([await recorded(events)], 'arrow', { path });
  const { columns, rows, table } = readArrow(path);
  expect(table.getChildAt(0).data.length).toBeGreaterThan(1);
  const at = ['sequence', 'timestamp', 'metadata.text', 'metadata.big', 'metadata.flag'].map((name) =>
    columns.indexOf(name),
  );
  const expected = events.map(({ timestamp, metadata: { text, big, flag } }, i) => [
    BigInt(i),
    timestamp,
    text ?? null,
    big ?? null,
    flag ?? null,
  ]);
  expect(rows.map((row) => at.map((k) => row[k]))).toEqual(expected);
});
