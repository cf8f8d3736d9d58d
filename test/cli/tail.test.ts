import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, jsonLines, outcome, start, temporaryFolder } from './crucible.ts';

const WRITER = join(import.meta.dirname, 'live-writer.js');

function write(dir: string, id: string, events: number, pause: number, ending: string): ChildProcess {
  return spawn(process.execPath, [WRITER, dir, id, String(events), String(pause), ending], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('crucible tail', () => {
  it('follows two writers through rotated and sealed segments and ends when the experiment stops, each record once', async () => {
    const dir = temporaryFolder();
    const first = write(dir, 'live', 120, 10, 'close');
    await until(
      () =>
        existsSync(join(dir, 'experiments/live/writers')) &&
        readdirSync(join(dir, 'experiments/live/writers')).length > 0,
    );
    const tail = start(['--dir', dir, 'tail', 'live', '--json', '-n', '100000']);
    const tailed = outcome(tail);
    const second = write(dir, 'live', 80, 10, 'close');
    await Promise.all([once(first, 'exit'), once(second, 'exit')]);
    await once(write(dir, 'live', 5, 0, 'stop'), 'exit');
    const { code, stdout, stderr } = await tailed;
    expect(code).toBe(0);
    expect(stderr).toContain('live (live) is stopped.');
    const records = jsonLines(stdout);
    const keys = records.map(({ writer_id, sequence }) => `${writer_id} ${sequence}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(records).toHaveLength(120 + 80 + 5);
    // 4 KB hold about eight records, so there was something to follow.
    expect(readdirSync(join(dir, 'experiments/live/events')).length).toBeGreaterThan(10);
  });

  it('begins with the last events, and ends after them with --no-follow', async () => {
    const dir = temporaryFolder();
    await once(write(dir, 'done', 30, 0, 'close'), 'exit');
    const { stdout, code } = await crucible(['tail', '--dir', dir, '--no-follow', '-n', '3', '--json']);
    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ sequence }) => sequence)).toEqual([27, 28, 29]);
    const tenths = await crucible(['tail', '--dir', dir, 'done', '--no-follow', '--event', 'app.tenth']);
    expect(tenths.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(tenths.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} +app\.tenth +\d+ ms +sample \d+-9$/m);
    expect((await crucible(['tail', '--dir', dir, 'done', '-n', 'all'])).code).toBe(2);
    const mistyped = await crucible(['tail', '--dir', dir, 'done', '--no-follow', '--event', 'app.tent']);
    expect(mistyped.stderr).toBe('No event "app.tent" has come so far; there is app.tenth, req_llm.request.stop.\n');
  });

  it('ends with 130 at Ctrl-C, after what had come', async () => {
    const dir = temporaryFolder();
    await once(write(dir, 'idle', 5, 0, 'close'), 'exit');
    const tail = start(['tail', '--dir', dir, 'idle', '--json']);
    const tailed = outcome(tail);
    const [said] = await once(tail.stderr!, 'data');
    expect(String(said)).toContain('Nobody writes to live (idle) now');
    tail.kill('SIGINT');
    const { code, stdout } = await tailed;
    expect(code).toBe(130);
    expect(jsonLines(stdout)).toHaveLength(5);
  });

  it.each([
    [
      [],
      /^\d\d:\d\d:\d\d.\d{3} +ok +req_llm\.request\.stop +10 s +sample close-60\n +\+\d+\.\d+ spreads from the values before it\n/,
    ],
    [['--json', '--event', 'req_llm.request.stop'], /^\{.*"latency_ms":10000,.*\}\n/],
  ])('tells with --anomalies what is far from the rest, by whichever process: %j', async (more, expected) => {
    const dir = temporaryFolder();
    const lab = createCrucible({ store: localStore({ dir }) });
    await lab.startExperiment({ name: 'spiky', id: 'spiky' });
    await lab.close();
    const run = async (ending: string) => {
      const script = join(import.meta.dirname, '../lab/spiking-writer.js');
      await once(spawn(process.execPath, [script, dir, 'spiky', '60', ending], { stdio: 'inherit' }), 'exit');
    };
    const tail = start(['tail', '--dir', dir, 'spiky', '--anomalies', ...more]);
    const tailed = outcome(tail);
    let isTold = false;
    tail.stdout?.once('data', () => {
      isTold = true;
    });
    // Nobody can say when it has begun to look: there are spikes until it has told one.
    for (let i = 0; i < 50 && !isTold; i++) await run('close');
    await run('stop');
    const { code, stdout, stderr } = await tailed;
    expect([code, stderr]).toEqual([0, 'spiky (spiky) is stopped.\n']);
    expect(stdout).toMatch(expected);
    expect(stdout).toContain('stop-60');
    expect(stdout.match(/(close|stop)-\d+/g)!.every((sample) => sample.endsWith('-60'))).toBe(true);
  });

  it('refuses to tell anomalies without following', async () => {
    const dir = temporaryFolder();
    await once(write(dir, 'done', 5, 0, 'stop'), 'exit');
    const { code, stdout, stderr } = await crucible(['tail', '--dir', dir, 'done', '--anomalies', '--no-follow']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--anomalies and --no-follow contradict each other.\nhint: ');
  });

  it('ends when the experiment is deleted', async () => {
    const dir = temporaryFolder();
    await once(write(dir, 'doomed', 5, 0, 'close'), 'exit');
    const tail = start(['tail', '--dir', dir, 'doomed']);
    const tailed = outcome(tail);
    await once(tail.stdout!, 'data');
    expect((await crucible(['delete', '--dir', dir, 'doomed', '--yes'])).code).toBe(0);
    const { code, stderr } = await tailed;
    expect(code).toBe(0);
    // It is stopped before: either may be seen first.
    expect(stderr).toMatch(/was deleted|is stopped/);
  });
});
