import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromJsonText, toJsonText } from '../../src/record/json.ts';
import { snapshot } from '../../src/record/snapshot.ts';
import { jsonLike, objectOf } from './values.ts';

// Lone surrogates are replaced by intent; they have a test of their own.
const wellFormed = (value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  const result = {};
  for (const [key, property] of Object.entries(value)) {
    Object.defineProperty(result, key.toWellFormed(), {
      value: wellFormed(property),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
};

test('a value that is written as text is read back as it was', () => {
  fc.assert(
    fc.property(jsonLike(), (value) => {
      const plain = wellFormed(snapshot(value));
      deepStrictEqual(fromJsonText(toJsonText(plain)), plain);
    }),
    { numRuns: 500 },
  );
});

test('an object that looks like one of our tags is read back as it was', () => {
  const tag = fc.constantFrom('$number', '$bigint', '$literal', '$', '$other');
  const content = fc.oneof(
    fc.constantFrom<unknown[]>('NaN', '-0', '5', 'Infinity', 'abc', '', 5, null, true, Number.NaN, 2n ** 60n, {}, []),
    jsonLike(),
  );
  const tagged = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof({ maxDepth: 5 }, content, objectOf(tie('node'), tag, 2), fc.array(tie('node'), { maxLength: 2 })),
  })).node;
  fc.assert(
    fc.property(tagged, (value) => {
      const plain = wellFormed(snapshot(value));
      deepStrictEqual(fromJsonText(toJsonText(plain)), plain);
    }),
    { numRuns: 500 },
  );
});

test.each([
  [Number.NaN, '{"$number":"NaN"}'],
  [Infinity, '{"$number":"Infinity"}'],
  [-Infinity, '{"$number":"-Infinity"}'],
  [-0, '{"$number":"-0"}'],
  [9007199254740993n, '{"$bigint":"9007199254740993"}'],
  [-(2n ** 70n), '{"$bigint":"-1180591620717411303424"}'],
  [{ a: [1.5, Number.NaN, { b: -0 }] }, '{"a":[1.5,{"$number":"NaN"},{"b":{"$number":"-0"}}]}'],
  [{ $number: 'NaN' }, '{"$literal":{"$number":"NaN"}}'],
  [{ $number: 'NaN', unit: 'ms' }, '{"$number":"NaN","unit":"ms"}'],
  [0, '0'],
  [null, 'null'],
  ['"\n', '"\\"\\n"'],
])('%s is written %s', (value, text) => {
  expect(toJsonText(value)).toBe(text);
  deepStrictEqual(fromJsonText(text), value);
});

test('what only looks like a tag of ours in text of others is an object', () => {
  for (const text of [
    '{"$number":"5"}',
    '{"$number":"abc"}',
    '{"$number":5}',
    '{"$bigint":"0x10"}',
    '{"$bigint":""}',
    '{"$literal":5}',
  ]) {
    expect(fromJsonText(text)).toEqual(JSON.parse(text));
  }
});

test('a lone surrogate becomes U+FFFD, in keys and in values', () => {
  expect(fromJsonText(toJsonText({ 'a\ud800': ['\udc00b', '🙂'] }))).toEqual({ 'a\ufffd': ['\ufffdb', '🙂'] });
  expect(toJsonText('\ud800')).toBe('"\ufffd"');
});

test('a key of any name is a key', () => {
  const value = JSON.parse('{"__proto__":{"x":1},"constructor":{"$number":"NaN"},"":0}') as object;
  const plain = snapshot({ inner: value, nan: Number.NaN });
  deepStrictEqual(fromJsonText(toJsonText(plain)), plain);
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test('text that is not JSON is a SyntaxError', () => {
  expect(() => fromJsonText('{"a":')).toThrow(SyntaxError);
});
