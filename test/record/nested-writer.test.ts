import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ColumnBatch } from '../../src/record/batch.ts';
import { fromJsonText, toJsonText } from '../../src/record/json.ts';
import { NestedWriter } from '../../src/record/nested-writer.ts';
import { BatchSchema } from '../../src/record/schema.ts';
import { jsonLike, objectOf } from './values.ts';

/** The cells of all columns, by name, after the texts were written in their order. */
function cellsOf(texts: readonly string[], how: 'parsed' | 'text' | 'kinds'): Map<string, unknown[]> {
  const schema = new BatchSchema({ id: 'exp-1' }, 'w1');
  const batch = new ColumnBatch(schema, 4096, 0);
  const writer = new NestedWriter(schema, how === 'kinds');
  texts.forEach((text, row) => {
    batch.rows = row + 1;
    if (how === 'parsed') writer.write(batch, row, 'metadata', fromJsonText(text) as Record<string, unknown>);
    else writer.writeText(batch, row, 'metadata', text);
  });
  return new Map(
    schema.nested.map(({ name, index }) => [name, texts.map((_, row) => batch.columns[index]?.get(row))] as const),
  );
}

const kinds = (cells: readonly unknown[]) =>
  new Set(
    cells.map((cell) => (typeof cell === 'number' ? (Number.isInteger(cell) ? 'integer' : 'fraction') : typeof cell)),
  );

// What others may have written, too.
const TEXTS = [
  '{"a":1,"b":"x"}',
  '{"a":2.5,"b":"y"}',
  '{"a":-3,"b":"\\u0041\\n"}',
  '{"a":1e3,"b":""}',
  '{"a":1.0,"b":"z"}',
  '{"a":-0,"b":"$"}',
  '{"a":12345678901234567890,"b":"z"}',
  '{"a":{"$number":"NaN"},"b":"z"}',
  '{"a":4,"b":null}',
  '{"a":5,"a":6,"b":"z"}',
  '{"b":"first","a":7}',
  '{ "a":8,"b":"z"}',
  '{"a":9,"b":"z","1":true}',
  '{"a":true,"b":"z"}',
  '{"a.b":{"c":"]}{["},"[":"^$","b":"z"}',
];

describe('text of objects', () => {
  test('is read as a parser reads it, the first time and later', () => {
    const again = [...TEXTS, ...TEXTS, ...TEXTS.toReversed()];
    expect(cellsOf(again, 'text')).toEqual(cellsOf(again, 'parsed'));
  });

  test('that is not JSON is refused, whatever it resembles', () => {
    for (const bad of [
      '{"a":01,"b":"x"}',
      '{"a":1,"b":"\n"}',
      '{"a":1.,"b":"x"}',
      '{"a":1,"b":"x"} x',
      '{"a":1,"b":"x"}}',
    ])
      expect(() => cellsOf([TEXTS[0]!, TEXTS[1]!, bad], 'text')).toThrow(SyntaxError);
  });

  test('of any object is read so', () => {
    const texts = fc.array(objectOf(jsonLike()), { minLength: 1, maxLength: 8 }).map((made) => made.map(toJsonText));
    fc.assert(
      fc.property(texts, (some) => {
        const again = [...some, ...some];
        expect(cellsOf(again, 'text')).toEqual(cellsOf(again, 'parsed'));
      }),
    );
  });

  test('has the same kinds of values where only kinds are asked for', () => {
    const texts = fc.array(
      fc.record({
        x: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 60, 1e21, -0, 1)),
        y: fc.oneof({ weight: 8, arbitrary: fc.double() }, { weight: 1, arbitrary: fc.string() }),
        z: fc.oneof(fc.boolean(), fc.constant(null)),
      }),
      { minLength: 2, maxLength: 40 },
    );
    fc.assert(
      fc.property(texts, (objects) => {
        const some = objects.map(toJsonText);
        const [found, all] = [cellsOf(some, 'kinds'), cellsOf(some, 'parsed')];
        for (const [name, cells] of all) {
          const without = kinds(found.get(name)!);
          without.delete('undefined');
          expect(without).toEqual(kinds(cells));
        }
      }),
    );
  });
});
