import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, jsonLines, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();
const inStore = (...args: string[]) => crucible(['--dir', dir, ...args]);

// Two arms that answer with a model of which nobody knows the price; `select x` is named as SQL may begin.
beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir }) });
  for (const condition of ['control', 'treatment']) {
    const experiment = await lab.startExperiment({
      id: condition,
      name: condition === 'control' ? 'multi' : 'select x',
      study: 'chat',
      condition,
      sampleSize: 300,
    });
    for (let i = 0; i < 12; i++) {
      const model = i % 3 === 0 ? 'home-made-7b' : 'gpt-4o-mini';
      const tokens = { prompt: 10, completion: 5 };
      experiment.execute('req_llm.request.stop', { duration: 100 + i }, { model, tokens, sample_id: `q${i}` });
    }
    await experiment.stop();
  }
  await lab.close();
});

describe('crucible query', () => {
  it.each(['--study', '-e'])('does not answer of what is not there: %s nope', async (flag) => {
    const { code, stdout, stderr } = await inStore('query', 'SELECT 1 FROM events', flag, 'nope');
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^error: There is no experiment .*"nope"/);
    expect((await inStore('query', 'SELECT 1 FROM events', '--study', 'chat')).code).toBe(0);
  });

  it('knows SQL that comes after -e for what it is, but not the name of an experiment', async () => {
    const SQL = 'SELECT count(*) AS n FROM events';
    const { code, stdout } = await inStore('query', '--json', '-e', 'multi', SQL);
    expect([code, jsonLines(stdout)]).toEqual([0, [{ n: 12 }]]);
    const both = await inStore('query', '--json', '-e', 'multi', 'select x', SQL);
    expect(jsonLines(both.stdout)).toEqual([{ n: 24 }]);
    const none = await inStore('query', '-e', SQL);
    expect([none.code, none.stderr]).toEqual([
      2,
      'error: -e names no experiment: after it comes the SQL.\nhint: crucible query "SELECT …" -e my_run\n',
    ]);
    const empty = await inStore('query', '-e', 'multi', 'select x');
    expect([empty.code, empty.stderr.includes('before -e, which takes all words after it')]).toEqual([2, true]);
  });
});

describe('crucible compare', () => {
  it('lists of the metrics those that there are', async () => {
    const { code, stderr } = await inStore('compare', '--study', 'chat', '--margin', 'foo=1');
    expect(code).toBe(2);
    expect(stderr).toContain('hint: Compared are latency_ms, cost_usd, success_rate, total_tokens.\n');
    const unknown = await inStore('compare', '--study', 'chat', '--metric', 'nope');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('latency_ms, cost_usd, success_rate');
  });
});

describe('crucible metrics', () => {
  it('says that nothing matched, and which models there are', async () => {
    const { code, stdout, stderr } = await inStore('metrics', 'multi', '--model', 'gpt-4o');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe('None of 12 events is of model "gpt-4o"; there is gpt-4o-mini, home-made-7b.\n');
    const early = await inStore('metrics', 'multi', '--to', '2001-01-01', '--model', 'gpt-4o-mini', '--json');
    expect(early.stderr).toBe('None of 12 events is of that time and of model "gpt-4o-mini".\n');
    expect(JSON.parse(early.stdout).summary.total_events).toBe(0);
    expect((await inStore('metrics', 'multi', '--model', 'home-made-7b')).stderr).toBe('');
  });

  it('names the models whose cost is not known, and why it is not', async () => {
    const { stdout } = await inStore('metrics', 'multi');
    expect(stdout).toMatch(/^cost .*; 4 requests of unknown cost \(unknown model: 4; of home-made-7b: 4\)$/m);
  });
});

describe('what is said of time and numbers', () => {
  it.each([
    [['windows', 'multi', '--last', '0s'], '"0s" is no length of time above 0.', 'Give it as 30s, 5m'],
    [['windows', 'multi', '--size', '5'], '"5" is no length of time.', 'Give it as 30s, 5m'],
    [
      ['windows', 'multi', '--from', 'yesterday'],
      '--from is "yesterday", which is not a moment.',
      'Give ISO 8601 text',
    ],
    [['metrics', 'multi', '--to', 'soon'], '--to is "soon", which is not a moment.', 'Give ISO 8601 text'],
    [['metrics', 'multi', '--from', '1767225600000'], 'which is not a moment.', 'microseconds (not milliseconds)'],
    [['metrics', 'multi', '--from', '2026-02-01', '--to', '2026-01-01'], 'is after --to "2026-01-01".', 'Turn them'],
    [['windows', 'multi', '--last', '1h', '--from', '2026-02-01'], '--last and --from or --to', 'Give either --last'],
    [['tail', 'multi', '-n', '-3', '--no-follow'], '--lines is "-3".', 'Give a whole number, 0 or more.'],
  ])('%j is told in the words of the command line', async (args, error, hint) => {
    const { code, stdout, stderr } = await inStore(...args);
    expect([code, stdout]).toEqual([2, '']);
    const lines = stderr.split('\n');
    expect([lines[0]?.includes(error), lines[1]?.startsWith('hint: '), lines[1]?.includes(hint)], stderr).toEqual([
      true,
      true,
      true,
    ]);
    expect(stderr).not.toMatch(/a Date|[{}]/);
  });
});

describe('what cannot be taken', () => {
  it.each(['arrow', 'bin'])('is told without its bytes: a file of %s', async (kind) => {
    const path = join(temporaryFolder(), `x.${kind}`);
    if (kind === 'arrow') await inStore('export', 'multi', '-o', path);
    else writeFileSync(path, Buffer.from([0x1f, 0x8b, 8, 0, 0xff, 0xfe, 65]));
    const { code, stderr } = await inStore('import', path);
    expect(code).toBe(2);
    expect(stderr).toContain(kind === 'arrow' ? 'It is an Arrow file' : 'It is no text.');
    expect(stderr).not.toMatch(/\\u|ARROW1|[^ -~\n]/);
  });

  it.each(['compare', 'report'])('is told with what there is: the baseline of %s', async (command) => {
    const { code, stderr } = await inStore(command, '--study', 'chat', '--baseline', 'nope');
    expect([code, stderr]).toEqual([
      3,
      'error: There is no condition and no experiment "nope".\nhint: Conditions are control, treatment; crucible list shows the experiments.\n',
    ]);
  });
});
