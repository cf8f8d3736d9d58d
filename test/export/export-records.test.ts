import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CrucibleError } from '../../src/core/errors.ts';
import { type ExportFormat, exportRecords, type RecordSource } from '../../src/export/export-records.ts';
import { linesOf, readArrow, readCsv, readParquet } from './readers.ts';
import { Recording, recorded, scratchFolder } from './recordings.ts';

const FORMATS = ['csv', 'jsonl', 'parquet', 'arrow'] as const;
const folder = scratchFolder();

async function refusal(action: Promise<unknown>): Promise<CrucibleError> {
  return action.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error) => error as CrucibleError,
  );
}

async function sequencesIn(path: string, format: ExportFormat): Promise<string[]> {
  if (format === 'jsonl') {
    return linesOf(path).map((line) => {
      const { experiment_id, writer_id, sequence } = JSON.parse(line);
      return `${experiment_id} ${writer_id} ${sequence}`;
    });
  }
  const file = format === 'csv' ? readCsv(path) : format === 'arrow' ? readArrow(path) : await readParquet(path);
  const at = ['experiment_id', 'writer_id', 'sequence'].map((name) => file.columns.indexOf(name));
  return file.rows.map((row) => at.map((k) => String(row[k])).join(' '));
}

describe.each(FORMATS)('%s', (format) => {
  const path = folder.file(`all.${format}`);

  test('several experiments go to one file, source by source, each by writer and sequence', async () => {
    const [a, b] = [
      await Recording.start({ id: 'a', name: 'A' }),
      await recorded([{ metadata: { only_b: 1 } }], { id: 'b', name: 'B' }),
    ];
    await a.join('w2');
    await a.join('w1');
    for (let i = 0; i < 200; i++) a.emit({ timestamp: 1000 - i, metadata: { i } }, i % 2 ? 'w1' : 'w2');
    const result = await exportRecords([b, a], format, { path });
    const order = ['w2', 'w1'].flatMap((writer) => Array.from({ length: 100 }, (_, i) => `a ${writer} ${i}`));
    expect(await sequencesIn(path, format)).toEqual(['b w1 0', ...order]);
    expect(result).toMatchObject({ path, format, rows: 201 });
    expect(result.bytes).toBe(readFileSync(path).byteLength);
  });

  test('what is recorded while it is exported is not in the file', async () => {
    const source = await recorded(Array.from({ length: 100 }, (_, i) => ({ metadata: { i } })));
    let passes = 0;
    const growing: RecordSource = {
      experiment: source.experiment,
      async *batches() {
        if (++passes === 2) {
          await source.join('late');
          for (let i = 0; i < 100; i++) source.emit({ metadata: { new_key: i } }, i % 2 ? 'w1' : 'late');
        }
        yield* source.batches();
      },
    };
    const result = await exportRecords([growing], format, { path });
    expect(result.rows).toBe(100);
    expect(await sequencesIn(path, format)).toEqual(Array.from({ length: 100 }, (_, i) => `exp-1 w1 ${i}`));
    expect(readFileSync(path, 'latin1')).not.toContain('new_key');
  });

  test('missing folders are made and an older file is replaced', async () => {
    const deep = folder.file(`new-${format}/deep/er/x.${format}`);
    await exportRecords([await recorded([{}, {}])], format, { path: deep });
    await exportRecords([await recorded([{}])], format, { path: deep });
    expect(await sequencesIn(deep, format)).toEqual(['exp-1 w1 0']);
    expect(folder.listing().filter((name) => name.includes(`new-${format}`))).toHaveLength(4);
  });

  test('an experiment without events is refused, and nothing is made', async () => {
    const before = folder.listing();
    const error = await refusal(exportRecords([await recorded([])], format, { path: folder.file(`none-${format}/x`) }));
    expect(error).toMatchObject({ code: 'no_events', message: expect.stringContaining('"first" (exp-1)') });
    expect(error.hint).toBeTruthy();
    expect(folder.listing()).toEqual(before);
  });

  test('an experiment without events among others takes no room', async () => {
    const sources = [await recorded([], { id: 'a', name: 'A' }), await recorded([{}], { id: 'b', name: 'B' })];
    expect(await exportRecords(sources, format, { path })).toMatchObject({ rows: 1 });
  });

  test('a source that fails half-way leaves the older file and nothing else', async () => {
    const kept = folder.file(`kept-${format}/x.${format}`);
    const source = await recorded(Array.from({ length: 5000 }, (_, i) => ({ metadata: { i } })));
    await exportRecords([source], format, { path: kept });
    const [older, before] = [readFileSync(kept), folder.listing()];
    let passes = 0;
    let fails = true;
    const failing: RecordSource = {
      experiment: source.experiment,
      async *batches() {
        passes++;
        for await (const batch of source.batches()) {
          yield batch;
          if (fails && passes > 1 && batch.firstSequence > 1000) throw new Error('torn');
        }
      },
    };
    await expect(exportRecords([failing], format, { path: kept })).rejects.toThrow('torn');
    fails = false;
    await expect(exportRecords([failing], format, { path: kept })).resolves.toBeTruthy();
    passes = 0;
    fails = true;
    await expect(exportRecords([failing], format, { path: folder.file(`gone-${format}/a/x`) })).rejects.toThrow('torn');
    expect(folder.listing()).toEqual(before);
    expect(readFileSync(kept).byteLength).toBe(older.byteLength);
  });

  test('a path that cannot be written is refused, and nothing is made', async () => {
    writeFileSync(folder.file('a-file'), 'mine');
    mkdirSync(folder.file('a-folder'), { recursive: true });
    const before = folder.listing();
    const source = await recorded([{}]);
    const paths = [
      folder.path,
      folder.file('a-folder'),
      folder.file('a-file/x'),
      folder.file('a-file/y/x'),
      '/proc/none/x',
      '/dev/null',
      folder.file('n'.repeat(300)),
    ];
    for (const bad of paths) {
      const error = await refusal(exportRecords([source], format, { path: bad }));
      expect([bad, error.code]).toEqual([bad, 'path_unwritable']);
      expect(error.message).toContain(bad);
      expect(error.hint).toBeTruthy();
    }
    expect(folder.listing()).toEqual(before);
    expect(readFileSync(folder.file('a-file'), 'utf8')).toBe('mine');
  });
});

test('a link goes on pointing to its file', async () => {
  writeFileSync(folder.file('behind.csv'), 'old');
  symlinkSync(folder.file('behind.csv'), folder.file('link.csv'));
  await exportRecords([await recorded([{}])], 'csv', { path: folder.file('link.csv') });
  expect(readCsv(folder.file('behind.csv')).rows).toHaveLength(1);
});

test('a bad format, path or choice of experiments is refused', async () => {
  const source = await recorded([{}]);
  const path = folder.file('x');
  const cases: [Promise<unknown>, string, string][] = [
    [exportRecords([source], 'xml' as never, { path }), 'unknown_format', '"xml"'],
    [exportRecords([source], 'toString' as never, { path }), 'unknown_format', '"toString"'],
    [exportRecords([source], undefined as never, { path }), 'unknown_format', 'undefined'],
    [exportRecords([source], 'csv', {} as never), 'invalid_argument', 'undefined'],
    [exportRecords([source], 'csv', undefined as never), 'invalid_argument', 'undefined'],
    [exportRecords([source], 'csv', { path: '' }), 'invalid_argument', '""'],
    [exportRecords([source], 'csv', { path: 'a\0b' }), 'invalid_argument', 'a'],
    [exportRecords([], 'csv', { path }), 'invalid_argument', 'No experiment'],
    [exportRecords([source, source], 'csv', { path }), 'invalid_argument', '"exp-1"'],
  ];
  for (const [action, code, said] of cases) {
    const error = await refusal(action);
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(error.hint).toBeTruthy();
  }
});

test('other work of the process goes on while a file is written', async () => {
  const source = await recorded(Array.from({ length: 30_000 }, (_, i) => ({ metadata: { i, text: `text ${i}` } })));
  for (const format of FORMATS) {
    let turns = 0;
    let done = false;
    const turn = () => {
      turns++;
      if (!done) setImmediate(turn);
    };
    setImmediate(turn);
    await exportRecords([source], format, { path: folder.file(`turns.${format}`) });
    done = true;
    expect(turns).toBeGreaterThan(10);
  }
});
