import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CrucibleError } from '../../src/core/errors.ts';
import { type AnonymizeOptions, anonymizer } from '../../src/export/anonymize.ts';
import { exportRecords } from '../../src/export/export-records.ts';
import { recordFromLine } from '../../src/record/record-line.ts';
import { linesOf, readArrow, readCsv, readParquet } from './readers.ts';
import { type Emitted, recorded, scratchFolder } from './recordings.ts';

const folder = scratchFolder();
const KEY = 'a long secret of this study';

function pseudonym(id: string, key = KEY): string {
  return createHmac('sha256', key).update(id).digest('hex').slice(0, 32);
}

async function linesWith(anonymize: AnonymizeOptions, events: readonly Emitted[]) {
  const path = folder.file('some.jsonl');
  await exportRecords([await recorded(events)], 'jsonl', { path, anonymize });
  return linesOf(path).map(recordFromLine);
}

// Everywhere an id of a user or a session may be, often enough that batches take their smallest form.
const PERSONAL: readonly Emitted[] = Array.from({ length: 150 }, (_, i) => ({
  measurements: { user_id: 'RAW-measured' },
  metadata: {
    userId: `RAW-user-${i % 3}`,
    session_id: `RAW-session-${i}`,
    sample_id: 's',
    request: { user: { id: 'RAW-nested', name: 'n' }, 'session.id': 'RAW-dotted' },
    calls: [{ user_id: 'RAW-listed', items: [{ sessionId: ['RAW-inner'] }] }],
    ...(i === 100 ? { user_id: { a: 'RAW-object' } } : {}),
  },
}));

describe.each(['csv', 'jsonl', 'parquet', 'arrow'] as const)('%s', (format) => {
  test('no trace of a raw id is left in the file', async () => {
    const path = folder.file(`personal.${format}`);
    await exportRecords([await recorded(PERSONAL)], format, { path, anonymize: { key: KEY } });
    // Parquet packs its pages: there the values that a reader sees are looked at.
    const bytes = format === 'parquet' ? JSON.stringify(Object.values(await readParquet(path)).slice(0, 2), words) : '';
    for (const text of [readFileSync(path, 'latin1'), bytes]) expect(text).not.toContain('RAW');
    if (format !== 'parquet') expect(readFileSync(path, 'latin1')).toContain(pseudonym('RAW-session-149'));
    await exportRecords([await recorded(PERSONAL)], format, { path });
    const raw =
      format === 'parquet' ? JSON.stringify((await readParquet(path)).rows, words) : readFileSync(path, 'latin1');
    expect(raw).toContain('RAW');
  });

  test('what is dropped is in no column and no byte', async () => {
    const path = folder.file(`dropped.${format}`);
    const events = [
      { metadata: { model: 'SECRET', response: 'SECRET', messages: [{ content: 'SECRET', role: 'user' }], kept: 1 } },
      { metadata: { response: { text: 'SECRET', more: ['SECRET'] }, cohort: 'SECRET' } },
    ];
    const drop = ['model', 'cohort', 'metadata.response', 'metadata.messages.*.content'];
    const { columns } = await exportRecords([await recorded(events)], format, { path, anonymize: { key: KEY, drop } });
    expect(columns.filter((name) => /response|cohort|metadata.model/.test(name))).toEqual([]);
    const file = format === 'csv' ? readCsv(path) : format === 'arrow' ? readArrow(path) : undefined;
    const read = file ?? (format === 'parquet' ? await readParquet(path) : { columns, rows: [linesOf(path)] });
    const text = JSON.stringify([read.columns, read.rows], words);
    expect(text).not.toContain('SECRET');
    expect(text).toContain('role');
  });
});

function words(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

test('a pseudonym is the HMAC-SHA256 of the id: the same in all files with one key, another with another', async () => {
  const events = [
    { metadata: { user_id: 'ann', session_id: 'x' } },
    { metadata: { userId: 'ann' } },
    { metadata: { user_id: 7 } },
  ];
  const [first, second, third] = await linesWith({ key: KEY }, events);
  expect(first!.user_id).toBe(pseudonym('ann'));
  expect(first!.metadata).toEqual({ user_id: pseudonym('ann'), session_id: pseudonym('x') });
  expect(second!.user_id).toBe(first!.user_id);
  expect([third!.user_id, third!.metadata.user_id]).toEqual([pseudonym('7'), pseudonym('7')]);
  const [other] = await linesWith({ key: 'another' }, events);
  expect(other!.user_id).toBe(pseudonym('ann', 'another'));
  expect(other!.user_id).not.toBe(first!.user_id);
});

test('ids that are not there stay null, and other values stay', async () => {
  const [record] = await linesWith({ key: KEY }, [
    { metadata: { user_id: null, id: 'kept', users: ['kept'], sample_id: 's' } },
  ]);
  expect(record).toMatchObject({ user_id: null, session_id: null, sample_id: 's' });
  expect(record!.metadata).toEqual({ user_id: null, id: 'kept', users: ['kept'], sample_id: 's' });
});

test('a dropped field takes what it may be filled from with it; a dropped path leaves the field', async () => {
  const events = [
    { measurements: { loss: 2 }, metadata: { model: 'm', loss: 3, tokens: { prompt: 5, completion: 6 } } },
  ];
  const [byField] = await linesWith({ key: KEY, drop: ['loss', 'input_tokens'] }, events);
  expect(byField).toMatchObject({ loss: null, input_tokens: null, output_tokens: 6, measurements: {} });
  expect(byField!.metadata).toEqual({ model: 'm', tokens: { completion: 6 } });
  const [byPath] = await linesWith({ key: KEY, drop: ['measurements', 'metadata.tokens'] }, events);
  expect(byPath).toMatchObject({ loss: 2, input_tokens: 5, measurements: {}, metadata: { model: 'm', loss: 3 } });
});

test('keys beyond the columns are covered too', async () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
  const late = { user_id: 'RAW', late: { session_id: 'RAW', gone: 'RAW', list: [{ user_id: 'RAW' }] } };
  const events = [{ metadata: many }, { metadata: late }];
  const anonymize = { key: KEY, drop: ['metadata.late.gone'] };
  const path = folder.file('late.csv');
  await exportRecords([await recorded(events)], 'csv', { path, anonymize });
  expect(readFileSync(path, 'latin1')).not.toContain('RAW');
  expect(readFileSync(path, 'latin1')).toContain(pseudonym('RAW'));
  const [, record] = await linesWith(anonymize, events);
  expect(record!.metadata).toEqual({
    user_id: pseudonym('RAW'),
    late: { session_id: pseudonym('RAW'), list: [{ user_id: pseudonym('RAW') }] },
  });
});

test.each(['jsonl', 'csv', 'parquet', 'arrow'] as const)(
  'a path to drop that no record has is refused, and no %s is written; one that only failures have is not',
  async (format) => {
    const events = [{ metadata: { prompt: 'SECRET', late: { list: [{ text: 'x' }] } } }];
    const path = folder.file(`mistyped.${format}`);
    const written = async (...drop: string[]) =>
      exportRecords([await recorded(events)], format, { path, anonymize: { key: KEY, drop } });
    await expect(written('metadata.prompt', 'metadata.promt')).rejects.toMatchObject({
      code: 'unknown_field',
      message:
        'anonymize.drop names "metadata.promt", which no record has. Did you mean metadata.prompt? Nothing was written.',
    });
    expect(existsSync(path)).toBe(false);
    await written(
      'metadata.prompt',
      'metadata.stacktrace',
      'metadata.late.list.*.text',
      'metadata.late.list',
      'measurements',
    );
    expect(readFileSync(path, 'latin1')).not.toContain('SECRET');
  },
);

test('options that would leave something in are refused', () => {
  const cases: [unknown, string][] = [
    [{}, 'invalid_argument'],
    [KEY, 'invalid_argument'],
    [null, 'invalid_argument'],
    [{ key: '' }, 'invalid_argument'],
    [{ key: 7 }, 'invalid_argument'],
    [{ key: KEY, drop: 'metadata.response' }, 'invalid_argument'],
    [{ key: KEY, drop: [7] }, 'invalid_argument'],
    [{ key: KEY, drops: ['metadata.response'] }, 'invalid_argument'],
    [{ key: KEY, drop: ['event_id'] }, 'invalid_argument'],
    [{ key: KEY, drop: ['responze'] }, 'unknown_field'],
  ];
  for (const [options, code] of cases) {
    let error: CrucibleError | undefined;
    try {
      anonymizer(options as AnonymizeOptions);
    } catch (thrown) {
      error = thrown as CrucibleError;
    }
    expect([options, error?.code]).toEqual([options, code]);
    expect(error!.hint).toBeTruthy();
    expect(error!.message).not.toContain(KEY);
  }
});

test('nothing is written when the options are bad, not even with null for an object', async () => {
  const path = folder.file('refused.csv');
  const writing = exportRecords([await recorded([{}])], 'csv', { path, anonymize: null as never });
  await expect(writing).rejects.toMatchObject({ code: 'invalid_argument' });
  expect(folder.listing()).not.toContain('refused.csv');
});
