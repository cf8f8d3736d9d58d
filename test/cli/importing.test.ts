import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, jsonLines, temporaryFolder } from './crucible.ts';

const PLAN = {
  statement: 'Caching makes answers faster.',
  metric: 'latency_ms',
  direction: 'lower',
  alpha: 0.01,
  correction: 'bonferroni',
} as const;

/** Archives of a study with a plan, by id. */
async function archives(): Promise<{ source: string; folder: string }> {
  const [source, folder] = [temporaryFolder(), temporaryFolder()];
  const lab = createCrucible({ store: localStore({ dir: source }) });
  for (const condition of ['control', 'treatment']) {
    const experiment = await lab.startExperiment({
      id: condition,
      name: condition,
      study: 'caching',
      condition,
      hypothesis: PLAN,
      sampleSize: 20,
    });
    for (let i = 0; i < 20; i++) {
      const duration = (condition === 'control' ? 200 : 100) + ((i * 7) % 11);
      experiment.execute('req_llm.request.stop', { duration }, { model: 'm', sample_id: `q${i}` });
    }
    await experiment.stop();
    await experiment.archive({ path: folder });
  }
  await lab.close();
  return { source, folder };
}

async function imported(folder: string, target = temporaryFolder()): Promise<string> {
  for (const id of ['control', 'treatment'])
    expect((await crucible(['--dir', target, 'import', join(folder, id)])).code).toBe(0);
  return target;
}

async function shown(dir: string, name: string): Promise<Record<string, unknown>> {
  return JSON.parse((await crucible(['--dir', dir, 'show', name, '--json'])).stdout) as Record<string, unknown>;
}

async function analyzed(dir: string): Promise<{ plan: unknown; outcome: string; deviations: { what: string }[] }> {
  const { code, stdout, stderr } = await crucible(['--dir', dir, 'analyze', 'caching', '--final', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('an archive that is imported', () => {
  it('keeps hypothesis, plan, hash, time of freezing and start, so that the analysis is the same', async () => {
    const { source, folder } = await archives();
    const target = await imported(folder);
    for (const id of ['control', 'treatment']) {
      const before = JSON.parse(readFileSync(join(folder, id, 'experiment.json'), 'utf8'));
      const { hypothesis, plan, started_at, sample_size } = before;
      expect(plan.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(await shown(target, id)).toMatchObject({ hypothesis, plan, started_at, sample_size });
    }
    const [before, after] = [await analyzed(source), await analyzed(target)];
    expect(before.outcome).toBe('supported');
    expect(after).toMatchObject({ plan: before.plan, outcome: before.outcome, deviations: before.deviations });
  });

  it('does not let a plan that was edited pass for frozen', async () => {
    const { folder } = await archives();
    const path = join(folder, 'treatment', 'experiment.json');
    const definition = JSON.parse(readFileSync(path, 'utf8'));
    definition.plan.alpha = 0.2;
    writeFileSync(path, JSON.stringify(definition));
    const target = temporaryFolder();
    expect((await crucible(['--dir', target, 'import', join(folder, 'control')])).code).toBe(0);
    const { code, stdout, stderr } = await crucible(['--dir', target, 'import', join(folder, 'treatment')]);
    expect([code, stdout.startsWith('imported 20 events')]).toEqual([4, true]);
    expect(stderr).toMatch(/^warning: The plan in .*treatment.experiment\.json was changed since it was frozen/);
    const told = (await analyzed(target)).deviations.map(({ what }) => what);
    expect(told.some((what) => /^plan of treatment \(.*\), changed since it was frozen$/.test(what))).toBe(true);
  });

  it('gives a hypothesis in words no plan that it did not have', async () => {
    const { folder } = await archives();
    const path = join(folder, 'control', 'experiment.json');
    const { plan: _, ...definition } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...definition, hypothesis: 'faster' }));
    const target = await imported(folder);
    expect(await shown(target, 'control')).toMatchObject({ hypothesis: 'faster', plan: null });
  });

  it('leaves nothing behind when its plan is none', async () => {
    const { folder } = await archives();
    const path = join(folder, 'control', 'experiment.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), plan: { alpha: 1 } }));
    const target = temporaryFolder();
    const { code, stderr } = await crucible(['--dir', target, 'import', join(folder, 'control')]);
    expect([code, stderr.includes('has a plan that is none')]).toEqual([4, true]);
    expect(JSON.parse((await crucible(['--dir', target, 'list', '--json'])).stdout || '[]')).toEqual([]);
  });
});

describe('a csv that is imported', () => {
  it('keeps ids, models and replicates texts, however they look', async () => {
    const path = join(temporaryFolder(), 'ids.csv');
    const header = 'event_name,timestamp,experiment_id,replicate,session_id,user_id,sample_id,trace_id,model,provider';
    const row = (i: number) => `req_llm.request.stop,2026-01-01T00:00:0${i}Z,1.50,1e2,1e3,7.0,${i}.0,true,4.10,1e400`;
    writeFileSync(
      path,
      `${header},metadata.request_no,metadata_correlation_id\n${[1, 2].map((i) => `${row(i)},${i}e2,1e3`).join('\n')}\n`,
    );
    const target = temporaryFolder();
    const { stdout } = await crucible(['--dir', target, 'import', path, '--json']);
    expect(JSON.parse(stdout).experiments).toMatchObject([{ from: '1.50', events: 2 }]);
    const sql = `SELECT replicate, session_id, user_id, sample_id, trace_id, model, provider, correlation_id,
      metadata->'$.request_no' AS request_no FROM events ORDER BY timestamp`;
    const [first, second] = jsonLines((await crucible(['--dir', target, 'query', '--json', sql])).stdout);
    expect(first).toEqual({
      replicate: '1e2',
      session_id: '1e3',
      user_id: '7.0',
      sample_id: '1.0',
      trace_id: 'true',
      model: '4.10',
      provider: '1e400',
      correlation_id: '1e3',
      request_no: '100',
    });
    expect(second).toMatchObject({ sample_id: '2.0', request_no: '200' });
  });
});

describe('what is imported a second time', () => {
  it('is told: the same experiment, or a file of the same name that does not say whose it is', async () => {
    const folder = temporaryFolder();
    const line = (more: string) => `{"event_name":"a.b","timestamp":1733000000123456${more}}\n`;
    const files = {
      'own.jsonl': ',"experiment_id":"run-1"',
      'copy.jsonl': ',"experiment_id":"run-1"',
      'none.jsonl': '',
    };
    for (const [name, more] of Object.entries({ ...files, 'other.jsonl': '' }))
      writeFileSync(join(folder, name), line(more));
    const target = temporaryFolder();
    const told = async (name: string, ...more: string[]) => {
      const { code, stderr } = await crucible(['--dir', target, 'import', join(folder, name), ...more]);
      expect(code).toBe(0);
      return stderr;
    };
    expect(await told('own.jsonl')).toBe('');
    expect(await told('copy.jsonl')).toMatch(/^warning: imported looks like what was imported before, as exp-/);
    expect(await told('none.jsonl')).toBe('');
    expect(await told('other.jsonl')).toBe('');
    expect(await told('none.jsonl', '--dry-run')).toMatch(
      /^warning: imported looks like .*: its records would be there twice\./,
    );
  });
});

describe('a file that cannot be read to its end', () => {
  it('ends with 4, names the file, and nothing of it is imported', async () => {
    const folder = temporaryFolder();
    const [target, path] = [join(folder, 'store'), join(folder, 'broken.csv')];
    writeFileSync(path, 'event_name,timestamp,measurements.x\na.b,1,1\na.b,2,"unclosed\n');
    const { code, stdout, stderr } = await crucible(['--dir', target, 'import', path]);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toContain('broken.csv cannot be read: ');
    expect(stderr).not.toContain('not an error that was foreseen');
    expect(existsSync(join(target, 'experiments'))).toBe(false);
  });
});

it('numbers of more digits than a double has stay texts: ids that differ do not become the same', async () => {
  const folder = temporaryFolder();
  const [target, path] = [join(folder, 'store'), join(folder, 'ids.csv')];
  const ids = ['9007199254740993', '9007199254740992', '12345678901234567'];
  const rows = ids.map((id, i) => `a.b,${i},${id},${2 ** 53 - i}`);
  writeFileSync(path, `event_name,timestamp,metadata.customer,measurements.big\n${rows.join('\n')}\n`);
  expect((await crucible(['--dir', target, 'import', path])).code).toBe(0);
  const { stdout } = await crucible(['--dir', target, 'query', '--json', 'SELECT metadata, measurements FROM events']);
  const found = jsonLines(stdout) as { metadata: string; measurements: string }[];
  expect(found.map(({ metadata }) => JSON.parse(metadata))).toEqual(ids.map((customer) => ({ customer })));
  expect(found.map(({ measurements }) => JSON.parse(measurements))).toEqual(ids.map((_, i) => ({ big: 2 ** 53 - i })));
});

describe('nested values that are exported and imported', () => {
  const VALUES = [
    { text: '{"answer":42}', list: ['a', 1, null], mixed: 'plain', whole: 2n ** 60n + 1n, deep: { empty: {} } },
    { text: '{"answer":43}', list: [], mixed: 7, whole: 5, deep: { empty: {} } },
    { text: '{"$bigint":"1"}', list: ['"x"'], mixed: '9', whole: 6, quoted: '"yes"', marked: '\ufeffa' },
    {
      text: '[broken',
      list: [{ a: 1 }],
      mixed: true,
      whole: 7,
      quoted: '"no"',
      marked: `\ufeff${'long '.repeat(100)}`,
    },
    { text: '{}', list: [[1], 'b'], mixed: null, whole: -(2n ** 62n), number: -0 },
  ];

  async function roundTrip(format: 'jsonl' | 'csv' | 'parquet'): Promise<unknown[]> {
    const [source, target, folder] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const path = join(folder, `events.${format}`);
    const lab = createCrucible({ store: localStore({ dir: source }) });
    const experiment = await lab.startExperiment({ name: 'values' });
    for (const metadata of VALUES) experiment.execute('a.b', { x: 1 }, metadata);
    await experiment.stop();
    await experiment.export(format, { path });
    await lab.close();
    expect((await crucible(['--dir', target, 'import', path])).code).toBe(0);
    const again = createCrucible({ store: localStore({ dir: target }) });
    const found = [];
    const [{ id } = { id: '' }] = await again.listExperiments();
    for await (const { metadata } of (await again.getExperiment(id)).records()) found.push(metadata);
    await again.close();
    return found;
  }

  // A cell of a flat file is empty for null and for nothing.
  const withoutNulls = VALUES.map((value) => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null)));

  it('are what they were, by JSON Lines', async () => {
    expect(await roundTrip('jsonl')).toEqual(VALUES);
  });

  it('are what they were, by Parquet: a text that is JSON stays a text, and whole numbers keep all digits', async () => {
    expect(await roundTrip('parquet')).toEqual(withoutNulls);
  });

  it('are what they were, by CSV, but for whole numbers beyond 2^53, which are texts', async () => {
    expect(await roundTrip('csv')).toEqual(withoutNulls.map((value) => ({ ...value, whole: String(value.whole) })));
  });

  it('are told from texts by their look where a file says nothing', async () => {
    const folder = temporaryFolder();
    const [target, path] = [join(folder, 'store'), join(folder, 'foreign.csv')];
    const rows = ['"""a""",[1],"{""a"":1}","""x"""', '5,[],"{""a"":2}","""y"""'];
    writeFileSync(
      path,
      `event_name,timestamp,metadata.mixed,metadata.list,metadata.text,metadata.quoted\n${rows.map((row, i) => `a.b,${i},${row}`).join('\n')}\n`,
    );
    expect((await crucible(['--dir', target, 'import', path])).code).toBe(0);
    const { stdout } = await crucible([
      '--dir',
      target,
      'query',
      '--json',
      'SELECT metadata FROM events ORDER BY timestamp',
    ]);
    const found = jsonLines(stdout) as { metadata: string }[];
    expect(found.map(({ metadata }) => JSON.parse(metadata))).toEqual([
      { mixed: 'a', list: [1], text: '{"a":1}', quoted: '"x"' },
      { mixed: 5, list: [], text: '{"a":2}', quoted: '"y"' },
    ]);
  });
});

it('rows that are refused make no experiment', async () => {
  const folder = temporaryFolder();
  const [target, path] = [join(folder, 'store'), join(folder, 'bad.jsonl')];
  writeFileSync(
    path,
    '{"event_name":"a.b","timestamp":"no time","experiment_id":"bad"}\n{"event_name":"a.b","timestamp":1,"experiment_id":"good"}\n',
  );
  const { code, stdout } = await crucible(['--dir', target, 'import', path, '--json']);
  expect(code).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({ experiments: [{ from: 'good', events: 1 }], skipped: 1 });
  expect(JSON.parse((await crucible(['--dir', target, 'list', '--json'])).stdout)).toHaveLength(1);
});
