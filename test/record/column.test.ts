import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Column, ColumnKind } from '../../src/record/column.ts';
import { Dictionary } from '../../src/record/dictionary.ts';
import { number, text } from './values.ts';

type Cell = number | string | boolean | null | undefined | bigint | object;

function set(column: Column, row: number, cell: Cell): void {
  if (cell === undefined) return;
  if (cell === null) column.setNull(row);
  else if (typeof cell === 'number') column.setNumber(row, cell);
  else if (typeof cell === 'string') column.setText(row, cell);
  else if (typeof cell === 'boolean') column.setFlag(row, cell);
  else column.setValue(row, cell);
}

function columnOf(cells: readonly Cell[], capacity = cells.length): Column {
  const column = new Column(capacity, new Dictionary());
  cells.forEach((cell, row) => {
    set(column, row, cell);
  });
  return column;
}

function cellsOf(column: Column, rows: number): unknown[] {
  return Array.from({ length: rows }, (_, row) => column.get(row));
}

function sealed(cells: readonly Cell[]): Column {
  const column = columnOf(cells);
  column.seal(cells.length);
  return column;
}

describe('a sealed column has the cells that it had', () => {
  const { CONSTANT, SPARSE, NUMBER, CODE, FLAG, VALUE } = ColumnKind;
  const fill = (count: number, make: (i: number) => Cell): Cell[] => Array.from({ length: count }, (_, i) => make(i));
  test.each<[string, Cell[], number]>([
    ['one number over and over', fill(20, () => 0.5), CONSTANT],
    ['one text', fill(20, () => 'a'), CONSTANT],
    ['one flag', fill(20, () => false), CONSTANT],
    ['null alone', fill(20, () => null), CONSTANT],
    ['NaN alone', fill(20, () => Number.NaN), CONSTANT],
    ['zeros', fill(20, () => 0), CONSTANT],
    ['negative zeros', fill(20, () => -0), CONSTANT],
    ['zeros, then negative zeros', fill(20, (i) => (i < 10 ? 0 : -0)), NUMBER],
    ['a negative zero, then zeros', fill(20, (i) => (i < 1 ? -0 : 0)), NUMBER],
    ['null, then NaN', fill(20, (i) => (i < 1 ? null : Number.NaN)), NUMBER],
    ['NaN, then null', fill(20, (i) => (i < 19 ? Number.NaN : null)), NUMBER],
    ['few numbers', fill(20, (i) => (i % 5 === 2 ? i + 0.5 : undefined)), SPARSE],
    ['few numbers after few nulls', fill(20, (i) => (i === 3 ? null : i === 9 ? 4 : undefined)), SPARSE],
    ['few texts', fill(20, (i) => (i % 5 === 2 ? `t${i}` : undefined)), SPARSE],
    ['few nulls', fill(20, (i) => (i % 5 === 2 ? null : undefined)), SPARSE],
    ['few flags', fill(20, (i) => (i % 5 === 2 ? i > 9 : undefined)), SPARSE],
    ['few lists', fill(20, (i) => (i % 5 === 2 ? [i] : i === 3 ? 'x' : undefined)), SPARSE],
    ['nothing', fill(20, () => undefined), ColumnKind.EMPTY],
    ['small whole numbers', fill(20, (i) => i * 3449), NUMBER],
    ['whole numbers of both signs', fill(20, (i) => (i - 10) * 2 ** 27), NUMBER],
    ['the ends of 32 bits', [2 ** 31 - 1, -(2 ** 31), 0], NUMBER],
    ['whole numbers beyond 32 bits', [2 ** 31, -(2 ** 31) - 1, 2 ** 52, 1], NUMBER],
    ['the ends of 16 bits', [65535, 0, 1], NUMBER],
    ['beyond 16 bits', [65536, 0, 1], NUMBER],
    ['whole numbers and a negative zero', [5, -0, 0, 7], NUMBER],
    ['whole numbers and NaN', [5, Number.NaN, 0], NUMBER],
    ['whole numbers and null', [5, null, 0], NUMBER],
    ['whole numbers and nothing', [5, undefined, 0], NUMBER],
    ['texts', ['a', 'b', 'a', null, ''], CODE],
    ['flags', [true, false, null, undefined], FLAG],
    ['values of every type', [1, 'a', true, null, undefined, [1], { a: 1 }, 2n ** 60n, Number.NaN, -0], VALUE],
    ['one cell', [7], CONSTANT],
  ])('%s', (_, cells, kind) => {
    const column = sealed(cells);
    deepStrictEqual(cellsOf(column, cells.length), cells);
    expect(column.kind).toBe(kind);
  });

  test('for any cells, and it takes no more than a part of them', () => {
    const cell: fc.Arbitrary<Cell> = fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: fc.constant(null) },
      { weight: 4, arbitrary: number },
      { weight: 2, arbitrary: text },
      { weight: 2, arbitrary: fc.boolean() },
      { weight: 1, arbitrary: fc.constantFrom<object | bigint>([], {}, 2n ** 60n) },
    );
    const cells = fc.oneof(
      fc.array(cell, { minLength: 1, maxLength: 50 }),
      fc
        .array(cell, { minLength: 1, maxLength: 2 })
        .chain((pool) => fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 50 })),
      fc.array(number, { minLength: 1, maxLength: 50 }),
    );
    fc.assert(
      fc.property(cells, (cells) => {
        const column = columnOf(cells);
        deepStrictEqual(cellsOf(column, cells.length), cells);
        expectNumbers(column, cells);
        column.seal(cells.length);
        deepStrictEqual(cellsOf(column, cells.length), cells);
        expectNumbers(column, cells);
      }),
      { numRuns: 1000 },
    );
  });
});

test('a column that began with nulls takes the form of its first value', () => {
  for (const [value, kind] of [
    [1, ColumnKind.NUMBER],
    ['a', ColumnKind.CODE],
    [true, ColumnKind.FLAG],
    [[1], ColumnKind.VALUE],
  ] as const) {
    const cells = [null, undefined, null, value, null];
    const column = columnOf(cells, 8);
    expect(column.kind).toBe(kind);
    expect(cellsOf(column, 8)).toEqual([...cells, undefined, undefined, undefined]);
  }
});

test('a cell is what was written last; cleared, it is absent', () => {
  const cell = fc.constantFrom<Cell[]>(1, Number.NaN, 'a', 'b', true, null, [1], undefined);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(4), cell), { maxLength: 30 }), (writes) => {
      const column = new Column(5, new Dictionary());
      const expected: Cell[] = new Array(5).fill(undefined);
      for (const [row, cell] of writes) {
        if (cell === undefined) column.clear(row);
        else set(column, row, cell);
        expected[row] = cell;
      }
      deepStrictEqual(cellsOf(column, 5), expected);
    }),
    { numRuns: 1000 },
  );
});

describe('two columns with the same cells', () => {
  const pairs: [string, Cell[], Cell[], boolean][] = [
    ['numbers', [1, null, Number.NaN, undefined, -0], [1, null, Number.NaN, undefined, -0], true],
    ['zeros of two signs', [0, 1], [-0, 1], false],
    ['NaN and null', [Number.NaN, 1], [null, 1], false],
    ['null and nothing', [null, 1], [undefined, 1], false],
    ['mixed values', [1, 'a'], [1, 'a'], true],
    ['mixed values with zeros of two signs', [0, 'a'], [-0, 'a'], false],
    ['different forms', [1, 2], ['1', '2'], false],
  ];
  test.each(pairs)('are known by them: %s', (_, mine, theirs, same) => {
    expect(columnOf(mine).sameCells(columnOf(theirs), mine.length)).toBe(same);
  });

  test('are known by their codes where they share a dictionary', () => {
    const dictionary = new Dictionary();
    const columns = ['abca', 'abca', 'abcb'].map((texts) => {
      const column = new Column(4, dictionary);
      [...texts].forEach((text, row) => {
        column.setText(row, text);
      });
      return column;
    });
    expect(columns[0]!.sameCells(columns[1]!, 4)).toBe(true);
    expect(columns[0]!.sameCells(columns[2]!, 4)).toBe(false);
    expect(columns[0]!.sameCells(columns[2]!, 3)).toBe(true);
  });
});

function expectNumbers(column: Column, cells: readonly Cell[]): void {
  const target = new Float64Array(cells.length + 2).fill(99);
  const present = new Uint8Array(cells.length + 2).fill(7);
  column.readNumbers(cells.length, target, present, 1);
  const numbers = cells.map((cell) => typeof cell === 'number');
  deepStrictEqual([...present], [7, ...numbers.map(Number), 7]);
  deepStrictEqual([...target], [99, ...cells.map((cell) => (typeof cell === 'number' ? cell : Number.NaN)), 99]);
}
