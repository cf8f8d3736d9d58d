import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, jsonLines, type Outcome, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();
const inStore = (...args: string[]) => crucible(['--dir', dir, ...args]);
let demo: Outcome;

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly condition: string;
  readonly replicate: string;
  readonly status: string;
  readonly ledger: { readonly emitted: number; readonly stored: number };
}

beforeAll(async () => {
  demo = await inStore('demo');
  const lab = createCrucible({ store: localStore({ dir }) });
  const chat = await lab.startExperiment({ name: 'chat', tags: ['a|b'], metadata: { team: 'é' } });
  for (let i = 0; i < 40; i++) {
    chat.execute(
      'req_llm.request.stop',
      { duration: 100 + i },
      {
        model: i % 2 ? 'gpt-4o' : 'gpt-4o-mini',
        sample_id: `q${i}`,
        tokens: { prompt: 10, completion: 5 },
        success: i !== 7,
      },
    );
  }
  await chat.logMetric('reward', 0.5, { step: 3, timestamp: '2026-01-31T12:00:00Z' });
  await lab.close();
});

// Ten records sealed whose live segment is still there, and twenty live ones before half a line. Its path looks like a file's.
async function mixedStore(): Promise<string> {
  const folder = join(temporaryFolder(), 'runs.jsonl');
  for (const count of [10, 20]) {
    const lab = createCrucible({ store: localStore({ dir: folder }) });
    const experiment =
      count === 10 ? await lab.startExperiment({ id: 'mixed', name: 'mixed' }) : await lab.resumeExperiment('mixed');
    for (let i = 0; i < count; i++) experiment.execute('app.tick', { i, odd: Number.NaN });
    await lab.close();
    if (count === 20) break;
    const events = join(folder, 'experiments/mixed/events');
    const [live] = readdirSync(events);
    const lines = readFileSync(join(events, live!));
    expect((await crucible(['doctor', '--seal', '--dir', folder])).code).toBe(0);
    writeFileSync(join(events, live!), lines);
  }
  const events = join(folder, 'experiments/mixed/events');
  for (const file of readdirSync(events))
    if (file.endsWith('.jsonl')) appendFileSync(join(events, file), '{"event_id":"w');
  expect(readdirSync(events)).toHaveLength(3);
  return folder;
}

describe('crucible demo', () => {
  it('trains ten runs, compares them, and says what to try next', () => {
    expect(demo.code).toBe(0);
    expect(demo.stdout).toContain('treatment against control');
    expect(demo.stdout).toMatch(/^loss +0\.\d+ +0\.\d+ .* better$/m);
    expect(demo.stderr).toContain(`crucible --dir ${dir} list --study penguins`);
  });

  it('learns: the loss falls by half and most birds of the held-back quarter are told right', async () => {
    const { stdout } = await inStore('metrics', 'perceptron-seed-1', '--json');
    const { training, scores, summary } = JSON.parse(stdout);
    expect(training.loss.last).toBeLessThan(training.loss.first / 2);
    expect(training.loss.count).toBe(60);
    // A quarter of the 333 birds whose sex is known.
    expect(scores.correct.count).toBe(83);
    expect(scores.correct.mean).toBeGreaterThan(0.8);
    expect(summary.total_events).toBe(1 + 60 + 1 + 3 * 83);
  });

  it('gives both conditions of a seed the same birds', async () => {
    const sql = `SELECT replicate, count(DISTINCT sample_id) AS birds, count(DISTINCT condition) AS conditions FROM events
      WHERE sample_id LIKE 'penguin-%' GROUP BY ALL ORDER BY ALL`;
    const rows = jsonLines((await inStore('query', '--json', sql)).stdout);
    expect(rows).toEqual([1, 2, 3, 4, 5].map((seed) => ({ replicate: `seed-${seed}`, birds: 83, conditions: 2 })));
  });
});

describe('crucible list', () => {
  it('prints every experiment with what it stored, numbers flush right', async () => {
    const { stdout, code } = await inStore('list');
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(1 + 10 + 1);
    expect(lines[0]).toMatch(/^ID +NAME +STUDY +CONDITION +REPLICATE +STATUS +STARTED +LASTED +EVENTS$/);
    expect(lines.at(-1)).toMatch(/^exp-\S+ +chat +– +– +exp-\S+ +idle +\S+ \S+Z +.* 40$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it('fits into the width of the terminal, whatever that is, and keeps id, name and status', async () => {
    for (const columns of [60, 80, 100]) {
      const { stdout } = await crucible(['list', '--dir', dir], { env: { COLUMNS: String(columns) } });
      for (const line of stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
      expect(stdout).toMatch(/^ID +NAME +.*STATUS/);
    }
  });

  it('filters, and gives scripts a JSON array', async () => {
    const { stdout } = await inStore('list', '--study', 'penguins', '--condition', 'treatment', '--json');
    const listed = JSON.parse(stdout) as Listed[];
    expect(listed.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((seed) => `perceptron-seed-${seed}`).toSorted());
    for (const { status, ledger } of listed) {
      expect(status).toBe('stopped');
      expect(ledger.stored).toBe(311);
      expect(ledger.emitted).toBe(311);
    }
  });

  it('says on stderr that nothing is like that, and leaves stdout to data', async () => {
    const { stdout, stderr, code } = await inStore('list', '--tag', 'nobody');
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr).toContain('No experiment');
    expect((await inStore('list', '--tag', 'nobody', '--json')).stdout).toBe('[]\n');
  });
});

describe('crucible show', () => {
  it('prints definition, state, writers and files', async () => {
    const { stdout } = await inStore('show', 'chat');
    expect(stdout).toMatch(/^status +idle$/m);
    expect(stdout).toMatch(/^events +40 emitted, 40 stored$/m);
    expect(stdout).toMatch(/^unsealed segments +1 file, /m);
    expect(stdout).toMatch(/^w\w+ +closed +/m);
  });

  it('gives the same as JSON', async () => {
    const found = JSON.parse((await inStore('show', 'chat', '--json')).stdout);
    expect(found).toMatchObject({ name: 'chat', status: 'idle', metadata: { team: 'é' }, ledger: { stored: 40 } });
    expect(found.segments).toHaveLength(1);
    expect(found.writers).toHaveLength(1);
    expect(found.folder).toBe(join(dir, 'experiments', found.id));
  });
});

describe('crucible metrics', () => {
  it('prints headline and events', async () => {
    const { stdout } = await inStore('metrics', 'chat');
    expect(stdout).toMatch(/^success +97\.5 % of 40, 95 % interval /m);
    expect(stdout).toMatch(/^req_llm\.request\.stop +40 /m);
    expect(stdout).toMatch(/^reward +1 +0\.5 +0\.5/m);
  });

  it('say of a training metric whose newest value is not finite where it diverged', async () => {
    const folder = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: folder }) });
    const lost = await lab.startExperiment({ name: 'lost' });
    for (let epoch = 1; epoch <= 20; epoch++) {
      lost.execute('crucible_train.epoch.stop', { loss: epoch < 16 ? 1 / epoch : Number.NaN }, { epoch });
      await lost.logMetric('val_loss', epoch < 16 ? 1 / epoch : Number.NaN, { step: 10 * epoch });
    }
    await lab.close();
    const { stdout } = await crucible(['--dir', folder, 'metrics', 'lost']);
    expect(stdout).toMatch(/^loss .* diverged at epoch 16 /m);
    expect(stdout).toMatch(/^val_loss .* diverged at step 160 /m);
  });

  it('gives all numbers as JSON, of a part of the events too', async () => {
    const { latency } = JSON.parse((await inStore('metrics', 'chat', '--model', 'gpt-4o', '--json')).stdout);
    // 101, 103, … 139 ms without the one that failed, 107.
    expect(latency.count).toBe(19);
    expect(latency.min).toBe(101);
    expect(latency.max).toBe(139);
  });
});

describe('crucible compare', () => {
  it('shows the means that a difference is taken of, and says so', async () => {
    const asked = ['compare', '--study', 'penguins', '--metric', 'accuracy'];
    const { stdout } = await inStore(...asked);
    expect(stdout).toMatch(/The columns of the arms are the means that the difference is taken of/);
    const { comparisons } = JSON.parse((await inStore(...asked, '--json')).stdout);
    const { means, estimate } = comparisons[0].metrics.accuracy;
    expect(means.treatment - means.baseline).toBeCloseTo(estimate, 12);
    const shown = (value: number) => String(Number(value.toPrecision(4)));
    expect(stdout).toMatch(new RegExp(`accuracy +${shown(means.baseline)} +${shown(means.treatment)} `));
  });

  it('compares the conditions of a study', async () => {
    const comparison = JSON.parse((await inStore('compare', '--study', 'penguins', '--json')).stdout);
    expect(comparison.by).toBe('condition');
    expect(comparison.baseline).toBe('control');
    expect(comparison.comparisons).toHaveLength(1);
    expect(comparison.arms.map(({ events }: { events: number }) => events)).toEqual([5 * 311, 5 * 311]);
    expect(comparison.comparisons[0].metrics.loss.n.pairs).toBe(5);
  });

  it('prints an estimate, an interval and a verdict for each metric, and a forest plot', async () => {
    const { code, stdout } = await inStore('compare', '--study', 'penguins', '--metric', 'loss', 'accuracy');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^loss +0\.\d+ +0\.\d+ +−0\.\d+ +−0\.\d+ to −0\.\d+ +\S+ +5 pairs +better$/m);
    expect(stdout).toMatch(/^loss +├─*●─*┤ *┊$/m);
    expect(stdout).toContain('treatment against control (5 and 5 runs)');
    expect(stdout).toMatch(/^METRIC +control +treatment +DIFFERENCE/m);
    expect(stdout).toMatch(/−\d+ % +0 +\+\d+ % +of control/);
    expect(stdout).toContain(
      'Intervals at 95 %, each by itself; 2 p-values of differences are corrected together (holm), so that an interval may leave out 0',
    );
  });

  it('fails in CI on the verdicts that are named, and on no others', async () => {
    const gate = (...more: string[]) => inStore('compare', '--study', 'penguins', '--metric', 'loss', ...more);
    expect((await gate('--fail-on', 'worse,inconclusive')).code).toBe(0);
    const { code, stderr } = await gate('--fail-on', 'better');
    expect(code).toBe(1);
    expect(stderr).toContain('loss of treatment is better.');
    expect((await gate('--fail-on', 'bad')).code).toBe(2);
    expect((await gate('--margin', 'loss')).code).toBe(2);
  });

  it('says how to name a study, and several words of --fail-on', async () => {
    const { code, stdout, stderr } = await inStore('compare', 'penguins');
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('There is no experiment "penguins".\nhint: It is a study: --study penguins names all its');
    // It takes no studies.
    expect((await inStore('metrics', 'penguins')).stderr).toContain('hint: It is a study, of ');
    for (const first of ['worse', 'worse,']) {
      const failed = await inStore('compare', '--study', 'penguins', '--fail-on', first, 'better');
      expect([failed.code, failed.stdout]).toEqual([2, '']);
      expect(failed.stderr).toContain('commas between, and no spaces: --fail-on worse,better');
    }
  });

  it('fails in CI where nothing could be compared', async () => {
    const folder = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: folder }) });
    for (const condition of ['control', 'treatment']) {
      await (await lab.startExperiment({ name: condition, condition })).stop();
    }
    await lab.close();
    const gate = (...more: string[]) => crucible(['compare', '--dir', folder, ...more]);
    const { code, stderr } = await gate('--fail-on', 'worse');
    expect(stderr).toContain('Nothing could be compared of treatment');
    expect(code).toBe(1);
    expect((await gate('--fail-on', 'worse', '--metric', 'latency_ms')).code).toBe(1);
    expect((await gate()).code).toBe(0);
  });

  it('calls what is within a margin equivalent', async () => {
    const { stdout } = await inStore(
      'compare',
      '--study',
      'penguins',
      '--metric',
      'accuracy',
      '--margin',
      'accuracy=0.2',
    );
    expect(stdout).toMatch(/^accuracy .* equivalent$/m);
  });

  it('takes a baseline by condition or by name', async () => {
    const by = async (baseline: string, ...which: string[]) =>
      JSON.parse((await inStore('compare', ...which, '--baseline', baseline, '--json')).stdout).baseline;
    expect(await by('treatment', '--study', 'penguins')).toBe('treatment');
    expect(await by('logistic-seed-2', 'logistic-seed-1', 'logistic-seed-2')).toBe('logistic-seed-2');
  });

  it('compares with another folder, condition by condition; a copy differs in nothing', async () => {
    const { stdout } = await inStore('compare', '--study', 'penguins', '--baseline-dir', dir, '--json');
    const comparisons = JSON.parse(stdout);
    expect(comparisons.map(({ baseline }: { baseline: string }) => baseline)).toEqual([
      'control (baseline)',
      'treatment (baseline)',
    ]);
    for (const { comparisons: arms } of comparisons) {
      expect(arms[0].metrics.loss).toMatchObject({ estimate: 0, verdict: 'inconclusive' });
    }
  });

  it('wants to know what to compare', async () => {
    expect((await inStore('compare', 'chat')).code).toBe(2);
    const { code, stderr } = await inStore('compare');
    expect(code).toBe(2);
    expect(stderr).toContain('hint: Name two experiments');
  });
});

describe('crucible metrics in a narrow terminal', () => {
  it('breaks the lines of its upper block', async () => {
    const { stdout } = await crucible(['--dir', dir, 'metrics', 'chat'], { env: { COLUMNS: '40' } });
    const [upper = ''] = stdout.split('\n\n');
    expect(upper).toContain('req_llm.request.stop');
    for (const line of upper.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });
});

describe('crucible windows', () => {
  it('prints one line a window, and all events are in some window', async () => {
    const { stdout, stderr } = await inStore('windows', 'chat', '--size', '1h');
    expect(stdout).toMatch(/^FROM +EVENTS +MEASURED/);
    expect(stderr).toContain('req_llm.request.stop');
    const { windows } = JSON.parse((await inStore('windows', 'chat', '--size', '1h', '--json')).stdout);
    expect(windows.reduce((sum: number, window: { count: number }) => sum + window.count, 0)).toBe(40);
  });

  it('refuses what is no length of time', async () => {
    const { code, stderr } = await inStore('windows', 'chat', '--size', 'soon');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: "soon" is no length of time\.\nhint: Give it as 30s, 5m/);
  });
});

describe('crucible query', () => {
  it('counts live and sealed records once each', async () => {
    const sql = 'SELECT experiment_name AS name, count(*) AS n FROM events GROUP BY ALL ORDER BY ALL';
    const rows = jsonLines((await inStore('query', '--json', sql)).stdout);
    expect(rows).toHaveLength(11);
    expect(rows[0]).toEqual({ name: 'chat', n: 40 });
    expect(rows.slice(1).every(({ n }) => n === 311)).toBe(true);
  });

  it('has experiments and metric points as views, and times as ISO 8601', async () => {
    const rows = jsonLines(
      (
        await inStore(
          'query',
          '--json',
          'SELECT m.*, e.name, e.tags FROM metrics m JOIN experiments e ON m.run_id = e.id',
        )
      ).stdout,
    );
    expect(rows).toEqual([
      {
        run_id: expect.stringMatching(/^exp-/),
        metric: 'reward',
        value: 0.5,
        step: 3,
        timestamp: '2026-01-31T12:00:00.000000Z',
        metadata: '{}',
        name: 'chat',
        tags: ['a|b'],
      },
    ]);
  });

  it('reads SQL from standard input, and only the experiments that are asked for', async () => {
    const { stdout } = await crucible(['query', '--dir', dir, '-e', 'chat', '--json'], {
      input: 'SELECT count(*) AS n FROM events',
    });
    expect(jsonLines(stdout)).toEqual([{ n: 40 }]);
  });

  it('prints a table that fits, and says which columns did not', async () => {
    const { stdout, stderr } = await crucible(['--dir', dir, 'query', 'FROM events LIMIT 3'], {
      env: { COLUMNS: '90' },
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(90);
    expect(stderr).toMatch(/No room for .*reasoning_tokens: a wider terminal shows them, --json has everything\./);
    expect(stderr).toContain('3 rows');
  });

  it.each([
    ['CREATE TABLE t AS SELECT 1', 'CREATE'],
    ['INSERT INTO experiments (id) VALUES (1)', 'INSERT'],
    ['SELECT 1; SELECT 2', '2 statements'],
    ["SELECT * FROM read_text('/etc/hostname')", 'Permission Error'],
    ["COPY events TO '/tmp/crucible-never.csv'", 'Permission Error'],
    ['EXPLAIN ANALYZE SELECT 1', 'EXPLAIN'],
    ['SELECT nothing FROM events', 'nothing'],
  ])('refuses %s', async (sql, why) => {
    const { code, stdout, stderr } = await inStore('query', sql);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr).toContain('\nhint: ');
  });

  it('cannot write over a segment that it may read', async () => {
    const { segments } = JSON.parse((await inStore('show', 'logistic-seed-1', '--json')).stdout);
    const { path } = segments[0];
    const before = readFileSync(path);
    for (const sql of [
      `COPY (SELECT 1) TO '${path}' (FORMAT parquet)`,
      `EXPLAIN ANALYZE COPY (SELECT 1) TO '${path}'`,
    ]) {
      expect((await inStore('query', sql)).code).toBe(2);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('crucible export', () => {
  it('writes a file by its ending, or lines to stdout', async () => {
    const path = join(dir, 'out', 'chat.csv');
    const { code, stderr } = await inStore('export', 'chat', '-o', path);
    expect(code).toBe(0);
    expect(stderr).toContain('Wrote 40 records');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\r\n');
    expect(lines).toHaveLength(41);
    const records = jsonLines((await inStore('export', 'chat')).stdout);
    expect(records.map(({ latency_ms }) => latency_ms)).toEqual(Array.from({ length: 40 }, (_, i) => 100 + i));
  });

  it('refuses to drop what no record has, and says which metric points are elsewhere', async () => {
    const path = join(dir, 'mistyped.jsonl');
    const env = { CRUCIBLE_ANONYMIZE_KEY: 'secret' };
    const args = ['--dir', dir, 'export', 'chat', '-o', path, '--anonymize', '--drop'];
    const refused = await crucible([...args, 'metadata.sampel_id'], { env });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('hint: Did you mean metadata.sample_id? Nothing was written.');
    expect(existsSync(path)).toBe(false);
    const { code, stderr } = await crucible([...args, 'metadata.sample_id'], { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^1 metric point is not among these records: crucible query "FROM metrics"/m);
  });

  it('refuses a format that is none, parquet on stdout, and pseudonyms without a secret', async () => {
    expect((await inStore('export', 'chat', '-o', join(dir, 'x.xls'))).code).toBe(2);
    expect((await inStore('export', 'chat', '-f', 'parquet')).code).toBe(2);
    const { code, stderr } = await inStore('export', 'chat', '--anonymize');
    expect(code).toBe(2);
    expect(stderr).toContain('CRUCIBLE_ANONYMIZE_KEY');
  });
});

describe('a store in a folder whose name means something to DuckDB', () => {
  it('is read by query and by the snippet as any other', async () => {
    const folder = join(temporaryFolder(), "it's [x]*?", 'condition=WRONG');
    const lab = createCrucible({ store: localStore({ dir: folder }) });
    for (const id of ['sealed', 'live']) {
      const experiment = await lab.startExperiment({ id, name: id, condition: 'right' });
      for (let i = 0; i < 5; i++) experiment.execute('a.b', { i });
    }
    await lab.close();
    const [segment] = readdirSync(join(folder, 'experiments/live/events'));
    const kept = readFileSync(join(folder, 'experiments/live/events', segment!));
    await crucible(['doctor', '--dir', folder, '--seal']);
    rmSync(join(folder, 'experiments/live/events'), { recursive: true });
    mkdirSync(join(folder, 'experiments/live/events'));
    writeFileSync(join(folder, 'experiments/live/events', segment!), kept);
    const counted = 'SELECT experiment_id, condition, count(*)::INT AS n FROM events GROUP BY ALL ORDER BY ALL';
    const queried = await crucible(['query', '--json', '--dir', folder, counted]);
    expect(queried.stderr).toBe('');
    expect(jsonLines(queried.stdout)).toEqual([
      { experiment_id: 'live', condition: 'right', n: 5 },
      { experiment_id: 'sealed', condition: 'right', n: 5 },
    ]);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    for (const id of ['live', 'sealed']) {
      await connection.run((await crucible(['snippet', 'duckdb', id, '--dir', folder])).stdout);
      expect((await connection.runAndReadAll(counted)).getRows()).toEqual([[id, 'right', 5]]);
    }
    connection.closeSync();
    instance.closeSync();
  });
});

describe('crucible snippet', () => {
  it('gives DuckDB SQL that finds each record once, of live, sealed, torn and doubled segments, as SQL and in R', async () => {
    const mixed = await mixedStore();
    const instance = await DuckDBInstance.create(':memory:');
    for (const [folder, name, records] of [
      [dir, 'chat', 40],
      [dir, 'logistic-seed-1', 311],
      [mixed, 'mixed', 30],
    ] as const) {
      const sql = (await crucible(['snippet', 'duckdb', name, '--dir', folder])).stdout;
      const r = (await crucible(['snippet', 'r', name, '--dir', folder])).stdout;
      const inR = /r"---\(\n([\s\S]*)\)---"/.exec(r)![1]!.split(';\n');
      for (const statements of [[sql], inR]) {
        const connection = await instance.connect();
        for (const statement of statements) if (statement.trim() !== '') await connection.run(statement);
        const rows = await connection.runAndReadAll(
          'SELECT count(*)::INT, count(DISTINCT (writer_id, sequence))::INT, typeof(any_value(timestamp)) FROM events',
        );
        expect(rows.getRows(), name).toEqual([[records, records, 'TIMESTAMP WITH TIME ZONE']]);
        connection.closeSync();
      }
    }
    instance.closeSync();
  });

  it.each(['python', 'polars', 'r', 'julia'])('prints %s that names the folder of the experiment', async (language) => {
    const { stdout, code } = await inStore('snippet', language, 'chat');
    expect(code).toBe(0);
    expect(stdout).toContain(join(dir, 'experiments'));
    expect(stdout).toContain('.parquet');
  });

  it('takes pandas for python', async () => {
    const [pandas, python] = await Promise.all([
      inStore('snippet', 'pandas', 'chat'),
      inStore('snippet', 'python', 'chat'),
    ]);
    expect(pandas.stdout).toBe(python.stdout);
  });

  it('names the languages it knows', async () => {
    const { code, stderr } = await inStore('snippet', 'cobol', 'chat');
    expect(code).toBe(2);
    expect(stderr).toContain('python, pandas, polars, duckdb, r, julia');
  });
});

describe('the README', () => {
  // Ids, times and durations differ from run to run; everything else has to be as it is printed.
  const settled = (text: string) =>
    text
      .replace(/exp-\w+-\w+/g, 'ID')
      .replace(/\d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
      .replace(/ +[\d.]+ [µm]s {2}/g, ' LATENCY  ')
      .replace(/s(e(ed?)?)?…|seed-5$/gm, 'REPLICATE');

  it.each([
    ['list --study penguins', 'ID'],
    ['tail perceptron-seed-5 -n 6', 'TIME'],
  ])('shows crucible %s as it prints', async (line, word) => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const shown = new RegExp(`\\$ crucible ${line}\n([^$]*?)\n(?:\n|\`\`\`)`).exec(readme)?.[1] ?? '';
    const { stdout, stderr } = await crucible(['--dir', dir, ...line.split(' ')], { env: { COLUMNS: '100' } });
    expect(settled(shown)).toBe(settled((stdout + stderr).trimEnd()));
    expect(settled(shown)).toContain(word);
  });
});
