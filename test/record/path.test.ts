import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CrucibleError } from '../../src/core/errors.ts';
import { parsePath, pathName } from '../../src/record/path.ts';
import { key } from './values.ts';

const path = fc.record({
  root: fc.constantFrom('measurements' as const, 'metadata' as const),
  keys: fc.array(key, { minLength: 1, maxLength: 5 }),
});

test('the name of a path can be read back', () => {
  fc.assert(
    fc.property(path, (path) => {
      expect(parsePath(pathName(path))).toEqual(path);
    }),
  );
});

test('different paths have different names', () => {
  fc.assert(
    fc.property(path, path, (a, b) => {
      expect(pathName(a) === pathName(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test.each([
  ['metadata.tokens.prompt', ['tokens', 'prompt']],
  ['metadata."a.b".c', ['a.b', 'c']],
  ['metadata.""', ['']],
  ['metadata."\\"quoted\\""', ['"quoted"']],
  ['metadata. with spaces ', [' with spaces ']],
  ['metadata.*', ['*']],
])('%s is read', (name, keys) => {
  expect(parsePath(name)).toEqual({ root: 'metadata', keys });
});

test.each(['metadata', 'measurements', 'loss', '', 'metadatas.a', 'xmetadata.a'])('%j is no path', (name) => {
  expect(parsePath(name)).toBeUndefined();
});

test.each([
  'metadata.',
  'metadata..a',
  'metadata.a.',
  'metadata.a"b',
  'metadata."a',
  'metadata."a"b',
  'metadata."\\x"',
  'metadata."\n"',
])('%j is refused', (name) => {
  expect(() => parsePath(name)).toThrow(CrucibleError);
  expect(() => parsePath(name)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});
