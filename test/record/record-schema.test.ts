import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIELDS } from '../../src/record/fields.ts';
import { recordToLine } from '../../src/record/record-line.ts';
import { NEVER_NULL, recordSchema } from '../../src/record/record-schema.ts';
import { Tape } from './tape.ts';
import { jsonLike, objectOf } from './values.ts';

const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(recordSchema());

test('the shipped schema is made from the fields', () => {
  const shipped = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/record.json'), 'utf8'));
  expect(shipped).toEqual(recordSchema());
  execFileSync(process.execPath, ['scripts/schema.js', '--check']);
});

test('lines of whatever was recorded are valid', () => {
  const object = objectOf(jsonLike()) as fc.Arbitrary<Record<string, never>>;
  fc.assert(
    fc.property(
      object,
      object,
      fc.constantFrom('a.b', 'req_llm.request.stop', 'crucible_train.epoch.stop'),
      (m, n, name) => {
        const line = recordToLine(new Tape().keep({ name, measurements: m, metadata: n }));
        expect([line, validate(JSON.parse(line)), validate.errors]).toEqual([line, true, null]);
      },
    ),
  );
});

test('a record of ordinary values is valid as it is, with its nulls', () => {
  const record = new Tape().keep({ measurements: { duration: 1.5 }, metadata: { model: 'm', tokens: { prompt: 3 } } });
  expect(validate(record)).toBe(true);
  expect(Object.values(record)).toContain(null);
});

test('the fields that are never null are those that the schema requires, and only they', () => {
  const record: Record<string, unknown> = { ...new Tape().keep({}) };
  for (const { name } of FIELDS) {
    expect([name, validate({ ...record, [name]: null })]).toEqual([name, !NEVER_NULL.has(name)]);
    const { [name]: _, ...without } = record;
    expect([name, validate(without)]).toEqual([name, !NEVER_NULL.has(name)]);
  }
});

test('what is no record is not valid', () => {
  const record = new Tape().keep({ measurements: { loss: 1 } });
  for (const wrong of [
    { loss: 'one' },
    { loss: 'nan' },
    { epoch: 1.5 },
    { scope: 'elsewhere' },
    { tags: [1] },
    { other: 1 },
  ]) {
    expect([wrong, validate({ ...record, ...wrong })]).toEqual([wrong, false]);
  }
});
