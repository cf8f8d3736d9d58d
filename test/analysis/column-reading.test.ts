import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextIds } from '../../src/analysis/rows/text-ids.ts';
import { Column } from '../../src/record/column.ts';
import { Dictionary } from '../../src/record/dictionary.ts';

const CAPACITY = 700;

type Cell = number | string | boolean | null | undefined;

const numbers = fc.oneof(fc.integer({ min: 0, max: 70000 }), fc.double(), fc.constantFrom(Number.NaN, -0));
const texts = fc.constantFrom('a', 'b', 'c', '');
const cells: fc.Arbitrary<Cell[]> = fc
  .constantFrom<fc.Arbitrary<Cell>>(
    numbers,
    fc.constant(3),
    texts,
    fc.boolean(),
    fc.oneof(numbers, texts, fc.boolean()),
  )
  .chain((cell) => {
    const gaps = fc
      .constantFrom(0, 1, 9)
      .chain((weight) =>
        fc.oneof({ weight: 2, arbitrary: cell }, { weight, arbitrary: fc.constantFrom(null, undefined) }),
      );
    return fc.array(gaps, { minLength: 1, maxLength: 40 });
  });

function columnOf(pattern: readonly Cell[], sealed: boolean, dictionary = new Dictionary()): [Column, Cell[]] {
  const column = new Column(CAPACITY, dictionary);
  const all = Array.from({ length: CAPACITY }, (_, row) => pattern[row % pattern.length]);
  all.forEach((cell, row) => {
    if (cell === null) column.setNull(row);
    else if (typeof cell === 'number') column.setNumber(row, cell);
    else if (typeof cell === 'string') column.setText(row, cell);
    else if (typeof cell === 'boolean') column.setFlag(row, cell);
  });
  if (sealed) column.seal(CAPACITY);
  return [column, all];
}

describe('a column in every form', () => {
  it('gives the numbers that its cells hold', () => {
    fc.assert(
      fc.property(cells, fc.boolean(), fc.nat(5), (pattern, sealed, offset) => {
        const [column, all] = columnOf(pattern, sealed);
        const target = new Float64Array(CAPACITY + offset);
        const present = new Uint8Array(CAPACITY + offset).fill(7);
        column.readNumbers(CAPACITY, target, present, offset);
        all.forEach((cell, row) => {
          expect(present[offset + row]).toBe(typeof cell === 'number' ? 1 : 0);
          expect(target[offset + row]).toBe(typeof cell === 'number' ? cell : Number.NaN);
        });
      }),
    );
  });

  it('gives the flags that its cells hold', () => {
    fc.assert(
      fc.property(cells, fc.boolean(), (pattern, sealed) => {
        const [column, all] = columnOf(pattern, sealed);
        const target = new Uint8Array(CAPACITY).fill(7);
        column.readFlags(CAPACITY, target);
        expect([...target]).toEqual(all.map((cell) => (cell === true ? 2 : cell === false ? 1 : 0)));
      }),
    );
  });

  it('gives one number to each of its texts, the same as every other column', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cells, fc.boolean()), { minLength: 1, maxLength: 4 }), (columns) => {
        const ids = new TextIds();
        const shared = new Dictionary();
        columns.forEach(([pattern, sealed], i) => {
          const [column, all] = columnOf(pattern, sealed, i % 2 === 0 ? shared : new Dictionary());
          const target = new Int32Array(CAPACITY).fill(77);
          ids.read(column, CAPACITY, target);
          all.forEach((cell, row) => {
            if (typeof cell === 'string') expect(ids.texts[target[row]!]).toBe(cell);
            else expect(target[row]).toBe(-1);
          });
        });
        expect(new Set(ids.texts).size).toBe(ids.texts.length);
      }),
    );
  });

  it('knows texts again that are too many for codes', () => {
    const many = Array.from({ length: CAPACITY }, (_, row) => `text ${row % 600}`);
    const [column] = columnOf(many, false);
    const ids = new TextIds();
    const target = new Int32Array(CAPACITY);
    ids.read(column, CAPACITY, target);
    expect(column.readCodes(CAPACITY, target.slice())).toBe(false);
    expect(ids.texts).toHaveLength(600);
    expect(target[650]).toBe(target[50]);
    ids.read(undefined, 3, target);
    expect([...target.subarray(0, 4)]).toEqual([-1, -1, -1, 3]);
  });
});
