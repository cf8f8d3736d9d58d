import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, openEngine } from '../../../src/engine/duckdb.ts';
import type { EventRecord } from '../../../src/record/event-record.ts';
import { FIELDS } from '../../../src/record/fields.ts';
import { fromJsonText } from '../../../src/record/json.ts';
import { recordToLine } from '../../../src/record/record-line.ts';
import { sealSegment } from '../../../src/stores/local/seal-segment.ts';
import { experimentFolder, linesOf, NOON, recordsOf, requests } from './segments.ts';

const folder = experimentFolder();
let files = 0;
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: join(folder.path, 'duckdb'), memoryLimit: '256MB' });
});
afterAll(() => engine.close());

function live(text: string | Buffer): string {
  return folder.live('w1', files++, text);
}

function sealedPath(path: string): string {
  return path.replace('.jsonl', '.parquet');
}

function beside(path: string): string[] {
  const stem = basename(path, '.jsonl');
  return readdirSync(dirname(path))
    .filter((name) => name.includes(stem))
    .sort();
}

/** Reads with another library than the one that wrote. */
async function sealedRows(path: string): Promise<Record<string, unknown>[]> {
  const file = readFileSync(sealedPath(path));
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
  return parquetReadObjects({ file: bytes, compressors });
}

/** What a record should be in a sealed file. */
function expected(record: EventRecord): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const { name, type } of FIELDS) {
    const value = (record as unknown as Record<string, unknown>)[name];
    if (value === null || type === 'string' || type === 'number' || type === 'boolean' || type === 'strings')
      row[name] = value;
    else if (type === 'integer') row[name] = BigInt(value as number);
    else if (type === 'timestamp') row[name] = new Date((value as number) / 1000);
    else row[name] = value;
  }
  return row;
}

function parsed(rows: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return rows.map((row) => ({
    ...row,
    measurements: fromJsonText(row.measurements as string),
    metadata: fromJsonText(row.metadata as string),
  }));
}

const HOSTILE = [
  {
    name: 'crucible_train.epoch.stop',
    measurements: { loss: Number.NaN, accuracy: Number.POSITIVE_INFINITY, epoch: 3 },
  },
  {
    name: 'crucible_train.epoch.stop',
    measurements: { loss: -0, accuracy: Number.NEGATIVE_INFINITY, step: 2 ** 53 - 1 },
  },
  {
    name: 'crucible_train.epoch.stop',
    measurements: { loss: 5e-324, gradient_norm: 1.7976931348623157e308, epoch: -(2 ** 53 - 1) },
  },
  { metadata: { sample_id: 'a\0b', model: '', user_id: '"\\\n\t😀é', session_id: 'null' } },
  {
    metadata: {
      big: 2n ** 64n,
      neg: -0,
      nan: Number.NaN,
      e: 1e21,
      tiny: 5e-324,
      huge: 18446744073709552000,
      list: [1, [null, {}]],
    },
  },
  { metadata: { $number: 'NaN', x: { $literal: 1 }, __proto__x: 1, '': 0, 'a.b': { '"': '\0' } } },
  { metadata: JSON.parse('{"__proto__":{"a":1},"constructor":2}') as Record<string, unknown> },
  { timestamp: -8.64e15, metadata: { success: false } },
  { timestamp: 8.64e15, explicit: { event_id: 'from elsewhere' } },
];

async function lengths(path: string): Promise<{ groups: number[]; texts: number[] }> {
  const file = readFileSync(sealedPath(path));
  const footer = parquetMetadata(file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer);
  const sql = `SELECT length(metadata)::INTEGER FROM '${sealedPath(path)}' ORDER BY sequence`;
  return {
    groups: footer.row_groups.map((group) => Number(group.num_rows)),
    texts: (await engine.connection.runAndReadAll(sql)).getColumns()[0] as number[],
  };
}

describe('a sealed segment', () => {
  it('has what the lines had, whatever that was', async () => {
    const records = recordsOf(HOSTILE);
    const path = live(linesOf(records));
    expect(await sealSegment(engine, path)).toEqual({
      outcome: 'sealed',
      rows: records.length,
      rejects: { torn: 0, damaged: 0, doubled: 0 },
    });
    const rows = parsed(await sealedRows(path));
    expect(rows).toEqual(records.map(expected));
    expect(Object.is(rows[1]!.loss, -0)).toBe(true);
    expect(beside(path)).toEqual([basename(sealedPath(path))]);
  });

  it('keeps the sign of zero, whichever values repeat', async () => {
    const zeros = Array.from({ length: 60 }, (_, i) => ({
      name: 'crucible_train.epoch.stop',
      measurements: { loss: i % 2 ? 0 : -0, accuracy: i % 3 ? -0 : 0, x: i % 2 ? 0 : -0 },
    }));
    const records = recordsOf(zeros);
    const path = live(linesOf(records));
    await sealSegment(engine, path);
    const signs = (rows: readonly Record<string, unknown>[]) =>
      rows.map((row) => [row.loss, row.accuracy].map((zero) => Object.is(zero, -0)));
    expect(signs(await sealedRows(path))).toEqual(signs(records.map(expected)));
    expect(parsed(await sealedRows(path))).toEqual(records.map(expected));
  });

  it('has the same columns of the same types whatever its records are', async () => {
    const schemas: string[] = [];
    for (const events of [requests(3), HOSTILE, [{}]]) {
      const path = live(linesOf(recordsOf(events)));
      await sealSegment(engine, path);
      const result = await engine.connection.runAndReadAll(`DESCRIBE SELECT * FROM '${sealedPath(path)}'`);
      schemas.push(
        result
          .getRowsJson()
          .map(([name, type]) => `${name} ${type}`)
          .join(),
      );
    }
    expect(new Set(schemas).size).toBe(1);
    expect(schemas[0]).toBe(
      FIELDS.map(({ name, type }) => {
        const types = {
          string: 'VARCHAR',
          number: 'DOUBLE',
          integer: 'BIGINT',
          boolean: 'BOOLEAN',
          timestamp: 'TIMESTAMP WITH TIME ZONE',
          strings: 'VARCHAR[]',
          object: 'VARCHAR',
        };
        return `${name} ${types[type]}`;
      }).join(),
    );
  });

  it('says which schema, writer, sequence and number of rows it has, in zstd and row groups of 20,480', async () => {
    const path = live(
      linesOf(recordsOf(requests(4096), 'w1', 0)) +
        Array.from({ length: 5 }, (_, i) => linesOf(recordsOf(requests(4096), 'w1', 4096 * (i + 1)))).join(''),
    );
    await sealSegment(engine, path);
    const file = readFileSync(sealedPath(path));
    const footer = parquetMetadata(file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer);
    expect(Object.fromEntries((footer.key_value_metadata ?? []).map(({ key, value }) => [key, value]))).toMatchObject({
      'crucible.schema_version': '1',
      'crucible.writer_id': 'w1',
      'crucible.first_sequence': '0',
      'crucible.rows': '24576',
    });
    expect(footer.row_groups.map((group) => Number(group.num_rows))).toEqual([20480, 4096]);
    expect(
      new Set(footer.row_groups.flatMap((group) => group.columns.map((column) => column.meta_data?.codec))),
    ).toEqual(new Set(['ZSTD']));
  });

  it('keeps what was no record beside it, as it was', async () => {
    const records = recordsOf(requests(5));
    const lines = records.map(recordToLine);
    const path = live(
      `${lines[0]}\ngarbage\n${lines[1]}\n\n${lines[1]}\n${lines[2]}\n{}\n${lines[4]}\n{"event_id":"to`,
    );
    expect(await sealSegment(engine, path)).toEqual({
      outcome: 'sealed',
      rows: 4,
      rejects: { torn: 1, damaged: 3, doubled: 1 },
    });
    expect(parsed(await sealedRows(path))).toEqual([0, 1, 2, 4].map((i) => expected(records[i]!)));
    expect(readFileSync(path.replace('.jsonl', '.rejects'), 'utf8')).toBe(
      `garbage\n\n${lines[1]}\n{}\n{"event_id":"to\n`,
    );
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['a record of nulls', '{}'],
    ['nothing', ''],
    [
      'a fraction for a sequence',
      linesOf(recordsOf(requests(1), 'w1', 2))
        .trim()
        .replace('"sequence":2,', '"sequence":1.5,'),
    ],
    ['another writer', linesOf(recordsOf(requests(1), 'w2', 2)).trim()],
    [
      'no time',
      linesOf(recordsOf(requests(1), 'w1', 2))
        .trim()
        .replace(/"timestamp":\d+,/, ''),
    ],
    [
      'bytes that are no text',
      Buffer.from(
        linesOf(recordsOf(requests(1), 'w1', 2))
          .trim()
          .replace('openai', 'open\xffai'),
        'latin1',
      ),
    ],
  ])('never has a row for a line that is no record: %s', async (_, line) => {
    const records = recordsOf(requests(4));
    const path = live(
      Buffer.concat([
        Buffer.from(linesOf(records.slice(0, 2))),
        Buffer.from(line),
        Buffer.from(`\n${linesOf(records.slice(2))}`),
      ]),
    );
    expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'sealed', rows: 4, rejects: { damaged: 1 } });
    expect(parsed(await sealedRows(path))).toEqual(records.map(expected));
  });

  it('is not made of an empty segment, and one of garbage leaves the garbage', async () => {
    const empty = live('');
    expect(await sealSegment(engine, empty)).toMatchObject({ outcome: 'empty', rows: 0 });
    expect(beside(empty)).toEqual([]);
    const garbage = live('garbage\nmore');
    expect(await sealSegment(engine, garbage)).toMatchObject({ outcome: 'empty', rejects: { damaged: 1, torn: 1 } });
    expect(beside(garbage)).toEqual([basename(garbage).replace('.jsonl', '.rejects')]);
  });

  it('takes the place of its live one wherever sealing was killed', async () => {
    const records = recordsOf(requests(50));
    const path = live(linesOf(records));
    const copy = `${path}.copy`;
    copyFileSync(path, copy);
    await sealSegment(engine, path);
    // Killed before the live one was removed.
    copyFileSync(copy, path);
    expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'already_sealed' });
    expect(existsSync(path)).toBe(false);
    // Killed while it was written, by something that does not rename.
    copyFileSync(copy, path);
    truncateSync(sealedPath(path), 1000);
    expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'sealed', rows: 50 });
    expect(parsed(await sealedRows(path))).toEqual(records.map(expected));
    // Killed while the draft was written.
    copyFileSync(copy, path);
    mkdirSync(join(dirname(path), `.${basename(sealedPath(path))}.0.tmp`));
    writeFileSync(join(dirname(path), `.${basename(sealedPath(path))}.0.tmp`, 'draft'), 'half');
    expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'already_sealed' });
    expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'already_sealed' });
  });

  it('lacks only the record whose number was altered, not all that follow it', async () => {
    const records = recordsOf(requests(30));
    const lines = linesOf(records);
    const path = live(lines.replace('"sequence":10,', '"sequence":910,'));
    expect(await sealSegment(engine, path)).toMatchObject({ rows: 29, rejects: { torn: 0, damaged: 1, doubled: 0 } });
    expect((await sealedRows(path)).map(({ sequence }) => Number(sequence))).toEqual(
      records.map(({ sequence }) => sequence).filter((sequence) => sequence !== 10),
    );
  });

  it('is made anew where its live one has gone on', async () => {
    const records = recordsOf(requests(12));
    const path = live(linesOf(records.slice(0, 10)));
    await sealSegment(engine, path);
    writeFileSync(path, linesOf(records));
    expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'sealed', rows: 12 });
    expect(await sealedRows(path)).toHaveLength(12);
    expect(existsSync(path)).toBe(false);
  });

  it('stays where what is left of its live one is less', async () => {
    const records = recordsOf(requests(12));
    const path = live(linesOf(records));
    await sealSegment(engine, path);
    writeFileSync(path, linesOf(records.slice(10)));
    expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'already_sealed' });
    expect(await sealedRows(path)).toHaveLength(12);
  });

  it('is the same when several seal it at a time', async () => {
    for (const damage of ['', 'garbage\n']) {
      const records = recordsOf(requests(2000));
      const path = live(linesOf(records) + damage);
      const others = await Promise.all([0, 1, 2].map(() => openEngine({ tempFolder: join(folder.path, 'duckdb') })));
      const results = await Promise.all(others.map((other) => sealSegment(other, path)));
      for (const other of others) other.close();
      expect(results.map(({ outcome }) => outcome)).toContain('sealed');
      expect(parsed(await sealedRows(path))).toEqual(records.map(expected));
      expect(beside(path)).toEqual([
        basename(sealedPath(path)),
        ...(damage === '' ? [] : [basename(path).replace('.jsonl', '.rejects')]),
      ]);
    }
  });

  it('of a file that is not there is nothing', async () => {
    expect(await sealSegment(engine, join(folder.path, 'events', 'w1-99999999.jsonl'))).toMatchObject({
      outcome: 'gone',
    });
  });

  it('of a store that is moved away meanwhile is nothing, and makes no folder where it was', async () => {
    const before = join(folder.path, 'before');
    const events = join(before, 'events');
    mkdirSync(events, { recursive: true });
    const path = join(events, 'w1-00000000.jsonl');
    writeFileSync(path, linesOf(recordsOf(requests(3))));
    const moving = {
      ...engine,
      run: (sql: string) => {
        if (existsSync(before)) renameSync(before, join(folder.path, 'after'));
        return engine.run(sql);
      },
    };
    expect(await sealSegment(moving, path)).toMatchObject({ outcome: 'gone' });
    expect(existsSync(before)).toBe(false);
    expect(existsSync(join(folder.path, 'after', 'events', 'w1-00000000.jsonl'))).toBe(true);
  });

  it('can lie in a folder whose name looks like a pattern', async () => {
    const odd = join(folder.path, "odd [a]*?=1 'x", 'events');
    mkdirSync(odd, { recursive: true });
    const path = join(odd, 'w1-00000000.jsonl');
    writeFileSync(path, linesOf(recordsOf(requests(3))));
    expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'sealed', rows: 3 });
  });

  it('can have large records, in smaller row groups', async () => {
    const large = (count: number, size: number) =>
      recordsOf(Array.from({ length: count }, (_, i) => ({ metadata: { text: `${i % 10} `.repeat(size / 2) } })));
    for (const records of [large(4096, 14_000), large(60, 900_000)]) {
      const path = live(linesOf(records));
      expect(await sealSegment(engine, path)).toMatchObject({ outcome: 'sealed', rows: records.length });
      const { groups, texts } = await lengths(path);
      expect(groups).toEqual(records.length > 2048 ? [2048, 2048] : [60]);
      expect(texts).toEqual(records.map(({ metadata }) => JSON.stringify(metadata).length));
    }
  });

  it('keeps times to the microsecond', async () => {
    const path = live(linesOf(recordsOf([{ timestamp: NOON + 123_457 }])));
    await sealSegment(engine, path);
    const result = await engine.connection.runAndReadAll(
      `SELECT epoch_us(timestamp)::DOUBLE FROM '${sealedPath(path)}'`,
    );
    expect(result.getRows()).toEqual([[NOON + 123_457]]);
  });
});
