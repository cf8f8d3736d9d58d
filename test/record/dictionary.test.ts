import { describe, expect, test } from 'vitest';
import { Column, ColumnKind } from '../../src/record/column.ts';
import { Dictionary } from '../../src/record/dictionary.ts';

test('equal strings have one code, different strings different ones', () => {
  const dictionary = new Dictionary();
  const codes = ['a', 'b', 'a', 'a', 'c', 'b', ''].map((text) => dictionary.code(text));
  expect(codes).toEqual([0, 1, 0, 0, 2, 1, 3]);
  expect(codes.map((code) => dictionary.texts[code])).toEqual(['a', 'b', 'a', 'a', 'c', 'b', '']);
});

describe('strings that are mostly different', () => {
  test('are kept inline after a trial, and those that have a code keep it', () => {
    const dictionary = new Dictionary();
    const codes = Array.from({ length: 1000 }, (_, i) => dictionary.code(`id-${i}`));
    expect(dictionary.inline).toBe(true);
    expect(codes.indexOf(-1)).toBe(dictionary.texts.length);
    expect(dictionary.texts.length).toBeLessThan(1000);
    expect(dictionary.code('id-0')).toBe(0);
    expect(dictionary.code('new')).toBe(-1);
    expect(dictionary.code('new')).toBe(-1);
  });

  test('are kept inline beyond the number of codes, however often they repeat', () => {
    const dictionary = new Dictionary();
    for (let round = 0; round < 3; round++) for (let i = 0; i < 5000; i++) dictionary.code(`id-${i}`);
    expect(dictionary.inline).toBe(true);
    expect(dictionary.texts.length).toBeLessThanOrEqual(4096);
  });
});

test('strings that repeat keep their codes, however many events there are', () => {
  const dictionary = new Dictionary();
  const codes = Array.from({ length: 100_000 }, (_, i) => dictionary.code(`model-${i % 50}`));
  expect(codes.every((code, i) => code === i % 50)).toBe(true);
  expect(dictionary.inline).toBe(false);
});

test('a column whose dictionary turns inline keeps the cells it has, null and absent ones too', () => {
  const dictionary = new Dictionary();
  const column = new Column(1000, dictionary);
  const expected: (string | null | undefined)[] = [];
  for (let row = 0; row < 1000; row++) {
    const text = row % 10 === 3 ? null : row % 10 === 4 ? undefined : `id-${row}`;
    expected.push(text);
    if (text === null) column.setNull(row);
    else if (text !== undefined) column.setText(row, text);
  }
  expect(column.kind).toBe(ColumnKind.VALUE);
  const cells = () => Array.from({ length: 1000 }, (_, row) => column.get(row));
  expect(cells()).toEqual(expected);
  const later = new Column(10, dictionary);
  later.setText(0, 'id-0');
  later.setText(1, 'newer');
  expect([later.get(0), later.get(1), later.get(2)]).toEqual(['id-0', 'newer', undefined]);
  column.seal(1000);
  expect(cells()).toEqual(expected);
});
