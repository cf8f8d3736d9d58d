import { expect, test } from 'vitest';
import { FIELDS, fieldIndex } from '../../src/record/fields.ts';
import { BatchSchema, MAX_PATHS } from '../../src/record/schema.ts';

const path = (...keys: string[]) => ({ root: 'metadata' as const, keys });

test('a path has one column, however often it is asked for, and columns are numbered as they are met', () => {
  const schema = new BatchSchema({ id: 'e' }, 'w');
  const [a, b, again] = [schema.column(path('a')), schema.column(path('a', 'b')), schema.column(path('a'))];
  expect([a!.index, b!.index]).toEqual([FIELDS.length, FIELDS.length + 1]);
  expect(again).toBe(a);
  expect(schema.find('metadata.a.b')).toBe(b);
  expect(schema.find('metadata.a.c')).toBeUndefined();
  expect([schema.isParent('metadata.a'), schema.isParent('metadata.a.b')]).toEqual([true, false]);
});

test('there are so many columns and no more, and those that are there stay', () => {
  const schema = new BatchSchema({ id: 'e' }, 'w');
  for (let i = 0; i < MAX_PATHS + 10; i++) schema.column(path(`k${i}`));
  expect(schema.nested).toHaveLength(MAX_PATHS);
  expect(schema.column(path('new'))).toBeUndefined();
  expect(schema.column(path('k5'))?.name).toBe('metadata.k5');
});

test('a field and what it is copied from share their strings', () => {
  const schema = new BatchSchema({ id: 'e' }, 'w');
  const [model, nested] = [fieldIndex('model'), schema.column(path('model'))!.index];
  expect(schema.dictionary(model)).not.toBe(schema.dictionary(nested));
  schema.linkCopy(model, nested);
  schema.linkCopy(model, nested);
  expect(schema.dictionary(model)).toBe(schema.dictionary(nested));
  expect(schema.copiesOf(model)).toEqual([nested]);
});

test('what the experiment does not say is null', () => {
  expect(new BatchSchema({ id: 'e' }, 'w').experiment).toEqual({
    id: 'e',
    name: null,
    study: null,
    condition: null,
    replicate: null,
    tags: [],
    started_at: null,
  });
});
