import { deepStrictEqual } from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, openEngine } from '../../../src/engine/duckdb.ts';
import { BATCH_ROWS, type ColumnBatch } from '../../../src/record/batch.ts';
import type { EventRecord } from '../../../src/record/event-record.ts';
import { FIELDS, fieldIndex } from '../../../src/record/fields.ts';
import { LineEncoder } from '../../../src/record/line-encoder.ts';
import { recordFromLine, recordToLine } from '../../../src/record/record-line.ts';
import type { ExperimentState } from '../../../src/stores/experiment-state.ts';
import { type SegmentScanOptions, scanSegments } from '../../../src/stores/local/scan-segments.ts';
import { sealSegment } from '../../../src/stores/local/seal-segment.ts';
import { SealedFiles } from '../../../src/stores/local/sealed-files.ts';
import type { SkippedData } from '../../../src/stores/local/segment-sources.ts';
import { jsonLike, number, objectOf } from '../../record/values.ts';
import { collect, EXPERIMENT, experimentFolder, linesOf, NOON, recordsOf, requests } from './segments.ts';

const STATE = { ...EXPERIMENT, started_at: 0 } as unknown as ExperimentState;
const root = experimentFolder();
const files = new SealedFiles();
let engine: Engine;
let folders = 0;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: join(root.path, 'duckdb') });
});
afterAll(() => {
  engine.close();
  files.close();
});

/** Segments of an experiment: `live` or `sealed`, with what is in them. */
async function folderOf(
  segments: readonly (readonly [writer: string, kind: 'live' | 'sealed', text: string])[],
): Promise<string> {
  const folder = join(root.path, `experiment-${folders++}`);
  mkdirSync(join(folder, 'events'), { recursive: true });
  const numbers = new Map<string, number>();
  for (const [writer, kind, text] of segments) {
    const number = numbers.get(writer) ?? 0;
    numbers.set(writer, number + 1);
    const path = join(folder, 'events', `${writer}-${String(number).padStart(8, '0')}.jsonl`);
    writeFileSync(path, text);
    if (kind === 'sealed') await sealSegment(engine, path);
  }
  return folder;
}

function scan(folder: string, options: SegmentScanOptions = {}, writers = ['w1']): AsyncGenerator<ColumnBatch> {
  return scanSegments(files, folder, STATE, writers, options);
}

function segment(folder: string, number: number, ending: string, writer = 'w1'): string {
  return join(folder, 'events', `${writer}-${String(number).padStart(8, '0')}.${ending}`);
}

function many(count: number, writer = 'w1', first = 0): EventRecord[] {
  const records: EventRecord[] = [];
  for (let done = 0; done < count; done += BATCH_ROWS) {
    records.push(...recordsOf(requests(Math.min(BATCH_ROWS, count - done), done), writer, first + done));
  }
  return records;
}

describe('a scan of segments', () => {
  it('has every record, live or sealed, by writer and sequence', async () => {
    const a = many(5000, 'w1');
    const b = many(300, 'w2');
    const folder = await folderOf([
      ['w1', 'sealed', linesOf(a.slice(0, 2000))],
      ['w2', 'live', linesOf(b)],
      ['w1', 'sealed', linesOf(a.slice(2000, 4500))],
      ['w1', 'live', linesOf(a.slice(4500))],
    ]);
    expect(await collect(scan(folder, {}, ['w2', 'w1']))).toEqual([...b, ...a]);
    expect(await collect(scan(folder, {}, ['w1']))).toEqual([...a, ...b]);
    for await (const batch of scan(folder)) expect(batch.rows).toBeLessThanOrEqual(BATCH_ROWS);
  });

  it('gives back whatever was recorded, sealed or not', async () => {
    const events = fc.array(
      fc.record({
        name: fc.constantFrom('req_llm.request.stop', 'crucible_train.epoch.stop', 'my_app.x'),
        measurements: objectOf(fc.oneof(number, jsonLike())),
        metadata: objectOf(jsonLike()),
        timestamp: fc.integer({ min: -8e15, max: 8e15 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(events, fc.constantFrom('live' as const, 'sealed' as const), async (emitted, kind) => {
        const lines = recordsOf(emitted).map(recordToLine);
        const skipped: SkippedData[] = [];
        const folder = await folderOf([['w1', kind, `${lines.join('\n')}\n`]]);
        const read = await collect(scan(folder, { onSkipped: (each) => skipped.push(each) }));
        deepStrictEqual(read, lines.map(recordFromLine));
        deepStrictEqual(skipped, []);
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps gaps, given ids and old categories of sealed records', async () => {
    const records = many(5000).filter(({ sequence }) => sequence % 1000 !== 7);
    records[3]!.event_id = 'given';
    for (const record of records) record.category = 'mine';
    const folder = await folderOf([['w1', 'sealed', linesOf(records)]]);
    expect(await collect(scan(folder))).toEqual(records);
  });

  it('ignores a live segment whose sealed one is there', async () => {
    const records = many(100);
    const folder = await folderOf([['w1', 'sealed', linesOf(records)]]);
    writeFileSync(segment(folder, 0, 'jsonl'), linesOf(many(50)));
    expect(await collect(scan(folder))).toEqual(records);
  });

  it('takes a record once that lies in two segments', async () => {
    const records = many(300);
    for (const kinds of [
      ['sealed', 'sealed'],
      ['sealed', 'live'],
      ['live', 'sealed'],
      ['live', 'live'],
    ] as const) {
      const folder = await folderOf([
        ['w1', kinds[0], linesOf(records.slice(0, 200))],
        ['w1', kinds[1], linesOf(records.slice(150))],
      ]);
      const quiet = { onSkipped: () => undefined };
      expect(await collect(scan(folder, quiet))).toEqual(records);
      expect(
        (await collect(scan(folder, { ...quiet, newestFirst: true })))
          .map(({ sequence }) => sequence)
          .sort((a, b) => a - b),
      ).toEqual(records.map(({ sequence }) => sequence));
    }
  });

  it('loses and doubles nothing while segments are sealed under it', async () => {
    const records = many(12_000);
    const folder = await folderOf(
      Array.from({ length: 6 }, (_, i) => ['w1', 'live', linesOf(records.slice(i * 2000, (i + 1) * 2000))] as const),
    );
    const sealing = (async () => {
      for (let i = 5; i >= 0; i--) await sealSegment(engine, segment(folder, i, 'jsonl'));
    })();
    let rounds = 0;
    let done = false;
    void sealing.then(() => {
      done = true;
    });
    while (!done || rounds === 0) {
      const sequences: number[] = [];
      for await (const batch of scan(folder))
        for (let row = 0; row < batch.rows; row++) sequences.push(batch.firstSequence + row);
      expect(sequences).toEqual(records.map(({ sequence }) => sequence));
      rounds++;
    }
    await sealing;
    expect(await collect(scan(folder))).toEqual(records);
  });

  it('of an empty folder, or none, is empty', async () => {
    expect(await collect(scan(await folderOf([])))).toEqual([]);
    expect(await collect(scan(join(root.path, 'nowhere')))).toEqual([]);
  });

  it('tells what it left out of a live segment', async () => {
    const records = many(10);
    const folder = await folderOf([
      ['w1', 'live', `${linesOf(records.slice(0, 5))}garbage\n${linesOf(records.slice(4))}{"torn`],
    ]);
    const skipped: SkippedData[] = [];
    expect(await collect(scan(folder, { onSkipped: (each) => skipped.push(each) }))).toEqual(records);
    expect(skipped).toEqual([{ path: segment(folder, 0, 'jsonl'), rejects: { torn: 1, damaged: 1, doubled: 1 } }]);
  });

  it('names a damaged sealed segment and reads the others', async () => {
    const records = many(30_000);
    const damages: ((path: string) => void)[] = [
      (path) => truncateSync(path, 5000),
      (path) => writeFileSync(path, ''),
      (path) => writeFileSync(path, 'garbage'),
      (path) => {
        const bytes = readFileSync(path);
        bytes.fill(0x55, 4, bytes.length >> 1);
        writeFileSync(path, bytes);
      },
    ];
    for (const damage of damages) {
      const folder = await folderOf([
        ['w1', 'sealed', linesOf(records.slice(0, 100))],
        ['w1', 'sealed', linesOf(records.slice(100, 29_000))],
        ['w1', 'sealed', linesOf(records.slice(29_000))],
      ]);
      damage(segment(folder, 1, 'parquet'));
      const skipped: SkippedData[] = [];
      const read = await collect(scan(folder, { onSkipped: (each) => skipped.push(each) }));
      expect(read.slice(0, 100)).toEqual(records.slice(0, 100));
      expect(read.slice(-1000)).toEqual(records.slice(29_000));
      expect(skipped.map(({ path, error }) => [path, error?.code])).toEqual([
        [segment(folder, 1, 'parquet'), 'damaged_data'],
      ]);
    }
  });

  it('falls back on the live segment when the sealed one is damaged', async () => {
    const records = many(100);
    const folder = await folderOf([['w1', 'sealed', linesOf(records)]]);
    truncateSync(segment(folder, 0, 'parquet'), 1000);
    writeFileSync(segment(folder, 0, 'jsonl'), linesOf(records));
    expect(await collect(scan(folder))).toEqual(records);
  });

  it('refuses a segment of a later version and reads one that lacks later fields', async () => {
    const records = many(100);
    const folder = await folderOf([['w1', 'sealed', linesOf(records)]]);
    const path = segment(folder, 0, 'parquet');
    const rewrite = async (columns: string, version: number) => {
      await engine.run(`COPY (SELECT ${columns} FROM '${path}') TO '${path}.new' (FORMAT parquet, KV_METADATA {
        'crucible.schema_version': '${version}', 'crucible.writer_id': 'w1', 'crucible.first_sequence': '0', 'crucible.rows': '100'})`);
      renameSync(`${path}.new`, path);
    };
    await rewrite('* EXCLUDE (reasoning_tokens, success, cohort, sample_id)', 1);
    expect(await collect(scan(folder))).toEqual(
      records.map((record) => ({ ...record, reasoning_tokens: null, success: null, cohort: null, sample_id: null })),
    );
    await rewrite('*', 2);
    await expect(collect(scan(folder))).rejects.toMatchObject({
      code: 'unsupported_version',
      message: expect.stringContaining('schema version 2') as string,
    });
  });

  it('leaves out stretches of time that nobody asked for, and only those', async () => {
    const records = many(45_000);
    const folder = await folderOf([
      ['w1', 'sealed', linesOf(records.slice(0, 41_000))],
      ['w1', 'live', linesOf(records.slice(41_000))],
    ]);
    const range = { from: NOON + 20_470, to: NOON + 20_475 };
    const some = await collect(scan(folder, { range }));
    expect(some.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20_480 }, (_, i) => i));
    expect(await collect(scan(folder, { range: { from: 0, to: 1 } }))).toEqual([]);
    const live = await collect(scan(folder, { range: { from: NOON + 44_999, to: NOON + 50_000 } }));
    expect(live.at(-1)).toEqual(records.at(-1));
    expect(live[0]!.sequence).toBeGreaterThan(40_000);
  });

  it('by falling time has every record once', async () => {
    const shuffled = many(25_000).map((record) => ({
      ...record,
      timestamp: NOON + ((record.sequence * 7919) % 25_000),
    }));
    const other = many(3000, 'w2');
    const folder = await folderOf([
      ['w1', 'sealed', linesOf(shuffled.slice(0, 21_000))],
      ['w1', 'live', linesOf(shuffled.slice(21_000))],
      ['w2', 'sealed', linesOf(other)],
    ]);
    const seen: string[] = [];
    let before = Number.POSITIVE_INFINITY;
    for await (const batch of scan(folder, { newestFirst: true })) {
      expect(batch.maxTimestamp).toBeLessThanOrEqual(before);
      before = batch.maxTimestamp;
      let latest = Number.NEGATIVE_INFINITY;
      for (let row = 0; row < batch.rows; row++) {
        seen.push(batch.field(0, row) as string);
        latest = Math.max(latest, batch.timestamp(row));
      }
      expect(batch.maxTimestamp).toBe(latest);
    }
    expect(seen.sort()).toEqual([...shuffled, ...other].map(({ event_id }) => event_id).sort());
  });
});

describe('a scan for some of the fields', () => {
  it('has them as a scan for all of them has', async () => {
    const records = [
      ...many(3000),
      ...recordsOf([{ name: 'eval.score.recorded', measurements: { score: 1 }, metadata: { name: 'f1' } }], 'w1', 3000),
    ];
    for (const kind of ['sealed', 'live'] as const) {
      const folder = await folderOf([['w1', kind, linesOf(records)]]);
      for (const { name } of FIELDS) {
        const values: unknown[] = [];
        for await (const batch of scan(folder, { fields: [name] }))
          for (let row = 0; row < batch.rows; row++) values.push(batch.value(name, row));
        expect(values).toEqual(records.map((record) => (record as unknown as Record<string, unknown>)[name]));
      }
    }
  });

  it('reads nested values of the events that were named, and need not read others', async () => {
    const score = recordsOf(
      [{ name: 'eval.score.recorded', measurements: { score: 0.5 }, metadata: { name: 'f1' } }],
      'w1',
      3000,
    );
    const folder = await folderOf([['w1', 'sealed', linesOf([...many(3000), ...score])]]);
    const options = { fields: ['measurements.score', 'metadata.name'], nestedOf: ['eval.score.recorded'] };
    const values: unknown[] = [];
    for await (const batch of scan(folder, options)) {
      for (let row = 0; row < batch.rows; row++) {
        if (batch.eventName(row) !== 'eval.score.recorded') expect(batch.value('metadata.model', row)).toBeUndefined();
        else values.push(batch.value('measurements.score', row), batch.value('metadata.name', row));
      }
    }
    expect(values).toEqual([0.5, 'f1']);
  });

  it('has the same texts where they are only told apart, and those of other fields as ever', async () => {
    const events = requests(5000).map((event, i) => ({
      ...event,
      metadata: {
        ...event.metadata,
        sample_id: `sample-é-${i}`,
        ...(i % 3 > 0 && { session_id: `s${i % 11}` }),
        user_id: 'the only user that there is',
      },
    }));
    const records: EventRecord[] = [];
    for (let from = 0; from < events.length; from += BATCH_ROWS) {
      records.push(...recordsOf(events.slice(from, from + BATCH_ROWS), 'w1', from));
    }
    const gaps = records.filter(({ sequence }) => sequence % 1000 !== 500);
    const fields = ['sample_id', 'session_id', 'user_id', 'model'] as const;
    for (const kept of [records, gaps]) {
      for (const kind of ['sealed', 'live'] as const) {
        const folder = await folderOf([['w1', kind, linesOf(kept)]]);
        const found: unknown[] = [];
        for await (const batch of scan(folder, { fields, asBytes: ['sample_id', 'session_id', 'user_id'] })) {
          if (kind === 'sealed') expect(batch.columns[fieldIndex('sample_id')]!.byteTexts).toBeDefined();
          for (let row = 0; row < batch.rows; row++) found.push(fields.map((field) => batch.value(field, row)));
        }
        expect(found).toEqual(kept.map((record) => fields.map((field) => record[field])));
      }
    }
  });

  it('has whole records where nested columns are not looked at, and every nested value', async () => {
    const events = [
      ...requests(300),
      { measurements: { loss: Number.NaN }, metadata: { $number: 'NaN', 'a.b': { c: 2n ** 64n } } },
    ];
    const records = recordsOf(events);
    for (const kind of ['sealed', 'live'] as const) {
      const folder = await folderOf([['w1', kind, linesOf(records)]]);
      expect(await collect(scan(folder, { wholeNested: true }))).toEqual(records);
      const lines: string[] = [];
      for await (const batch of scan(folder, { wholeNested: true })) {
        lines.push(...new LineEncoder().lines(batch, 0, batch.rows));
        for (let row = 0; row < batch.rows; row++) {
          const { metadata } = records[batch.firstSequence + row]!;
          expect(batch.value('metadata.tokens.prompt', row)).toBe((metadata.tokens as { prompt?: number })?.prompt);
          expect(batch.value('metadata.tokens', row)).toEqual(metadata.tokens);
        }
      }
      expect(lines.map(recordFromLine)).toEqual(records);
    }
  });

  it('makes no column of what nobody asked for', async () => {
    const folder = await folderOf([['w1', 'sealed', linesOf(many(100))]]);
    for await (const batch of scan(folder, { fields: ['latency_ms'] })) {
      const filled = batch.columns.flatMap((column, index) => (column ? [FIELDS[index]?.name] : []));
      expect(filled).toEqual(['event_name', 'latency_ms']);
      expect([batch.minTimestamp, batch.maxTimestamp]).toEqual([NOON, NOON + 99]);
    }
  });
});

describe('what reading holds', () => {
  it('can be let go and taken up again', async () => {
    const folder = await folderOf([['w1', 'sealed', linesOf(many(10))]]);
    const other = new SealedFiles();
    expect(await collect(scanSegments(other, folder, STATE, ['w1']))).toHaveLength(10);
    other.close();
    other.close();
    expect(await collect(scanSegments(other, folder, STATE, ['w1']))).toHaveLength(10);
    other.close();
  });

  it('is not in the way of several scans at a time, nor of one that ends early', async () => {
    const folder = await folderOf([['w1', 'sealed', linesOf(many(9000))]]);
    const early = (async () => {
      for await (const batch of scan(folder)) return batch.rows;
      return 0;
    })();
    const counts = await Promise.all([0, 1, 2].map(async () => (await collect(scan(folder))).length));
    expect(counts).toEqual([9000, 9000, 9000]);
    const rows = await early;
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(9000);
    expect(existsSync(segment(folder, 0, 'parquet'))).toBe(true);
  });
});

it('texts that differ by a byte order mark stay two, live and sealed', async () => {
  const ids = ['\ufeffq1', 'q1', '\ufeffq1'];
  const events = ids.map((sample_id) => ({ measurements: { duration: 1 }, metadata: { sample_id } }));
  for (const kind of ['live', 'sealed'] as const) {
    const folder = await folderOf([['w1', kind, linesOf(recordsOf(events))]]);
    const found = await collect(scan(folder));
    expect(found.map(({ sample_id, metadata }) => [sample_id, metadata.sample_id])).toEqual(ids.map((id) => [id, id]));
  }
});
