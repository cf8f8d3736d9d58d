import { AsyncResource } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Experiment } from '../../src/lab/experiment.ts';
import { bench, expectBalanced, recordsOf, turn } from './bench.ts';

type Emit = (step: string) => void;

let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    setTimeout(() => response.end(`you asked for ${request.url}`), 1);
  });
  server.listen(0);
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const called = (start: (done: () => void) => void) => new Promise<void>((resolve) => start(resolve));

/** Ways in which work goes on later, each of which keeps the run by itself. */
const CARRIERS: Record<string, (emit: Emit) => Promise<unknown>> = {
  'await of timers': async (emit) => {
    for (let i = 0; i < 3; i++) {
      await sleep(i);
      emit(`timer ${i}`);
    }
  },
  setTimeout: (emit) =>
    called((done) =>
      setTimeout(() => {
        emit('timeout');
        done();
      }, 2),
    ),
  setInterval: (emit) =>
    called((done) => {
      let count = 0;
      const timer = setInterval(() => {
        emit(`interval ${++count}`);
        if (count < 3) return;
        clearInterval(timer);
        done();
      }, 1);
    }),
  setImmediate: (emit) =>
    called((done) =>
      setImmediate(() => {
        emit('immediate');
        done();
      }),
    ),
  queueMicrotask: (emit) =>
    called((done) =>
      queueMicrotask(() => {
        emit('microtask');
        done();
      }),
    ),
  'process.nextTick': (emit) =>
    called((done) =>
      process.nextTick(() => {
        emit('tick');
        done();
      }),
    ),
  'promises made earlier': (emit) =>
    Promise.resolve(1)
      .then(() => emit('then'))
      .finally(() => emit('finally')),
  'an EventEmitter fired inside': async (emit) => {
    const emitter = new EventEmitter();
    emitter.on('go', () => emit('listener'));
    const next = once(emitter, 'go');
    setTimeout(() => emitter.emit('go'), 1);
    await next;
    emit('once');
  },
  'a pipeline of streams': (emit) =>
    pipeline(
      Readable.from(['a', 'b', 'c']),
      new Transform({
        objectMode: true,
        transform(chunk, _, next) {
          emit(`transform ${chunk}`);
          setTimeout(() => next(null, chunk), 1);
        },
      }),
      new Writable({
        objectMode: true,
        write(chunk, _, next) {
          emit(`write ${chunk}`);
          next();
        },
      }),
    ),
  'async generators': async (emit) => {
    async function* source() {
      for (let i = 0; i < 3; i++) {
        await sleep(1);
        emit(`made ${i}`);
        yield i;
      }
    }
    for await (const i of source()) emit(`taken ${i}`);
  },
  'an AsyncResource': (emit) =>
    called((done) => {
      const resource = new AsyncResource('request');
      const bound = AsyncResource.bind(() => emit('bound by Node'));
      setTimeout(
        () =>
          resource.runInAsyncScope(() => {
            emit('resource');
            bound();
            done();
          }),
        1,
      );
    }),
  'callbacks of the file system': (emit) =>
    called((done) =>
      readFile(import.meta.filename, () => {
        emit('file');
        done();
      }),
    ),
  'callbacks of zlib': (emit) =>
    called((done) =>
      gzip('text', () => {
        emit('gzip');
        done();
      }),
    ),
  'fetch of undici': async (emit) => {
    const response = await fetch(url);
    emit('headers');
    await response.text();
    emit('body');
  },
  'callbacks of http.get': (emit) =>
    called((done) =>
      get(url, { agent: false }, (response) => {
        emit('response');
        response.on('data', () => emit('data'));
        response.on('end', () => {
          emit('end');
          done();
        });
      }),
    ),
};

describe('a run is kept, however runs interleave, through', () => {
  for (const [name, carry] of Object.entries(CARRIERS)) {
    test(name, async () => {
      const { lab, bus } = bench();
      const experiments: Experiment[] = [];
      for (let i = 0; i < 8; i++) experiments.push(await lab.startExperiment({ name: `${name} ${i}` }));
      const meant = new Map<string, string[]>(experiments.map(({ id }) => [id, []]));
      await Promise.all(
        experiments.map((experiment) =>
          experiment.run(() =>
            carry((step) => {
              meant.get(experiment.id)!.push(step);
              bus.execute('carried', {}, { step, meant: experiment.id });
            }),
          ),
        ),
      );
      for (const experiment of experiments) {
        const records = await recordsOf(experiment);
        expect(records.map((record) => record.metadata.step)).toEqual(meant.get(experiment.id));
        expect(records.length).toBeGreaterThan(0);
        expect(records.every((record) => record.metadata.meant === experiment.id && record.scope === 'run')).toBe(true);
        await expectBalanced(experiment);
      }
      expect(lab.ledger().unattributed).toBe(0);
    });
  }
});

/** Things that are shared by runs, and call back from wherever they happen to be. */
const SHARED: Record<string, () => { call(work: () => void): Promise<void>; end?(): Promise<unknown> }> = {
  'a pool of workers': () => {
    const queue: (() => void)[] = [];
    let wake: (() => void)[] = [];
    let ended = false;
    const worker = async () => {
      while (!ended) {
        const job = queue.shift();
        if (job) job();
        else await new Promise<void>((resolve) => wake.push(resolve));
      }
    };
    const workers = [worker(), worker()];
    const wakeAll = () => {
      for (const resolve of wake) resolve();
      wake = [];
    };
    return {
      call: (work) =>
        new Promise((resolve) => {
          queue.push(() => {
            work();
            resolve();
          });
          wakeAll();
        }),
      end: () => {
        ended = true;
        wakeAll();
        return Promise.all(workers);
      },
    };
  },
  'a batcher': () => {
    let batch: (() => void)[] = [];
    return {
      call: (work) =>
        new Promise((resolve) => {
          if (batch.length === 0) {
            setImmediate(() => {
              const due = batch;
              batch = [];
              for (const job of due) job();
            });
          }
          batch.push(() => {
            work();
            resolve();
          });
        }),
    };
  },
  'a worker thread': () => {
    const worker = new Worker(
      "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage(m));",
      { eval: true },
    );
    const waiting = new Map<number, () => void>();
    let last = 0;
    worker.on('message', (id: number) => waiting.get(id)?.());
    return {
      call: (work) =>
        new Promise((resolve) => {
          waiting.set(++last, () => {
            work();
            resolve();
          });
          worker.postMessage(last);
        }),
      end: () => worker.terminate(),
    };
  },
};

describe('bind carries the run and its context into callbacks of', () => {
  for (const [name, create] of Object.entries(SHARED)) {
    test(name, async () => {
      const { lab, bus } = bench();
      const shared = create();
      const experiments: Experiment[] = [];
      for (let i = 0; i < 6; i++) experiments.push(await lab.startExperiment({ name: `${name} ${i}` }));
      for (const experiment of experiments) experiment.run(() => undefined);
      let unbound = 0;
      await Promise.all(
        experiments.map((experiment, i) =>
          experiment.run(
            async () => {
              for (let round = 0; round < 5; round++) {
                const work = () => bus.execute('bound', { round }, { meant: experiment.id });
                await shared.call(experiment.bind(work));
              }
            },
            { sample_id: `s${i}` },
          ),
        ),
      );
      await shared.call(() => {
        unbound++;
        bus.execute('unbound');
      });
      await shared.end?.();
      for (const [i, experiment] of experiments.entries()) {
        const records = await recordsOf(experiment);
        const seen = records.map(({ measurements, metadata, sample_id, scope }) => [
          measurements.round,
          metadata.meant,
          sample_id,
          scope,
        ]);
        expect(seen).toEqual([0, 1, 2, 3, 4].map((round) => [round, experiment.id, `s${i}`, 'run']));
      }
      expect(lab.ledger().unattributed).toBe(unbound);
    });
  }
});

describe('a bound function', () => {
  test('passes arguments, this, results and errors through', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const bound = experiment.bind(function (this: { base: number }, a: number, b: number) {
      if (a < 0) throw new Error('negative');
      return this.base + a + b;
    });
    expect(bound.call({ base: 1 }, 2, 3)).toBe(6);
    expect(() => bound.call({ base: 1 }, -1, 0)).toThrow('negative');
  });

  test('carries the span that was current when it was bound', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const ids: unknown[] = [];
    const work = experiment.run(() =>
      bus.span('outer', {}, (span) => {
        ids.push(span.trace_id, span.span_id);
        return experiment.bind(() => bus.execute('late'));
      }),
    );
    bus.span('elsewhere', {}, () => work());
    const late = (await recordsOf(experiment)).find((record) => record.event_name === 'late');
    expect([late?.trace_id, late?.parent_span_id]).toEqual(ids);
  });

  test('made outside all runs is a run itself, and inside the run of another experiment wins over it', async () => {
    const { lab, bus } = bench();
    const [mine, other] = [await lab.startExperiment({ name: 'mine' }), await lab.startExperiment({ name: 'other' })];
    const outside = mine.bind(() => bus.execute('a.outside'));
    bus.execute('a.before');
    const inOther = other.run(() => mine.bind(() => bus.execute('a.other')), { cohort: 'c1' });
    other.run(outside);
    inOther();
    bus.execute('a.after');
    expect((await recordsOf(mine)).map((record) => [record.event_name, record.scope, record.cohort])).toEqual([
      ['a.before', 'process', null],
      ['a.outside', 'run', null],
      ['a.other', 'run', 'c1'],
    ]);
  });

  test('can be called after the stop, and then counts what it emits', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const bound = experiment.bind(() => bus.execute('a.b'));
    await experiment.stop();
    bound();
    expect(experiment.ledger()).toMatchObject({ emitted: 1, stored: 0, dropped: { stopped: 1 } });
    expect(bus.listening).toBe(false);
    await turn();
  });
});
