import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ByteCells } from '../../src/engine/byte-cells.ts';
import { type Engine, openEngine, sqlText } from '../../src/engine/duckdb.ts';
import { isValid, numberCells, TextCells } from '../../src/engine/vectors.ts';

const folder = mkdtempSync(join(tmpdir(), 'crucible-vectors-'));
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: folder });
});
afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

type Way = 'strings' | 'parts' | 'bytes';

async function texts(sql: string, way: Way): Promise<(string | null)[]> {
  if (way === 'bytes') return textsOfBytes(sql);
  const cells = new TextCells(way === 'parts');
  const found: (string | null)[] = [];
  const chunk: (string | null)[] = [];
  for await (const each of await engine.connection.stream(sql)) {
    cells.read(each, 0, chunk);
    found.push(...chunk.slice(0, each.rowCount));
  }
  return found;
}

async function textsOfBytes(sql: string): Promise<(string | null)[]> {
  const cells = new ByteCells();
  const found: (string | null)[] = [];
  for await (const each of await engine.connection.stream(sql)) {
    cells.read(each, 0);
    for (let row = 0; row < each.rowCount; row++) found.push(cells.texts.get(row) ?? null);
  }
  return found;
}

// One row to a text, in the form that a Parquet page gives it.
async function throughParquet(values: readonly (string | null)[], way: Way): Promise<(string | null)[]> {
  const file = join(folder, 'texts.parquet');
  const rows = values.map((value, i) => `(${i}, ${value === null ? 'NULL' : sqlText(value)})`);
  await engine.run(
    `COPY (SELECT t::VARCHAR AS t FROM (VALUES ${rows.join(', ')}) v(i, t) ORDER BY i) TO '${file}' (FORMAT parquet)`,
  );
  return texts(`SELECT t FROM '${file}'`, way);
}

describe.each([
  { how: 'of their own', way: 'strings' },
  { how: 'as parts of a long one', way: 'parts' },
  { how: 'as bytes', way: 'bytes' },
] as const)('texts of a column, $how', ({ way }) => {
  it('are what was stored, short or long, repeated or not', async () => {
    const text = fc.oneof(
      fc.constant(null),
      fc.constantFrom(
        '',
        'a',
        'twelve bytes',
        'thirteen byte',
        'é😀',
        'x'.repeat(300),
        '\ufeffq1',
        `\ufeff${'q'.repeat(20)}`,
        `\ufeff${'q'.repeat(300)}`,
        'gpt-4o',
        'gpt-4o-mini',
      ),
      fc.string({ unit: 'grapheme', maxLength: 40 }).filter((each) => !each.includes('\0')),
      fc.nat(1e9).map((n) => `request-${n}-${'ü'.repeat(n % 9)}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 300 }), async (values) => {
        expect(await throughParquet(values, way)).toEqual(values);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['unique and long', `'a long unique text, number ' || i`],
    [
      'of characters of several bytes now and then',
      `'a long text, ' || CASE WHEN i % 977 = 0 THEN 'é😀' ELSE '' END || i`,
    ],
    ['unique and short', `'id-' || i`],
    ['few and long', `'a long text that repeats, number ' || (i % 7)`],
    ['few and short', `'model-' || (i % 7)`],
    ['more short ones than are kept', `'m' || (i % 9000)`],
    ['long and short in turn', `CASE WHEN i % 3 = 0 THEN 'short' ELSE 'long enough to lie elsewhere ' || i END`],
    ['often missing', `CASE WHEN i % 5 = 0 THEN 'a long unique text, number ' || i END`],
    ['very long', `repeat('x' || i, 1 + (i % 400))`],
  ])('over many vectors: %s', async (_, sql) => {
    const file = join(folder, 'many.parquet');
    await engine.run(
      `COPY (SELECT i, ${sql} AS t FROM range(20000) r(i)) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 4096)`,
    );
    const expected = (await engine.connection.runAndReadAll(`SELECT t FROM '${file}'`)).getColumns()[0];
    expect(await texts(`SELECT t FROM '${file}'`, way)).toEqual(expected);
    expect(await texts(`SELECT t FROM '${file}' WHERE i % 3 <> 1`, way)).toEqual(
      expected!.filter((_, i) => i % 3 !== 1),
    );
  });
});

describe('numbers of a column', () => {
  it('are the values, and say which are missing', async () => {
    const sql = `SELECT CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'NaN'::DOUBLE WHEN 2 THEN i / 7 ELSE '-0.0'::DOUBLE END
      FROM range(5000) r(i)`;
    const found: (number | null)[] = [];
    for await (const chunk of await engine.connection.stream(sql)) {
      const { values, validity } = numberCells(chunk, 0);
      for (let row = 0; row < chunk.rowCount; row++) found.push(isValid(validity, row) ? values[row]! : null);
    }
    expect(found).toEqual(Array.from({ length: 5000 }, (_, i) => [null, Number.NaN, i / 7, -0][i % 4]));
  });
});
