import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextIds } from '../../src/analysis/rows/text-ids.ts';
import { ByteTexts } from '../../src/record/byte-texts.ts';
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

describe('numbers of texts', () => {
  // Alike at either end, of every length up to two words, of one to four bytes a character, and of half a character.
  const anyText = fc.oneof(
    fc.nat(300).map((n) => `sample-${n}`),
    fc.nat(30).map((n) => `${n}-of-a-name-that-is-long-enough-for-more-than-a-few-words`),
    fc.string({ unit: 'binary', maxLength: 9 }),
    fc.constantFrom(
      '',
      'a',
      'aa',
      'aaa',
      'aaaa',
      'aaaaa',
      '\0',
      'a\0',
      '\ud800',
      '\ud801',
      '\ufffd',
      'é',
      'é😀',
      '\ud83d',
    ),
  );
  const isHalf = (text: string) => !text.isWellFormed();

  function inBytes(all: readonly (string | null)[]): Column {
    const bytes = new ByteTexts(all.length);
    all.forEach((text, row) => {
      if (text === null) return;
      bytes.starts[row] = bytes.append(Buffer.from(text));
      bytes.ends[row] = bytes.starts[row]! + Buffer.byteLength(text);
    });
    const column = new Column(all.length, new Dictionary());
    column.setBytes(0, bytes, 0, all.length);
    return column;
  }

  it('are those of a map that counts up, whether a text comes as a string or as bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, fc.boolean()), { maxLength: 400 }), (asked) => {
        const ids = new TextIds();
        const oracle = new Map<string, number>();
        const target = new Int32Array(1);
        for (const [text, bytes] of asked) {
          if (!oracle.has(text)) oracle.set(text, oracle.size);
          if (bytes && !isHalf(text)) ids.read(inBytes([text]), 1, target);
          else target[0] = ids.id(text);
          expect(target[0]).toBe(oracle.get(text));
        }
        expect(ids.count).toBe(oracle.size);
        expect(ids.texts).toEqual([...oracle.keys()]);
      }),
    );
  });

  it('are kept for many texts, in the order of the first time and in another', () => {
    const count = 50_000;
    const column = inBytes(Array.from({ length: count }, (_, i) => (i % 1000 === 999 ? null : `sample-${i}`)));
    const ids = new TextIds();
    const [first, again] = [new Int32Array(count), new Int32Array(count)];
    ids.read(column, count, first);
    ids.read(column, count, again);
    expect(again).toEqual(first);
    expect(first[999]).toBe(-1);
    for (let i = count - 2; i >= 0; i -= 7) if (i % 1000 !== 999) expect(ids.id(`sample-${i}`)).toBe(first[i]);
    expect(ids.count).toBe(count - count / 1000);
    ids.complete(true);
    expect(ids.text(first[41_234]!)).toBe('sample-41234');
  });
});
