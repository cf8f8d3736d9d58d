import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exportRecords } from '../../src/export/export-records.ts';
import { FIELDS } from '../../src/record/fields.ts';
import { expectGolden } from './golden.ts';
import { linesOf } from './readers.ts';
import { recorded, scratchFolder } from './recordings.ts';
import { smallSet } from './small-set.ts';

const folder = scratchFolder();
const path = folder.file('some.jsonl');

test('a small set makes the golden file', async () => {
  await exportRecords([await smallSet()], 'jsonl', { path });
  expectGolden('export-small-set.jsonl', readFileSync(path, 'utf8'));
});

test('all lines have the same keys in the order of the fields: the core, and what some record has', async () => {
  const source = await recorded([{}, { metadata: { cohort: 'c' } }, { measurements: { loss: 1 } }]);
  const { columns } = await exportRecords([source], 'jsonl', { path });
  const order = FIELDS.map((field) => field.name);
  expect([...columns].sort((a, b) => order.indexOf(a) - order.indexOf(b))).toEqual(columns);
  expect(columns).toEqual(expect.arrayContaining(['sample_id', 'cohort', 'loss', 'measurements', 'metadata']));
  expect(columns).not.toContain('accuracy');
  for (const line of linesOf(path)) expect(Object.keys(JSON.parse(line))).toEqual(columns);
});

test('a key that is null stays apart from one that is not there', async () => {
  await exportRecords([await recorded([{ metadata: { a: null } }, { metadata: { b: 1 } }])], 'jsonl', { path });
  expect(linesOf(path).map((line) => JSON.parse(line).metadata)).toEqual([{ a: null }, { b: 1 }]);
});
