import { cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();

function segments(folder: string, id: string): string[] {
  const events = join(folder, 'experiments', id, 'events');
  return readdirSync(events)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(events, name));
}

// `part` has a second segment that is damaged, `all` no other; `whole` is whole.
beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir }) });
  for (const id of ['whole', 'part', 'all']) {
    const experiment = await lab.startExperiment({ id, name: id, study: 's', condition: id, replicate: '1' });
    for (let i = 0; i < 50; i++)
      experiment.execute('req_llm.request.stop', { duration: i }, { model: 'gpt-4o', sample_id: `${i}` });
  }
  await lab.close();
  await crucible(['doctor', '--dir', dir, '--seal']);
  for (const path of segments(dir, 'all')) truncateSync(path, 100);
  const [sealed] = segments(dir, 'part');
  const second = sealed!.replace(/-\d+\.parquet$/, '-00000077.parquet');
  cpSync(sealed!, second);
  truncateSync(second, 100);
});

describe('data that cannot be read', () => {
  it.each([
    [['metrics', 'part']],
    [['compare', 'whole', 'part']],
    [['windows', 'part']],
    [['tail', 'part', '--no-follow']],
    [['query', 'SELECT count(*) FROM events', '-e', 'part']],
    [['export', 'part', 'whole']],
  ])('%j prints what there is, says what is missing, and ends with 4', async (args) => {
    const { code, stdout, stderr } = await crucible(['--dir', dir, ...args]);
    expect(stdout).not.toBe('');
    expect(stderr).toMatch(/^warning: .*parquet/m);
    expect(stderr).not.toContain('error:');
    expect(code).toBe(4);
  });

  it('is the error where nothing is left', async () => {
    const { code, stdout, stderr } = await crucible(['--dir', dir, 'export', 'all']);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/^error: Nothing that was asked for can be read\. .*parquet/m);
    expect(stderr).not.toContain('inside experiment.run()');
  });

  it('does not concern an answer without it', async () => {
    expect((await crucible(['--dir', dir, 'metrics', 'whole'])).code).toBe(0);
  });

  it('is a definition, too, where the answer is about all experiments', async () => {
    const folder = temporaryFolder();
    cpSync(dir, folder, { recursive: true });
    writeFileSync(join(folder, 'experiments/part/experiment.json'), '{');
    expect((await crucible(['--dir', folder, 'metrics', 'whole'])).code).toBe(0);
    const { code, stdout } = await crucible(['--dir', folder, 'list', '--json']);
    expect([code, JSON.parse(stdout).length]).toEqual([4, 2]);
  });

  it('is left out of SQL also where only the contents of a segment are damaged', async () => {
    const folder = temporaryFolder();
    cpSync(dir, folder, { recursive: true });
    const [path] = segments(folder, 'part').filter((name) => !name.includes('00000077'));
    const bytes = readFileSync(path!);
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    for (let i = 4; i < footer; i++) bytes[i] = bytes[i]! ^ 0xff;
    writeFileSync(path!, bytes);
    const query = (...args: string[]) => crucible(['--dir', folder, 'query', '--json', ...args]);
    const SQL = 'SELECT count(DISTINCT event_id) AS ids, count(metadata) AS n FROM events';
    const { code, stdout, stderr } = await query(SQL, '-e', 'part', 'whole');
    expect([code, JSON.parse(stdout)]).toEqual([4, { ids: 50, n: 50 }]);
    expect(stderr).toContain(`warning: ${path} is damaged: all its records are left out.`);
    expect(stderr).not.toContain('error:');
    expect((await query(SQL, '-e', 'whole')).code).toBe(0);
    expect((await query('SELECT nope FROM events', '-e', 'part')).code).toBe(2);
  });
});

describe('crucible archive', () => {
  it('writes none of what cannot be read to its end, names the file, and leaves the experiment as it was', async () => {
    const folder = temporaryFolder();
    const target = join(temporaryFolder(), 'archives');
    const lab = createCrucible({ store: localStore({ dir: folder }) });
    await (await lab.startExperiment({ id: 'part', name: 'part' })).stop();
    await lab.close();
    const events = join(dir, 'experiments/part/events');
    cpSync(events, join(folder, 'experiments/part/events'), { recursive: true });
    const refused = await crucible(['--dir', folder, 'archive', 'part', '--path', target]);
    expect([refused.code, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toMatch(/^error: .*00000077\.parquet/m);
    expect(existsSync(target) ? readdirSync(target) : []).toEqual([]);
    const shown = await crucible(['--dir', folder, 'show', 'part', '--json']);
    expect(JSON.parse(shown.stdout).status).toBe('stopped');
    expect((await crucible(['--dir', folder, 'archive', 'part'])).code).toBe(0);
  });
});
