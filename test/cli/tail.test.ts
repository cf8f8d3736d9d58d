import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
