import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, fittedTable } from '../../../src/cli/terminal/table.ts';
import { cleanText, shorten, textWidth } from '../../../src/cli/terminal/text-width.ts';

type Row = readonly string[];

const column = (i: number, more: Partial<Column<Row>>): Column<Row> => ({
  title: `T${i}`,
  value: (row) => row[i]!,
  ...more,
});

describe('a table', () => {
  it('is as wide as its texts where there is room, numbers flush right, without space at the end of a line', () => {
    const columns = [column(0, {}), column(1, { align: 'right' }), column(2, {})];
    const { lines, dropped } = fittedTable(
      [
        ['a', '1,000', 'x'],
        ['bcd', '5', 'yz'],
      ],
      columns,
      80,
    );
    expect(lines).toEqual(['T0      T1  T2', 'a    1,000  x', 'bcd      5  yz']);
    expect(dropped).toEqual([]);
  });

  it('drops columns of little weight before it cuts texts, and those of more after', () => {
    const columns = [column(0, {}), column(1, { min: 3 }), column(2, { keep: 1 }), column(3, { keep: 7 })];
    const rows = [['identity', 'a long name', 'minor', 'major']];
    const dropped = (width: number) => fittedTable(rows, columns, width).dropped;
    expect(dropped(40)).toEqual([]);
    expect(dropped(34)).toEqual(['T2']);
    expect(fittedTable(rows, columns, 22).lines[1]).toBe('identity  a lo…  major');
    expect(dropped(19)).toEqual(['T2', 'T3']);
  });

  it('never is wider than asked where its columns can give way', () => {
    const cells = fc.array(fc.array(fc.string({ maxLength: 30 }), { minLength: 4, maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(cells, fc.integer({ min: 12, max: 120 }), (rows, width) => {
        const columns = [
          column(0, { min: 3 }),
          column(1, { min: 3, keep: 9 }),
          column(2, { keep: 2 }),
          column(3, { keep: 6 }),
        ];
        for (const line of fittedTable(rows, columns, width).lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 200 },
    );
  });
});

describe('text in a terminal', () => {
  it('is measured in columns', () => {
    expect(textWidth('abc')).toBe(3);
    expect(textWidth('日本')).toBe(4);
    expect(textWidth('e\u0301')).toBe(1);
    expect(textWidth('\u001b[31mred\u001b[0m')).toBe(3);
  });

  it('is cut to fit, never in the middle of a wide character', () => {
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('日本語', 4)).toBe('日…');
    expect(shorten('abcd', 4)).toBe('abcd');
  });

  it('cannot move the cursor', () => {
    expect(cleanText('a\u001b[2Jb\r\nc\u0007\u009b1m')).not.toMatch(/[\p{Cc}]/u);
  });
});
