import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, jsonLines, outcome, start, temporaryFolder } from './crucible.ts';

const EVIL = 'evil\u001b]0;owned\u0007\u001b[2J';

// A store that somebody else has made: what is in its files is data, whatever it looks like.
const dir = temporaryFolder();

beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir }) });
  for (const condition of ['control', '\u001b[31mred']) {
    const experiment = await lab.startExperiment({
      name: `${EVIL}${condition.length}`,
      study: `study${EVIL}`,
      condition,
      replicate: '1',
      tags: [EVIL],
      hypothesis: { statement: EVIL, metric: 'latency_ms', direction: 'lower' },
    });
    for (let i = 0; i < 5; i++)
      experiment.execute('req_llm.request.stop', { duration: i }, { model: EVIL, sample_id: `${i}` });
    experiment.score(EVIL, 1);
    await experiment.stop();
  }
  await lab.close();
});

describe('crucible query', () => {
  it('takes nothing that the files of a store say for SQL', async () => {
    const folder = temporaryFolder();
    const written = join(temporaryFolder(), 'written.txt');
    const path = join(folder, 'experiments', 'bad');
    mkdirSync(path, { recursive: true });
    const row = (end: string) => `0, NULL, NULL, 0, 0); ${end}; --`;
    const definition = {
      schema_version: 1,
      id: 'bad',
      name: "it's; DROP TABLE experiments",
      status: 'stopped',
      started_at: '1::BIGINT), 0, NULL, NULL, 0, 0); COPY (SELECT 1) TO x; --',
      sample_size: row(`COPY (SELECT 1) TO '${written}'`),
      pause_count: row(`COPY (SELECT 1) TO '${written}'`),
      tags: ["x'] || read_text('/etc/hostname') || ['"],
    };
    writeFileSync(join(path, 'experiment.json'), JSON.stringify(definition));
    const { stdout, stderr, code } = await crucible(['query', '--dir', folder, '--json', 'FROM experiments']);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toContain('experiment.json');
    expect(existsSync(written)).toBe(false);
  });

  it('keeps texts that look like SQL as texts', async () => {
    const folder = temporaryFolder();
    cpSync(dir, folder, { recursive: true });
    const [id] = readdirSync(join(folder, 'experiments'));
    const path = join(folder, 'experiments', id!, 'experiment.json');
    const definition = JSON.parse(readFileSync(path, 'utf8'));
    const said = { name: "it's; DROP TABLE experiments", tags: ["x'] || read_text('/etc/hostname') || ['"] };
    writeFileSync(path, JSON.stringify({ ...definition, ...said }));
    const { stdout, code } = await crucible(['query', '--dir', folder, '--json', 'FROM experiments']);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toContainEqual(expect.objectContaining({ id, ...said }));
  });

  it('reaches no file, not even those that it was made from', async () => {
    const { stdout, code } = await crucible(['query', '--dir', dir, '--json', 'SELECT count(*) AS n FROM events']);
    expect([code, jsonLines(stdout)]).toEqual([0, [{ n: 12 }]]);
    for (const sql of ["FROM read_text('/etc/hostname')", "FROM glob('/tmp/*')"]) {
      const refused = await crucible(['query', '--dir', dir, sql]);
      expect([refused.code, refused.stdout], sql).toEqual([2, '']);
    }
  });

  it('leaves nothing behind at Ctrl-C', async () => {
    const temporary = mkdtempSync(join(temporaryFolder(), 'tmp-'));
    const sql = 'SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range * b.range = 7';
    const child = start(['query', '--dir', dir, sql], { env: { TMPDIR: temporary } });
    const ended = outcome(child);
    while (readdirSync(temporary).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([130, 'Interrupted.\n']);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('what the store says', () => {
  const clean = (text: string) => expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}]/u);

  it.each([
    [['list']],
    [['show', `${EVIL}7`]],
    [['show', 'e']],
    [['compare', '--study', `study${EVIL}`]],
    [['analyze', `study${EVIL}`, '--baseline', 'control', '--pair-by', EVIL, '--fail-on', 'inconclusive']],
    [['analyze', `study${EVIL}`, '--fail-on', EVIL]],
    [['query', 'SELECT 1 AS "\u001b[2Jtitle", 2 AS "b\u0007"']],
    [['query', 'SELECT error(name) FROM experiments']],
    [['tail', `${EVIL}7`]],
    [['archive', `${EVIL}7`]],
    [['delete', `${EVIL}8`, '--yes', '--force']],
  ])('%j prints no control character', async (args) => {
    const { stdout, stderr } = await crucible(['--dir', dir, ...args]);
    clean(stdout);
    clean(stderr);
    const colored = await crucible(['--dir', dir, ...args], { env: { FORCE_COLOR: '1' } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what may stay.
    clean((colored.stdout + colored.stderr).replace(/\u001b\[\d+m/g, ''));
  });

  it('is in JSON as it is, and yet safe to print', async () => {
    const name = `c1\u009b2J${EVIL}`;
    const folder = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir: folder }) });
    await (await lab.startExperiment({ name })).stop();
    await lab.close();
    const { stdout } = await crucible(['list', '--dir', folder, '--json']);
    clean(stdout);
    expect(JSON.parse(stdout)[0].name).toBe(name);
  });
});
