import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../src/engine/duckdb.ts';
import { type ExportFormat, type ExportOptions, exportRecords } from '../../src/export/export-records.ts';
import type { ColumnBatch } from '../../src/record/batch.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import { recordFromLine, recordToLine } from '../../src/record/record-line.ts';
import type { ExperimentState } from '../../src/stores/experiment-state.ts';
import { scanSegments } from '../../src/stores/local/scan-segments.ts';
import { sealSegment } from '../../src/stores/local/seal-segment.ts';
import { SealedFiles } from '../../src/stores/local/sealed-files.ts';
import type { Projection } from '../../src/stores/store.ts';
import { jsonLike, objectOf } from '../record/values.ts';
import { wellFormed } from './flatten.ts';
import { linesOf, readArrow, readParquet } from './readers.ts';
import { type Emitted, NOON, Recording, scratchFolder } from './recordings.ts';

const CONTEXT = { id: 'exp-1', name: 'naïve, "first"', study: "o'clock", condition: 'control', tags: ['a', '"b", c'] };
const STATE = { ...CONTEXT, replicate: null, started_at: 0 } as unknown as ExperimentState;
const FORMATS = ['jsonl', 'csv', 'parquet', 'arrow'] as const;
const KINDS = ['sealed', 'live', 'mixed'] as const;
const SEGMENT_ROWS = 14;

const folder = scratchFolder();
const files = new SealedFiles();
let engine: Engine;
let made = 0;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: join(folder.path, 'duckdb') });
});
afterAll(() => {
  files.close();
  engine.close();
});

/** The same records in memory, in live segments, in sealed ones, and in both by turns. */
async function recordings(events: readonly Emitted[]) {
  const memory = await Recording.start(CONTEXT);
  for (const writer of ['w1', 'w2']) {
    await memory.join(writer);
    // Each twice: the second of a kind is read by what the first one taught.
    for (const [i, event] of events.flatMap((each) => [each, each]).entries())
      memory.emit({ timestamp: NOON + i, ...event }, writer);
  }
  const records = await memory.records();
  const experiment = { id: CONTEXT.id, name: CONTEXT.name };
  const stored = async (kind: (typeof KINDS)[number]) => {
    const path = await segments(records, kind);
    const batches = (projection: Projection): AsyncIterable<ColumnBatch> =>
      scanSegments(files, path, STATE, ['w1', 'w2'], projection);
    return { experiment, batches };
  };
  return { memory, stored };
}

async function segments(records: readonly EventRecord[], kind: (typeof KINDS)[number]): Promise<string> {
  const path = join(folder.path, `experiment-${made++}`);
  mkdirSync(join(path, 'events'), { recursive: true });
  for (const writer of ['w1', 'w2']) {
    const own = records.filter((record) => record.writer_id === writer);
    for (let from = 0, number = 0; from < own.length; from += SEGMENT_ROWS, number++) {
      const file = join(path, 'events', `${writer}-${String(number).padStart(8, '0')}.jsonl`);
      const lines = own.slice(from, from + SEGMENT_ROWS).map((record) => `${recordToLine(record)}\n`);
      writeFileSync(file, lines.join(''));
      if (kind === 'sealed' || (kind === 'mixed' && number % 2 === 0)) await sealSegment(engine, file);
    }
  }
  return path;
}

async function contentOf(format: ExportFormat, path: string): Promise<unknown> {
  if (format === 'parquet') {
    const { columns, rows, metadata } = await readParquet(path);
    return { columns, rows, schema: metadata.schema, said: metadata.key_value_metadata };
  }
  if (format === 'arrow') {
    const { columns, rows, table } = readArrow(path);
    return { columns, rows, types: table.schema.fields.map(({ type }) => type) };
  }
  return readFileSync(path, 'utf8');
}

async function expectSame(
  format: ExportFormat,
  events: readonly Emitted[],
  options: Partial<ExportOptions> = {},
  parsed = false,
): Promise<void> {
  const { memory, stored } = await recordings(events);
  const path = folder.file(`memory.${format}`);
  const result = await exportRecords([memory], format, { path, ...options });
  const content = async (file: string) =>
    parsed ? linesOf(file).map((line) => recordFromLine(line)) : contentOf(format, file);
  const expected = await content(path);
  for (const kind of KINDS) {
    const other = folder.file(`${kind}.${format}`);
    const {
      path: _,
      bytes: __,
      ...found
    } = await exportRecords([await stored(kind)], format, { path: other, ...options });
    const { path: ___, bytes: ____, ...said } = result;
    expect(found, kind).toEqual(said);
    expect(await content(other), kind).toEqual(expected);
  }
}

/** What DuckDB reads from JSON text as we do, with each kind of text and number that might tell otherwise. */
const PLAIN: readonly Emitted[] = [
  {
    name: 'req_llm.request.stop',
    measurements: { duration: 1.5 },
    metadata: { model: 'gpt-4o', tokens: { prompt: 1 } },
  },
  { measurements: { x: 5e-324 }, metadata: { text: 'a "quoted", line\r\nand \\ more', deep: { er: { still: true } } } },
  { measurements: { x: 1e21 }, metadata: { text: '\u0000 \u007f\u2028 ключ 🙂', deep: { er: { still: false } } } },
  { measurements: { x: 123456789012345680000 }, metadata: { text: '', n: 0.1 + 0.2 } },
  { measurements: { x: 1.7976931348623157e308 }, metadata: { text: '007', n: null, flag: true } },
  { measurements: { x: 2 ** 53 - 1 }, metadata: { text: 'null', n: 7 }, explicit: { event_id: 'given' } },
  { measurements: { x: 1e-7, y: 2 ** 60 }, metadata: { text: 'NaN', "it's": 1, 'a"b': 'q' } },
  { measurements: {}, metadata: { text: 'true', 'a.b': { c: 1 }, a: { 'b.c': 2 } } },
  { metadata: { 'back\\slash': 'x', ' ': 'y', ['__proto__']: 'own', constructor: 1 } },
  { name: 'crucible_train.epoch.stop', measurements: { loss: 0.25, epoch: 3 }, metadata: { session_id: 's' } },
];

/** One of these each makes a column that DuckDB would read otherwise. */
const HARD: Readonly<Record<string, readonly Emitted[]>> = {
  'NaN and the infinities': [{ measurements: { x: Number.NaN } }, { measurements: { x: Infinity } }],
  'a negative zero': [{ measurements: { x: -0 } }, { measurements: { x: 0 } }],
  'a negative zero in a field': [
    { name: 'crucible_train.epoch.stop', measurements: { epoch: 3 }, explicit: { accuracy: -0 } as never },
    { name: 'crucible_train.epoch.stop', measurements: { epoch: 4 }, explicit: { accuracy: 0 } as never },
  ],
  'integers beyond 2^53': [{ metadata: { n: 2n ** 53n + 1n } }, { metadata: { n: 2 ** 60 } }, { metadata: { n: 3 } }],
  'such integers and fractions': [
    { metadata: { n: 2 ** 60 } },
    { metadata: { n: 0.5 } },
    { metadata: { n: 2n ** 62n } },
  ],
  'texts and numbers': [{ metadata: { text: 1 } }, { metadata: { text: false } }],
  'lists and empty objects': [{ metadata: { text: ['a', 1e21, '\u001f'] } }, { metadata: { text: {} } }],
  'an object where others have a text': [{ metadata: { text: { below: 'x' } } }],
  'keys that differ in case': [{ metadata: { Text: 'x', DEEP: { er: { still: true }, eR: 1 } } }],
  'keys that look like tags': [{ metadata: { $number: 'NaN', inner: { $number: '1', $bigint: '2' } } }],
  'an empty key': [{ metadata: { '': 'x' } }],
};

describe.each(FORMATS)('%s of memory, of live, of sealed and of mixed segments is the same', (format) => {
  test('for plain values', () => expectSame(format, PLAIN));

  test('when it is made anonymous', () =>
    expectSame(format, PLAIN, { anonymize: { key: 'secret', drop: ['metadata.tokens', 'model'] } }));

  test.each(Object.entries(HARD))('with %s', (_, events) => expectSame(format, [...PLAIN, ...events]));

  // Half a character is U+FFFD in a file, and keys that look like indices stand first in an object: neither tells of a value.
  test('whatever is recorded', async () => {
    const object = objectOf(jsonLike()).map((made) => wellFormed(made as Record<string, unknown>));
    const event = fc.record({ measurements: object, metadata: object });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 8 }), (events) =>
        expectSame(format, events as readonly Emitted[], {}, format === 'jsonl'),
      ),
      { numRuns: 3 },
    );
  }, 60_000);
});
