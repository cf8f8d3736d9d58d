import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  cpSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { thisProcess } from '../../src/stores/local/process-identity.ts';
import { crucible, temporaryFolder } from './crucible.ts';

const WRITER = join(import.meta.dirname, 'live-writer.js');
const whole = temporaryFolder();

interface Verified {
  readonly id: string;
  readonly records: number;
  readonly damage: readonly { path: string; message: string }[];
  readonly notes: readonly { path: string; message: string }[];
}

// Three experiments: `live` closed but not sealed, `sealed` stopped, `killed` with a writer that died.
beforeAll(async () => {
  const lab = createCrucible({ store: localStore({ dir: whole }) });
  for (const id of ['live', 'sealed']) {
    const experiment = await lab.startExperiment({ name: id, id });
    for (let i = 0; i < 100; i++) experiment.execute('app.tick', { i }, { text: `text ${i}` });
    await experiment.logMetric('loss', 1);
    if (id === 'sealed') await experiment.stop();
  }
  await lab.close();
  await once(spawn(process.execPath, [WRITER, whole, 'killed', '50', '0', 'kill'], { stdio: 'ignore' }), 'exit');
  while (!files(whole, 'sealed').some((name) => name.endsWith('.parquet'))) await new Promise((r) => setTimeout(r, 50));
  while (files(whole, 'sealed').some((name) => name.endsWith('.jsonl'))) await new Promise((r) => setTimeout(r, 50));
});

function files(dir: string, id: string, kind = 'events'): string[] {
  return readdirSync(join(dir, 'experiments', id, kind))
    .filter((name) => !name.startsWith('.'))
    .sort();
}

function only(dir: string, id: string, kind = 'events'): string {
  return join(dir, 'experiments', id, kind, files(dir, id, kind)[0]!);
}

/** A copy of the whole store to damage. */
function copy(): string {
  const dir = join(temporaryFolder(), 'store');
  cpSync(whole, dir, { recursive: true });
  return dir;
}

async function verify(dir: string, id: string): Promise<{ code: number | null; result: Verified }> {
  const { code, stdout } = await crucible(['verify', '--dir', dir, id, '--json']);
  return { code, result: (JSON.parse(stdout) as Verified[])[0]! };
}

describe('crucible verify', () => {
  it('finds nothing wrong with what is whole, a crash included', async () => {
    const { code, stdout, stderr } = await crucible(['verify', '--dir', whole]);
    expect(code).toBe(0);
    expect(stderr).toContain('All is whole.');
    expect(stdout).toMatch(/^ok {2}killed {2}live {2}50 records in \d+ segments?$/m);
    expect(stdout).toMatch(/^ok {2}sealed {2}sealed {2}100 records in 1 segment$/m);
  });

  it.each<[string, string, (dir: string) => void, RegExp]>([
    [
      'a line that is no record',
      'live',
      (dir) => appendFileSync(only(dir, 'live'), 'garbage\n'),
      /1 of its lines are no records/,
    ],
    [
      'a record that is missing',
      'live',
      (dir) => {
        const lines = readFileSync(only(dir, 'live'), 'utf8').split('\n');
        writeFileSync(only(dir, 'live'), lines.toSpliced(40, 2).join('\n'));
      },
      /2 records are missing before it: sequences 40 to 41/,
    ],
    [
      'a record that is doubled',
      'live',
      (dir) => {
        const [line] = readFileSync(only(dir, 'live'), 'utf8').split('\n');
        appendFileSync(only(dir, 'live'), `${line}\n`);
      },
      /1 of its records are there twice/,
    ],
    [
      'a ledger that says otherwise',
      'live',
      (dir) => truncateSync(only(dir, 'live'), readFileSync(only(dir, 'live'), 'utf8').trimEnd().lastIndexOf('\n') + 1),
      /closed with 100 records stored; its segments have 99/,
    ],
    ['a sealed segment that was cut', 'sealed', (dir) => truncateSync(only(dir, 'sealed'), 2000), /cannot be read/],
    [
      'a sealed segment with other bytes in the middle',
      'sealed',
      (dir) => {
        const file = openSync(only(dir, 'sealed'), 'r+');
        for (let at = 200; at < statSync(only(dir, 'sealed')).size / 3; at += 7) writeSync(file, 'X', at);
        closeSync(file);
      },
      /cannot be read|has \d+ of the 100 records|closed with 100/,
    ],
    [
      'a sealed segment that is gone',
      'sealed',
      (dir) => rmSync(only(dir, 'sealed')),
      /closed with 100 records stored; its segments have 0/,
    ],
    [
      'a segment that is another writer’s',
      'sealed',
      (dir) => renameSync(only(dir, 'sealed'), join(only(dir, 'sealed'), '../wother-00000000.parquet')),
      /It says that it is of writer/,
    ],
    [
      'a file of a writer that is none',
      'live',
      (dir) => writeFileSync(only(dir, 'live', 'writers'), '{'),
      /It is not the file of a writer/,
    ],
    [
      'a metric point that is none',
      'live',
      (dir) => appendFileSync(only(dir, 'live', 'metrics'), 'garbage\n'),
      /1 lines are no metric points/,
    ],
  ])('finds %s, and ends with 4', async (_, id, damage, message) => {
    const dir = copy();
    damage(dir);
    const { code, result } = await verify(dir, id);
    expect(result.damage.map((finding) => finding.message).join('\n')).toMatch(message);
    expect(code).toBe(4);
  });

  it('finds a definition that cannot be read, names the file, and checks the records all the same', async () => {
    const dir = copy();
    const path = join(dir, 'experiments', 'sealed', 'experiment.json');
    writeFileSync(path, '{"id":');
    const { code, stdout, stderr } = await crucible(['verify', '--dir', dir]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^damaged {2}sealed {2}\? {2}100 records in 1 segment$/m);
    expect(stdout).toContain('  damage: experiments/sealed/experiment.json: ');
    expect(stderr).toContain('1 experiment of 3 damaged.');
    expect((await crucible(['show', '--dir', dir, 'sealed'])).code).toBe(4);
  });

  it('does not call the records of a damaged file of a dead writer not yet written', async () => {
    const dir = copy();
    for (const name of files(dir, 'killed')) writeFileSync(join(dir, 'experiments/killed/events', name), 'garbage\n');
    const { code, result } = await verify(dir, 'killed');
    expect([code, result.records]).toEqual([4, 0]);
    expect(result.notes.map(({ message }) => message).join()).not.toContain('not yet written');
  });

  it('takes a half-written last line of a dead writer, and a live segment that was sealed, for no damage', async () => {
    const dir = copy();
    appendFileSync(join(dir, 'experiments/killed/events', files(dir, 'killed').at(-1)!), '{"event_id":"w');
    const killed = await verify(dir, 'killed');
    expect(killed.code).toBe(0);
    expect(killed.result.notes.map(({ message }) => message).join()).toContain('has no end');
    const sealed = only(dir, 'sealed');
    copyFileSync(only(dir, 'live'), sealed.replace('.parquet', '.jsonl'));
    const twice = await verify(dir, 'sealed');
    expect([twice.code, twice.result.records]).toEqual([0, 100]);
    expect(twice.result.notes).toHaveLength(1);
    const draft = join(dir, 'experiments/live/events/.w-00000000.parquet.0a0a0a0a.tmp');
    writeFileSync(draft, '');
    expect((await verify(dir, 'live')).result.notes).toEqual([]);
    utimesSync(draft, 0, 0);
    expect((await verify(dir, 'live')).result.notes.map(({ path }) => path)).toEqual([draft]);
  });
});

describe('crucible doctor', () => {
  it('looks at the machine and the store, and warns of a crash and of what could be sealed', async () => {
    const { code, stdout } = await crucible(['doctor', '--dir', whole]);
    expect(code).toBe(0);
    for (const name of ['node', 'duckdb', 'folder', 'disk', 'locks'])
      expect(stdout).toMatch(new RegExp(`^ok {4}${name} `, 'm'));
    expect(stdout).toMatch(/^warn {2}crashes +crashed: live \(killed\)$/m);
    expect(stdout).toMatch(/^warn {2}segments +\d+ finished segments? not sealed$/m);
  });

  it('seals with --seal what nobody writes to, and nothing is lost', async () => {
    const dir = copy();
    const { code, stdout, stderr } = await crucible(['doctor', '--dir', dir, '--seal']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}segments +all that are finished are sealed$/m);
    expect(stdout).not.toContain('--seal');
    expect(stderr).toMatch(/^Sealed \d+ segments\.$/m);
    for (const id of ['live', 'sealed', 'killed'])
      expect(
        files(dir, id).every((name) => name.endsWith('.parquet')),
        id,
      ).toBe(true);
    expect((await crucible(['verify', '--dir', dir])).code).toBe(0);
    const checks = JSON.parse((await crucible(['doctor', '--dir', dir, '--json'])).stdout);
    expect(checks.find(({ name }: { name: string }) => name === 'segments').status).toBe('ok');
  });

  it('finds a lock whose holder has died', async () => {
    const dir = copy();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const holder = { ...thisProcess(), pid };
    writeFileSync(join(dir, 'experiments/live/experiment.lock'), JSON.stringify(holder));
    const { stdout } = await crucible(['doctor', '--dir', dir]);
    expect(stdout).toMatch(/^warn {2}locks +experiments\/live\/experiment\.lock$/m);
  });

  it('ends with 1 where a definition cannot be read', async () => {
    const dir = copy();
    writeFileSync(join(dir, 'experiments/sealed/experiment.json'), '');
    expect((await crucible(['doctor', '--dir', dir])).code).toBe(1);
  });

  // Root may write everywhere.
  it.skipIf(process.getuid?.() === 0)('ends with 1 where the folder cannot be written', async () => {
    const dir = copy();
    chmodSync(dir, 0o500);
    expect((await crucible(['doctor', '--dir', dir])).code).toBe(1);
    chmodSync(dir, 0o700);
  });

  it('is content with a folder that is not there yet, and does not make it', async () => {
    const dir = join(temporaryFolder(), 'not', 'yet');
    const { code, stdout } = await crucible(['doctor', '--dir', dir]);
    expect(code).toBe(0);
    expect(stdout).toContain('is not there yet and can be made');
    expect(() => statSync(dir)).toThrow();
  });
});
