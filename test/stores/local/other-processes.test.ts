import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { withFileLock } from '../../../src/stores/local/file-lock.ts';
import { localStore } from '../../../src/stores/local/local-store.ts';
import { thisProcess } from '../../../src/stores/local/process-identity.ts';
import { count, folders, numbersOf, openLab, until, upTo } from './labs.ts';

const folder = folders();
const REQUEST = { provider: 'openai', model: 'gpt-4o', tokens: { prompt: 100, completion: 20 } };
const script = (name: string) => fileURLToPath(new URL(`../../crash/${name}`, import.meta.url));

afterEach(() => vi.useRealTimers());

/** A store with an experiment that nobody writes to. */
async function idle(): Promise<string> {
  const dir = folder();
  await using lab = openLab(dir);
  await lab.startExperiment({ name: 'idle', id: 'idle' });
  return dir;
}

const lockOf = (dir: string) => join(dir, 'experiments', 'idle', 'experiment.lock');

function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

/** Lets seconds pass until something holds. */
async function passUntil(holds: () => boolean): Promise<void> {
  while (!holds()) {
    vi.advanceTimersByTime(1_000);
    await setTimeout(50);
  }
}

describe('a lock', () => {
  it('lets two processes change one experiment 200 times each, and nothing is lost', async () => {
    const dir = await idle();
    const updaters = ['a', 'b'].map((tag) =>
      spawn(process.execPath, [script('updater.js'), dir, 'idle', tag], { stdio: 'inherit' }),
    );
    expect(await Promise.all(updaters.map((each) => once(each, 'exit')))).toEqual([
      [0, null],
      [0, null],
    ]);
    const store = localStore({ dir });
    const { tags } = (await store.load('idle'))!;
    await store.close();
    for (const tag of ['a', 'b'])
      expect(tags.filter((each) => each.startsWith(tag))).toEqual(upTo(200).map((i) => `${tag}${i}`));
    expect(tags).toHaveLength(400);
    expect(existsSync(lockOf(dir))).toBe(false);
  });

  it('of a process that has died is broken', async () => {
    const dir = await idle();
    writeFileSync(lockOf(dir), JSON.stringify({ ...thisProcess(), pid: deadProcess(), pid_started: '1' }));
    await using lab = openLab(dir);
    await (await lab.getExperiment('idle')).stop();
    expect((await lab.getExperiment('idle')).status).toBe('stopped');
  });

  // What was read is old by the time that it is acted on.
  function slowReads(): void {
    const { readFile } = files;
    let reads = 0;
    files.readFile = (async (...args: Parameters<typeof readFile>) => {
      const found = await readFile(...args);
      await setTimeout((reads++ * 7) % 23);
      return found;
    }) as typeof readFile;
    syncBuiltinESMExports();
    onTestFinished(() => {
      files.readFile = readFile;
      syncBuiltinESMExports();
    });
  }

  for (const [what, breaking] of [
    ['a process that has died', undefined],
    ['a process that has died, as the one has that was about to break it,', '1'],
  ] as const) {
    it(`of ${what} is broken by one of many that wait, and never has two holders`, async () => {
      slowReads();
      const dead = { ...thisProcess(), pid: deadProcess(), pid_started: '1' };
      for (let round = 0; round < 10; round++) {
        const path = join(folder(), 'lock');
        writeFileSync(path, JSON.stringify({ ...dead, id: 'a' }));
        if (breaking) writeFileSync(`${path}.breaking`, JSON.stringify({ ...dead, id: 'b' }));
        let holders = 0;
        const most: number[] = [];
        const waiting = upTo(8).map(() =>
          withFileLock(path, async () => {
            most.push(++holders);
            await setTimeout(3);
            holders--;
          }),
        );
        await Promise.all(waiting);
        expect(most).toEqual(upTo(8).map(() => 1));
        expect(readdirSync(join(path, '..'))).toEqual([]);
      }
    });
  }

  it('of a process whose number was given to another is broken', async () => {
    const dir = await idle();
    writeFileSync(lockOf(dir), JSON.stringify({ ...thisProcess(), pid_started: '1' }));
    await using lab = openLab(dir);
    await (await lab.getExperiment('idle')).stop();
  });

  it('of a live process is respected', async () => {
    const dir = await idle();
    const mine = JSON.stringify(thisProcess());
    writeFileSync(lockOf(dir), mine);
    await using lab = openLab(dir);
    let stopped = false;
    const stopping = lab.getExperiment('idle').then(async (experiment) => {
      await experiment.stop();
      stopped = true;
    });
    await setTimeout(300);
    expect(stopped).toBe(false);
    expect(readFileSync(lockOf(dir), 'utf8')).toBe(mine);
    rmSync(lockOf(dir));
    await stopping;
  });

  for (const [whose, content] of [
    ['of another machine', JSON.stringify({ ...thisProcess(), host: 'elsewhere' })],
    ['of another container', JSON.stringify({ ...thisProcess(), pid_namespace: 'pid:[1]', pid: deadProcess() })],
    ['of a thread that has ended in a process that lives', JSON.stringify({ ...thisProcess(), thread: 99 })],
    ['without a name, left by a process that died while it wrote it,', ''],
    ['that is no lock', 'null'],
  ] as const) {
    it(`${whose} is respected for ten seconds of silence by the clock of who waits`, async () => {
      const path = join(folder(), 'lock');
      writeFileSync(path, content);
      vi.useFakeTimers({ toFake: ['performance'] });
      let entered = false;
      const waiting = withFileLock(path, async () => {
        entered = true;
      });
      await setTimeout(100);
      vi.advanceTimersByTime(9_000);
      await setTimeout(100);
      expect(entered).toBe(false);
      await passUntil(() => entered);
      await waiting;
      expect(existsSync(path)).toBe(false);
    });
  }
});

describe('a lock that is held', () => {
  it('by one at work is waited for, for 15 seconds, and then refused by the name of its holder', async () => {
    const path = join(folder(), 'lock');
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
    let letGo = () => {};
    let isHeld = false;
    const holding = withFileLock(path, async () => {
      isHeld = true;
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
    });
    await until(() => isHeld);
    let outcome: unknown;
    const waiting = withFileLock(path, async () => 'entered').then(
      (value) => {
        outcome = value;
      },
      (error: unknown) => {
        outcome = error;
      },
    );
    for (let refreshes = 0; refreshes < 7; refreshes++) {
      const { mtimeMs } = statSync(path);
      await setTimeout(50);
      vi.advanceTimersByTime(2_000);
      await until(() => statSync(path).mtimeMs !== mtimeMs);
    }
    await setTimeout(50);
    expect(outcome).toBeUndefined();
    await passUntil(() => outcome !== undefined);
    await waiting;
    expect(outcome).toMatchObject({
      code: 'path_unwritable',
      message: expect.stringContaining(`process ${process.pid} of ${thisProcess().host}`),
    });
    letGo();
    await holding;
    expect(existsSync(path)).toBe(false);
  });

  it('by a process that is held up, however long it is silent, is not broken', async () => {
    const path = join(folder(), 'lock');
    const holder = JSON.stringify(thisProcess());
    writeFileSync(path, holder);
    vi.useFakeTimers({ toFake: ['performance'] });
    let outcome: unknown;
    const waiting = withFileLock(path, async () => 'entered').catch((error: unknown) => {
      outcome = error;
    });
    await setTimeout(50);
    vi.advanceTimersByTime(14_000);
    await setTimeout(100);
    expect([outcome, readFileSync(path, 'utf8')]).toEqual([undefined, holder]);
    await passUntil(() => outcome !== undefined);
    await waiting;
    expect(outcome).toMatchObject({ code: 'path_unwritable' });
    expect(readFileSync(path, 'utf8')).toBe(holder);
  });

  it('and was lost is told to its holder before the step that counts', async () => {
    const path = join(folder(), 'lock');
    const outcome = withFileLock(path, async (requireHeld) => {
      await requireHeld();
      writeFileSync(path, 'of another');
      await requireHeld();
      return 'went on';
    });
    await expect(outcome).rejects.toMatchObject({ code: 'path_unwritable' });
  });

  it('and was broken is not taken from the next holder', async () => {
    const path = join(folder(), 'lock');
    await withFileLock(path, async () => writeFileSync(path, 'of another'));
    expect(readFileSync(path, 'utf8')).toBe('of another');
  });
});

describe('a writer that never closed', () => {
  const statuses = async (dir: string) => {
    await using lab = openLab(dir);
    return (await lab.listExperiments()).map(({ status }) => status);
  };
  const open = async (identity: object) => {
    const dir = await idle();
    const writers = join(dir, 'experiments', 'idle', 'writers');
    const [name] = readdirSync(writers);
    const path = join(writers, name!);
    const note = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const rewrite = (changes: object) => writeFileSync(path, JSON.stringify({ ...note, closed_at: null, ...changes }));
    rewrite({ ...thisProcess(), ...identity });
    return { dir, rewrite };
  };

  it('is open while its process is there', async () => {
    expect(await statuses((await open({})).dir)).toEqual(['running']);
  });

  it('has crashed when its process is gone', async () => {
    expect(await statuses((await open({ pid: deadProcess() })).dir)).toEqual(['crashed']);
  });

  it.skipIf(thisProcess().pid_started === null)(
    'has crashed when its number was given to another process',
    async () => {
      expect(await statuses((await open({ pid_started: '1' })).dir)).toEqual(['crashed']);
    },
  );

  it('has crashed when the machine was started again and it was not heard of for long', async () => {
    const longAgo = (Date.now() - 40_000) * 1000;
    const { dir } = await open({ boot_id: 'an earlier one', opened_at: longAgo, heartbeat_at: longAgo });
    expect(await statuses(dir)).toEqual(['crashed']);
  });

  for (const [where, identity] of [
    ['on another machine', { host: 'elsewhere', pid: 1 }],
    ['on another machine of the same name', { boot_id: 'another one', pid: deadProcess() }],
    ['in another container on this one', { pid_namespace: 'pid:[1]', pid: deadProcess() }],
    ['in another thread of a process that lives', { thread: 99 }],
  ] as const)
    it(`${where} has crashed after 30 s of silence by the clock of the reader, whatever the other clock says`, async () => {
      for (const hours of [-5, 0, 5]) {
        const elsewhere = { ...thisProcess(), ...identity };
        const beat = Date.now() * 1000 + hours * 3_600_000_000;
        const { dir, rewrite } = await open(elsewhere);
        rewrite({ ...elsewhere, heartbeat_at: beat });
        const store = localStore({ dir });
        const status = async () => (await store.writers('idle'))[0]!.status;
        vi.useFakeTimers({ toFake: ['performance'] });
        await status();
        // It beats, so it is there.
        rewrite({ ...elsewhere, heartbeat_at: beat + 5e6 });
        expect(await status()).toBe('open');
        vi.advanceTimersByTime(29_000);
        expect(await status()).toBe('open');
        vi.advanceTimersByTime(2_000);
        expect(await status()).toBe('crashed');
        rewrite({ ...elsewhere, heartbeat_at: beat + 10e6 });
        expect(await status()).toBe('open');
        vi.useRealTimers();
        await store.close();
      }
    });
});

describe('an experiment whose process was killed', () => {
  const killed = async () => {
    const dir = folder();
    const child = spawn(process.execPath, [script('paused-then-killed.js'), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    return dir;
  };

  it('is resumed by another with its phases and pause count, and streaming metrics that equal those of all records', async () => {
    const dir = await killed();
    await using lab = openLab(dir);
    const [listed] = await lab.listExperiments();
    expect(listed).toMatchObject({ id: 'killed', status: 'crashed', pause_count: 2 });
    const before = (await lab.getExperiment('killed')).phases;
    expect(before).toHaveLength(3);
    const experiment = await lab.resumeExperiment('killed');
    expect(experiment.pauseCount).toBe(2);
    expect(experiment.phases).toEqual(before);
    expect(experiment.status).toBe('running');
    for (let i = 0; i < 50; i++) {
      experiment.execute('req_llm.request.stop', { duration: 100 + i }, { ...REQUEST, success: i % 5 !== 0 });
    }
    const streaming = experiment.streamingMetrics();
    const { summary, latency, reliability, cost, tokens } = await experiment.metrics();
    expect(summary.total_events).toBe(250);
    expect(streaming.total_events).toBe(250);
    expect(streaming.reliability).toEqual({
      total_requests: reliability.total_requests,
      successful: reliability.successful,
      failed: reliability.failed,
      success_rate: reliability.success_rate,
      success_rate_ci: reliability.success_rate_ci,
      failure_rate: reliability.failure_rate,
    });
    for (const name of ['count', 'mean', 'std_dev', 'min', 'max', 'p50', 'p90', 'p95', 'p99'] as const)
      expect(streaming.latency[name], name).toBeCloseTo(latency[name]!, 9);
    expect(streaming.cost.sum).toBeCloseTo(cost.total!, 12);
    expect(streaming.tokens.input.sum).toBe(tokens.input.total);
    expect((await lab.listExperiments())[0]!.status).toBe('running');
  });

  it('has its writers in the order in which they were opened, wherever the clock has jumped', async () => {
    const dir = await killed();
    const at = Date.now() * 1000;
    for (const [i, hours] of [-48, 24, -24].entries()) {
      const clock = { nowMicros: () => at + hours * 3_600_000_000 };
      await using lab = openLab(dir, {}, clock);
      const experiment = await lab.resumeExperiment('killed');
      count(experiment, i * 10, i * 10 + 10);
    }
    await using lab = openLab(dir);
    const numbers = (await numbersOf(await lab.getExperiment('killed'))).filter((number) => number !== undefined);
    expect(numbers).toEqual(upTo(30));
    expect(await lab.listExperiments({ status: 'idle' })).toHaveLength(1);
  });
});

it('a clock that jumps while it records changes timestamps, not the order of records', async () => {
  const dir = folder();
  const hour = 3_600_000_000;
  const start = Date.UTC(2026, 0, 1) * 1000;
  const jumps = [0, -hour, 2 * hour, -3 * hour, 1];
  let now = start;
  await using lab = openLab(dir, { segmentBytes: 1024 }, { nowMicros: () => now });
  const experiment = await lab.startExperiment({ name: 'jumping', id: 'jumping' });
  const expected: number[] = [];
  for (const [i, jump] of jumps.entries()) {
    now += jump;
    count(experiment, i * 20, i * 20 + 20);
    expected.push(...Array<number>(20).fill(now));
    await lab.flush();
  }
  const timestamps: number[] = [];
  for await (const { timestamp } of experiment.records()) timestamps.push(timestamp!);
  expect(timestamps).toEqual(expected);
  expect(await numbersOf(experiment)).toEqual(upTo(100));
  const window = await experiment.queryWindow({ from: start - hour, to: start - hour });
  expect(window.map(({ measurements }) => measurements.number)).toEqual(upTo(40, 20));
});

it('what was flushed is in the account that others read, at once', async () => {
  const dir = folder();
  await using lab = openLab(dir);
  await using reader = openLab(dir);
  const experiment = await lab.startExperiment({ name: 'flushed' });
  for (const emitted of [3, 6]) {
    count(experiment, emitted - 3, emitted);
    await lab.flush();
    expect(await (await reader.getExperiment(experiment.id)).ledgerAll()).toMatchObject({ emitted, stored: emitted });
  }
});

it('an experiment started under the id of one that was removed gets nothing of its writers', async () => {
  const dir = folder();
  await using lab = openLab(dir, { segmentBytes: 1024 });
  const old = await lab.startExperiment({ id: 'reused', name: 'old', condition: 'control' });
  count(old, 0, 50);
  await lab.flush();
  await using other = openLab(dir);
  await (await other.getExperiment('reused')).delete();
  const next = await other.startExperiment({ id: 'reused', name: 'new', condition: 'treatment' });
  for (let round = 0; round < 12; round++) {
    count(old, 100, 110);
    await setTimeout(100);
  }
  await lab.flush().catch(() => undefined);
  count(next, 0, 5);
  await other.flush();
  expect(await numbersOf(next)).toEqual(upTo(5));
  expect(await next.ledgerAll()).toMatchObject({ emitted: 5, stored: 5 });
  expect([old.name, old.condition]).toEqual(['old', 'control']);
  const { emitted, stored, dropped } = old.ledger();
  expect([emitted, stored, dropped.overflow + dropped.stopped + dropped.capacity]).toEqual([170, 50, 120]);
  expect(readdirSync(join(dir, 'experiments', 'reused', 'writers'))).toHaveLength(1);
});

it('a handle of an experiment that was removed does not change the one that was started under its id', async () => {
  const dir = folder();
  await using lab = openLab(dir);
  const old = await lab.startExperiment({ id: 'reused', name: 'old' });
  await using other = openLab(dir);
  await (await other.getExperiment('reused')).delete();
  const next = await other.startExperiment({ id: 'reused', name: 'new' });
  await expect(old.stop()).rejects.toMatchObject({ code: 'experiment_not_found' });
  expect([old.status, next.status]).toEqual(['stopped', 'running']);
  await using later = openLab(dir);
  expect(await later.getExperiment('reused')).toMatchObject({ name: 'new', status: 'running' });
});
