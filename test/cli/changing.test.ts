import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, jsonLines, outcome, start, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();
const files = temporaryFolder();
const inStore = (...args: string[]) => crucible(['--dir', dir, ...args]);

interface Imported {
  readonly experiments: readonly {
    id: string;
    from: string;
    name: string;
    condition: string | null;
    events: number;
    duplicates: number;
  }[];
  readonly points: Record<string, number>;
  readonly skipped: number;
  readonly reasons: readonly { line: number; reason: string }[];
}

beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir }) });
  for (const condition of ['control', 'treatment']) {
    const experiment = await lab.startExperiment({
      id: condition,
      name: `model-${condition}`,
      study: 'sums',
      condition,
      replicate: 'day-1',
      tags: ['x', 'y,z'],
    });
    const tokens = { prompt: 150, completion: 300 };
    const metadata = {
      model: 'gpt-4o',
      sample_id: 'q\u20281',
      tokens,
      response: 'a "b",\r\nc',
      code: '007',
      list: [1, { a: 'b' }],
      flag: true,
    };
    const stop: string = 'req_llm.request.stop';
    experiment.execute(stop, { duration: 153.25, odd: Number.NaN }, metadata);
    experiment.execute(
      'req_llm.request.exception',
      { duration: 5 },
      { model: 'gpt-4o', error: 'timeout', sample_id: 'q2' },
    );
    experiment.score('exact_match', 1, { sample_id: 'q1' });
    await experiment.logMetric('loss', Number.POSITIVE_INFINITY, { step: 1, metadata: { epoch: 2 } });
    await experiment.stop();
  }
  await lab.close();
});

let original: Record<string, unknown>[] | undefined;

const SAME = `SELECT event_name, timestamp, latency_ms, cost_usd, success, sample_id, model, input_tokens, condition, replicate, tags
  FROM events ORDER BY timestamp, event_name`;

async function recordsOf(folder: string): Promise<Record<string, unknown>[]> {
  return jsonLines((await crucible(['--dir', folder, 'query', '--json', SAME])).stdout);
}

describe('crucible import', () => {
  it.each(['jsonl', 'csv', 'parquet'])('gives back what %s was exported, one experiment for each', async (format) => {
    const path = join(files, `study.${format}`);
    await inStore('export', '--study', 'sums', '-o', path);
    const target = temporaryFolder();
    const { code, stdout } = await crucible(['import', path, '--dir', target, '--json']);
    expect(code).toBe(0);
    const { experiments, skipped } = JSON.parse(stdout) as Imported;
    expect(skipped).toBe(0);
    expect(experiments).toMatchObject([
      { from: 'control', name: 'model-control', condition: 'control', events: 3, duplicates: 0 },
      { from: 'treatment', name: 'model-treatment', condition: 'treatment', events: 3, duplicates: 0 },
    ]);
    original ??= await recordsOf(dir);
    expect(original).toHaveLength(6);
    expect(await recordsOf(target)).toEqual(original);
    const [first] = jsonLines((await crucible(['export', experiments[0]!.id, '--dir', target])).stdout);
    const metadata = first!.metadata as Record<string, unknown>;
    expect(metadata).toMatchObject({
      response: 'a "b",\r\nc',
      tokens: { prompt: 150, completion: 300 },
      code: '007',
      flag: true,
    });
    expect(metadata.list).toEqual([1, { a: 'b' }]);
    expect(first!.measurements).toEqual({ duration: 153.25, odd: { $number: 'NaN' } });
  });

  it('takes the lines of the Elixir library: names as lists, durations in nanoseconds', async () => {
    const path = join(files, 'elixir.jsonl');
    const event = {
      event_id: '9f86d081884c7d659a2feaa0c55ad015',
      event_name: ['req_llm', 'request', 'stop'],
      timestamp: 1_733_000_000_123_456,
      experiment_id: 'f00d',
      experiment_name: 'ensemble_vs_single',
      condition: 'treatment',
      tags: ['h1'],
      measurements: { duration: 150_000_000 },
      metadata: { model: 'gpt-4', tokens: { prompt: 10, completion: 20 }, sample_id: 's1' },
      latency_ms: 150.0,
      cost_usd: 0.0015,
      success: true,
      session_id: null,
      user_id: null,
      sample_id: 's1',
      cohort: null,
      model: 'gpt-4',
      provider: null,
    };
    writeFileSync(path, `${JSON.stringify(event)}\n${JSON.stringify(event)}\n`);
    const target = temporaryFolder();
    const { stdout } = await crucible(['import', path, '--dir', target, '--json']);
    expect((JSON.parse(stdout) as Imported).experiments).toMatchObject([
      { from: 'f00d', name: 'ensemble_vs_single', events: 1, duplicates: 1 },
    ]);
    const [record] = await recordsOf(target);
    expect(record).toEqual({
      event_name: 'req_llm.request.stop',
      timestamp: '2024-11-30T20:53:20.123456Z',
      latency_ms: 150,
      cost_usd: 0.0015,
      success: true,
      sample_id: 's1',
      model: 'gpt-4',
      input_tokens: 10,
      condition: 'treatment',
      replicate: expect.any(String),
      tags: ['h1'],
    });
  });

  it('takes the CSV of the Elixir library: flattened by underscores, columns by name', async () => {
    const path = join(files, 'elixir.csv');
    const header =
      'cohort,condition,cost_usd,datetime,event_id,event_name,experiment_id,experiment_name,latency_ms,measurement_duration,metadata_model,metadata_response,metadata_tokens_completion,metadata_tokens_prompt,model,provider,sample_id,session_id,success,timestamp';
    const row = (id: string, success: string) =>
      `,control,0.0015,2024-11-30T20:53:20.123456Z,${id},req_llm.request.stop,f00d,elixir run,150.5,150500000,gpt-4,"yes, ""so""",20,10,gpt-4,,s1,,${success},1733000000123456`;
    writeFileSync(path, `${header}\n${row('a1', 'true')}\n${row('a2', 'false')}\n`);
    const target = temporaryFolder();
    const { stdout } = await crucible(['import', path, '--dir', target, '--study', 'port', '--json']);
    expect((JSON.parse(stdout) as Imported).experiments).toMatchObject([
      { name: 'elixir run', condition: 'control', events: 2 },
    ]);
    const records = await recordsOf(target);
    expect(records.map(({ success }) => success).sort()).toEqual([false, true]);
    expect(records[0]).toMatchObject({
      latency_ms: 150.5,
      cost_usd: 0.0015,
      input_tokens: 10,
      timestamp: '2024-11-30T20:53:20.123456Z',
    });
    const [exported] = jsonLines((await crucible(['export', 'elixir run', '--dir', target])).stdout);
    expect(exported).toMatchObject({
      study: 'port',
      measurements: { duration: 150_500_000 },
      metadata: { response: 'yes, "so"', tokens: { prompt: 10, completion: 20 } },
    });
  });

  it('takes the folder of an archive with its metric points', async () => {
    const archives = temporaryFolder();
    const source = temporaryFolder();
    await crucible(['import', '--dir', source, join(files, 'study.jsonl')]);
    await crucible(['archive', 'model-control', '--dir', source]);
    const { stderr } = await inStore('archive', 'model-treatment', '--path', archives);
    expect(stderr).toContain(`is archived and written to ${join(archives, 'treatment')}.`);
    expect((await inStore('archive', 'model-treatment', '--path', archives)).code).toBe(0);
    const target = temporaryFolder();
    // The folder that was given to archive, in which there is one archive.
    const { stdout } = await crucible(['import', archives, '--dir', target, '--json']);
    const { experiments, points } = JSON.parse(stdout) as Imported;
    const id = experiments[0]!.id;
    expect(points).toEqual({ [id]: 1 });
    const rows = jsonLines((await crucible(['query', '--dir', target, '--json', 'FROM metrics'])).stdout);
    expect(rows).toMatchObject([{ run_id: id, metric: 'loss', value: 'Infinity', step: 1, metadata: '{"epoch":2}' }]);
  });

  it('skips what it cannot read, says why, and ends with 4', async () => {
    const path = join(files, 'torn.jsonl');
    const good = '{"event_name":"a.b","timestamp":1733000000123456,"measurements":{},"metadata":{}}';
    writeFileSync(path, `${good}\n{"event_name":"a.b"}\nnot json\n${good.slice(0, 30)}`);
    const target = temporaryFolder();
    const { code, stdout, stderr } = await crucible(['import', path, '--dir', target, '--name', 'torn', '--json']);
    expect(code).toBe(4);
    const { experiments, skipped, reasons } = JSON.parse(stdout) as Imported;
    expect(experiments).toMatchObject([{ name: 'torn', events: 1 }]);
    expect([skipped, reasons.map(({ line }) => line)]).toEqual([3, [2, 3, 4]]);
    expect(stderr).toContain('warning: row 2 has no timestamp');
  });

  it('skips rows of a csv with too few or too many cells', async () => {
    const path = join(files, 'ragged.csv');
    const time = '2026-01-01T00:00:00Z';
    writeFileSync(
      path,
      `event_name,timestamp,metadata.x\na.b,${time},1\na.b,${time}\na.b,${time},1,2,3\na.b,${time},2\n`,
    );
    const { code, stdout } = await crucible(['import', path, '--dir', temporaryFolder(), '--json']);
    const { experiments, skipped, reasons } = JSON.parse(stdout) as Imported;
    expect([code, experiments[0]!.events, skipped, reasons.map(({ line }) => line)]).toEqual([4, 2, 2, [3, 4]]);
  });

  it('lasted as long as its data, in list and in metrics', async () => {
    const path = join(files, 'minute.jsonl');
    const line = (second: string) => `{"event_name":"a.b","timestamp":"2024-01-01T00:${second}.5Z"}\n`;
    writeFileSync(path, line('02:00') + line('00:30'));
    const target = temporaryFolder();
    await crucible(['import', path, '--dir', target]);
    expect(JSON.parse((await crucible(['list', '--dir', target, '--json'])).stdout)[0].lasted_seconds).toBe(90);
    expect((await crucible(['metrics', '--dir', target, 'imported'])).stdout).toMatch(
      /^time +2024-\S+ \S+, 1 min 30 s$/m,
    );
  });

  it('changes nothing with --dry-run', async () => {
    const target = join(temporaryFolder(), 'store');
    const { code, stdout } = await crucible(['import', join(files, 'study.jsonl'), '--dir', target, '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toContain('would import 3 events of model-control (control)');
    expect(existsSync(target)).toBe(false);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const path = join(files, 'long.jsonl');
    const line = (i: number) =>
      `{"event_name":"a.b","timestamp":${1_733_000_000_000_000 + i},"experiment_id":"long"}\n`;
    writeFileSync(path, Array.from({ length: 400_000 }, (_, i) => line(i)).join(''));
    const target = temporaryFolder();
    const child = start(['import', path, '--dir', target]);
    const ended = outcome(child);
    while (!existsSync(join(target, 'experiments')) || readdirSync(join(target, 'experiments')).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(readdirSync(join(target, 'experiments'))).toEqual([]);
  });

  it('refuses what nobody exported', async () => {
    const path = join(files, 'other.txt');
    writeFileSync(path, 'hello\n');
    expect((await inStore('import', path)).code).toBe(2);
    expect((await inStore('import', files)).code).toBe(2);
  });
});

describe('crucible archive', () => {
  it('archives what is stopped, once, and writes a copy', async () => {
    const target = temporaryFolder();
    const archives = temporaryFolder();
    await crucible(['import', '--dir', target, join(files, 'study.jsonl')]);
    const { code, stdout } = await crucible([
      'archive',
      '--dir',
      target,
      'model-control',
      '--path',
      archives,
      '--json',
    ]);
    expect(code).toBe(0);
    const { id, status } = JSON.parse(stdout);
    expect(status).toBe('archived');
    expect(
      readFileSync(join(archives, id, 'events.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(3);
    const again = await crucible(['archive', '--dir', target, 'model-control']);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('is archived and cannot be archived');
  });

  it('stops what nobody writes to when told so', async () => {
    const target = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: target }) });
    await lab.startExperiment({ name: 'open' });
    const busy = await crucible(['archive', '--dir', target, 'open', '--stop']);
    expect([busy.code, busy.stderr.includes('is being written')]).toEqual([1, true]);
    const written = await crucible(['archive', '--dir', target, 'open']);
    for (const { stderr } of [busy, written])
      expect(stderr).toMatch(/hint: Stop it where it runs, or with crucible stop exp-\S+ --force\.\n/);
    await lab.close();
    const refused = await crucible(['archive', '--dir', target, 'open']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/ is idle and cannot be archived\.\nhint: --stop stops it first/);
    expect((await crucible(['archive', '--dir', target, 'open', '--stop'])).code).toBe(0);
    expect((await crucible(['show', '--dir', target, 'open'])).stdout).not.toContain('live segments');
  });
});

describe('crucible stop', () => {
  it('stops what is idle, and what is written only with --force', async () => {
    const target = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: target }) });
    const experiment = await lab.startExperiment({ name: 'open' });
    const busy = await crucible(['stop', '--dir', target, 'open']);
    expect(busy.code).toBe(1);
    expect(busy.stderr).toContain('hint: --force stops it: its writers stop within a second.');
    expect((await crucible(['stop', '--dir', target, 'open', '--force'])).code).toBe(0);
    await vi.waitFor(() => expect(experiment.status).toBe('stopped'), 5000);
    await lab.startExperiment({ name: 'left' });
    await lab.close();
    const { code, stdout } = await crucible(['stop', '--dir', target, 'left', '--json']);
    expect([code, JSON.parse(stdout).status]).toEqual([0, 'stopped']);
    expect((await crucible(['stop', '--dir', target, 'left'])).code).toBe(1);
  });
});

describe('crucible delete', () => {
  it('asks, and where nobody can answer wants --yes', async () => {
    const target = temporaryFolder();
    await crucible(['import', '--dir', target, join(files, 'study.jsonl')]);
    const refused = await crucible(['delete', '--dir', target, 'model-control']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('hint: Add --yes.');
    const { code } = await crucible(['delete', '--dir', target, '--yes', 'model-control', 'model-treatment']);
    expect(code).toBe(0);
    expect(JSON.parse((await crucible(['list', '--dir', target, '--json'])).stdout)).toEqual([]);
  });

  it('takes an empty name for a mistake, not for the only experiment there is', async () => {
    const target = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: target }) });
    await (await lab.startExperiment({ id: 'only', name: 'only' })).stop();
    await lab.close();
    expect((await crucible(['delete', '--dir', target, '--yes', ''])).code).toBe(2);
    expect((await crucible(['show', '--dir', target, 'only'])).code).toBe(0);
  });

  it('leaves what is being written unless forced', async () => {
    const target = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: target }) });
    const experiment = await lab.startExperiment({ name: 'busy' });
    experiment.execute('a.b');
    await lab.flush();
    const refused = await crucible(['delete', '--dir', target, '--yes', 'busy']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/is being written by a process\.\nhint: --force/);
    expect((await crucible(['delete', '--dir', target, '--yes', '--force', 'busy'])).code).toBe(0);
    // What it had to note has gone with the folder.
    await lab.close().catch(() => undefined);
  });
});
