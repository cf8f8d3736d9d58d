import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bus, createBus } from '../../src/bus/bus.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import type { Experiment } from '../../src/lab/experiment.ts';
import { createCrucible } from '../../src/lab/lab.ts';
import { expectBalanced, recordsOf } from '../lab/bench.ts';

const EXPERIMENTS = 200;
const STEPS = 14;
const FILTER = ['kept.event', 'span.start', 'span.stop', 'eval.score.recorded'];

/** What must have become of the events that were meant for one experiment. */
interface Account {
  /** In order: the serial numbers of what must have been stored. */
  readonly stored: number[];
  paused: number;
  stopped: number;
}

let server: Server;
let url = '';
let echo: Worker;
let requestHandled: () => void = () => undefined;

// Everything shared is made outside all runs, as a program makes it when it starts.
beforeAll(async () => {
  server = createServer((request, response) => {
    requestHandled();
    request.resume();
    request.on('end', () => setTimeout(() => response.end('x'.repeat(2000)), 1));
  });
  server.listen(0);
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  echo = new Worker(
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (id) => parentPort.postMessage(id));",
    { eval: true },
  );
  echo.setMaxListeners(0);
});

afterAll(async () => {
  await echo.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Workers that take jobs from one queue: a job runs in the context of the worker, not of who asked for it. */
function createPool(size: number) {
  const jobs: (() => unknown)[] = [];
  let idle: (() => void)[] = [];
  let ended = false;
  const workers = Array.from({ length: size }, async () => {
    while (!ended) {
      const job = jobs.shift();
      if (job) await job();
      else await new Promise<void>((resolve) => idle.push(resolve));
    }
  });
  const wake = () => {
    const sleeping = idle;
    idle = [];
    for (const resolve of sleeping) resolve();
  };
  return {
    submit: (job: () => unknown) =>
      new Promise<void>((resolve) => {
        jobs.push(async () => {
          await job();
          resolve();
        });
        wake();
      }),
    async end() {
      ended = true;
      wake();
      await Promise.all(workers);
    },
  };
}

/** Collects calls and makes them together, in the context of whoever came first. */
function createBatcher() {
  let batch: (() => void)[] = [];
  return (job: () => void) =>
    new Promise<void>((resolve) => {
      if (batch.length === 0) {
        setTimeout(() => {
          const due = batch;
          batch = [];
          for (const each of due) each();
        }, 2);
      }
      batch.push(() => {
        job();
        resolve();
      });
    });
}

function createEcho() {
  const waiting = new Map<number, () => void>();
  let last = 0;
  echo.on('message', (id: number) => waiting.get(id)?.());
  return (job: () => void) =>
    new Promise<void>((resolve) => {
      const id = ++last;
      waiting.set(id, () => {
        waiting.delete(id);
        job();
        resolve();
      });
      echo.postMessage(id);
    });
}

class World {
  readonly bus: Bus = createBus();
  readonly lab = createCrucible({ bus: this.bus });
  readonly accounts = new Map<string, Account>();
  readonly experiments: Experiment[] = [];
  readonly late: Promise<void>[] = [];
  readonly pool = createPool(8);
  readonly batch = createBatcher();
  readonly worker = createEcho();
  outside = 0;
  filtered = 0;
  /** Events that did not go through the bus. */
  direct = 0;
  #serial = 0;

  /** Emits an event that the code it stands in means for `experiment`. */
  emit(experiment: Experiment, name = 'kept.event'): void {
    this.bus.execute(name, {}, this.#expect(experiment, name));
  }

  explicit(experiment: Experiment): void {
    this.direct++;
    experiment.execute('kept.event', {}, this.#expect(experiment, 'kept.event'));
  }

  score(experiment: Experiment): void {
    this.direct++;
    experiment.score('quality', 0.5, this.#expect(experiment, 'eval.score.recorded'));
  }

  span(experiment: Experiment): void {
    const metadata = this.#expect(experiment, 'span.start');
    this.bus.span('span', metadata, () => {
      this.emit(experiment);
      this.#expect(experiment, 'span.stop', metadata.serial);
    });
  }

  emitOutside(): void {
    this.outside++;
    this.bus.execute('outside.event', {}, { meant: 'nobody' });
  }

  #expect(experiment: Experiment, name: string, serial: number = ++this.#serial) {
    const account = this.accounts.get(experiment.id)!;
    if (experiment.state.events !== 'all' && !FILTER.includes(name)) this.filtered++;
    else if (experiment.status === 'running') account.stored.push(serial);
    else account[experiment.status === 'paused' ? 'paused' : 'stopped']++;
    return { meant: experiment.id, serial };
  }
}

type Step = (world: World, mine: Experiment, random: Random) => Promise<unknown>;

const STEP_KINDS: Record<string, Step> = {
  async timers(world, mine, random) {
    await sleep(Math.floor(random() * 4));
    world.emit(mine);
    setImmediate(() => world.emit(mine));
    queueMicrotask(() => world.emit(mine));
    await sleep(1);
  },
  async 'a shared pool'(world, mine) {
    const job = mine.bind(async () => {
      world.emit(mine);
      await sleep(1);
      world.emit(mine);
    });
    const housekeeping = world.pool.submit(() => world.emitOutside());
    await Promise.all([world.pool.submit(job), housekeeping, world.pool.submit(mine.bind(() => world.emit(mine)))]);
    world.emit(mine);
  },
  async 'a batcher'(world, mine) {
    const job = mine.bind(() => world.emit(mine));
    await Promise.all([world.batch(job), world.batch(job)]);
    world.emit(mine);
  },
  async 'a worker thread'(world, mine) {
    await world.worker(mine.bind(() => world.emit(mine)));
    world.emit(mine);
  },
  async 'undici requests'(world, mine) {
    const response = await fetch(url, { method: 'POST', body: mine.id });
    world.emit(mine);
    for await (const _ of response.body!) world.emit(mine);
    world.emit(mine);
  },
  async streams(world, mine) {
    const pass = new Transform({
      objectMode: true,
      transform(chunk, _, next) {
        world.emit(mine);
        setTimeout(() => next(null, chunk), 1);
      },
    });
    const sink = new Writable({
      objectMode: true,
      write(_chunk, _, next) {
        world.emit(mine);
        setImmediate(next);
      },
    });
    await pipeline(Readable.from([1, 2, 3]), pass, sink);
    world.emit(mine);
  },
  async 'nested runs'(world, mine, random) {
    const other = world.experiments[Math.floor(random() * EXPERIMENTS)]!;
    await other.run(
      async () => {
        world.emit(other);
        await sleep(Math.floor(random() * 3));
        world.emit(other);
        await mine.run(
          async () => {
            await sleep(1);
            world.emit(mine);
            world.explicit(other);
          },
          { sample_id: mine.id },
        );
        world.emit(other);
      },
      { sample_id: other.id },
    );
    world.emit(mine);
  },
  async pauses(world, mine) {
    if (mine.isPaused) return;
    const background = sleep(1).then(() => world.emit(mine));
    await mine.pause();
    world.emit(mine);
    world.explicit(mine);
    await Promise.all([sleep(2), background]);
    await mine.resume();
    world.emit(mine);
  },
  async 'async generators'(world, mine) {
    async function* source() {
      for (let i = 0; i < 3; i++) {
        await sleep(1);
        world.emit(mine);
        yield i;
      }
    }
    for await (const _ of source()) world.emit(mine);
  },
  async emitters(world, mine) {
    const emitter = new EventEmitter();
    emitter.on('go', () => world.emit(mine));
    setTimeout(() => emitter.emit('go'), 1);
    await once(emitter, 'go');
    world.emit(mine);
  },
  async spans(world, mine) {
    await sleep(1);
    world.span(mine);
    world.score(mine);
    world.emit(mine, 'filtered.event');
  },
};

async function live(world: World, mine: Experiment, random: Random): Promise<void> {
  const kinds = Object.values(STEP_KINDS);
  const steps = Array.from(
    { length: STEPS },
    (_, i) => kinds[i < kinds.length ? i : Math.floor(random() * kinds.length)]!,
  );
  steps.sort(() => random() - 0.5);
  // Two strands at once in runs of their own, so that one pauses what the other is doing.
  const strand = (part: readonly Step[]) =>
    mine.run(
      async () => {
        for (const step of part) await step(world, mine, random);
      },
      { sample_id: mine.id },
    );
  await Promise.all([strand(steps.slice(0, STEPS / 2)), strand(steps.slice(STEPS / 2))]);
  mine.run(
    () => {
      world.late.push(sleep(20).then(() => world.emit(mine)));
    },
    { sample_id: mine.id },
  );
}

test(`${EXPERIMENTS} experiments at once: every event is with the experiment it was meant for, once, or accounted for`, async () => {
  const world = new World();
  const { bus, lab, accounts, experiments } = world;
  requestHandled = () => world.emitOutside();
  let seenOnBus = 0;
  bus.tap(() => seenOnBus++);
  const keeper = await lab.startExperiment({ name: 'keeps the lab listening', events: ['nothing.else'] });
  for (let i = 0; i < EXPERIMENTS; i++) {
    const experiment = await lab.startExperiment({ name: `e${i}`, ...(i % 10 === 0 ? { events: FILTER } : {}) });
    accounts.set(experiment.id, { stored: [], paused: 0, stopped: 0 });
    experiments.push(experiment);
    experiment.run(() => undefined);
  }

  await Promise.all(
    experiments.map(async (experiment, i) => {
      await live(world, experiment, seededRandom(`isolation ${i}`));
      if (experiment.isPaused) await experiment.resume();
      await experiment.stop();
    }),
  );
  await Promise.all(world.late);
  await world.pool.end();
  await keeper.stop();

  let contaminated = 0;
  for (const experiment of experiments) {
    for (const record of await recordsOf(experiment)) if (record.metadata.meant !== experiment.id) contaminated++;
  }
  expect(contaminated).toBe(0);

  for (const experiment of experiments) {
    const records = await recordsOf(experiment);
    const account = accounts.get(experiment.id)!;
    expect(records.every((record) => record.scope !== 'process')).toBe(true);
    const context = records.filter((record) => record.scope === 'run' && record.sample_id !== experiment.id);
    expect(context.map((record) => record.sample_id)).toEqual([]);
    expect(records.map((record) => record.metadata.serial)).toEqual(account.stored);
    expect(experiment.ledger()).toEqual({
      emitted: account.stored.length + account.paused + account.stopped,
      stored: account.stored.length,
      sampled_out: 0,
      dropped: { paused: account.paused, stopped: account.stopped, duplicate: 0, overflow: 0, encode: 0, capacity: 0 },
    });
    await expectBalanced(experiment);
  }

  // The other way round: all that the bus saw is with an experiment, left out by a filter, or was outside all runs.
  const ledgers = experiments.map((experiment) => experiment.ledger());
  const emitted = ledgers.reduce((sum, ledger) => sum + ledger.emitted, 0);
  const dropped = (reason: 'paused' | 'stopped') => ledgers.reduce((sum, ledger) => sum + ledger.dropped[reason], 0);
  expect(lab.ledger().unattributed).toBe(world.outside);
  expect(seenOnBus + world.direct).toBe(emitted + world.filtered + world.outside);

  // And the test tested something.
  expect(emitted).toBeGreaterThan(EXPERIMENTS * STEPS * 2);
  for (const count of [world.outside, world.filtered, world.direct, dropped('paused'), dropped('stopped')]) {
    expect(count).toBeGreaterThan(EXPERIMENTS / 10 - 1);
  }
  expect([bus.context.active, lab.ledger().unattributed]).toEqual([false, world.outside]);
});
