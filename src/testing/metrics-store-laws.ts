import assert from 'node:assert/strict';
import { CrucibleError } from '../core/errors.ts';
import type { MetricOptions, MetricPoint, MetricsStore } from '../metrics-store/metrics-store.ts';
import type { Law } from './conformance.ts';

/** What a law of metrics stores is tried on. */
export interface MetricsStoreBench {
  /** A store on a place of its own, empty, whose clock starts at 2026-01-01T00:00:00Z and advances by 1 µs at each look. */
  readonly store: MetricsStore;
  /** Another store on the same place. */
  reopen(): Promise<MetricsStore>;
}

const START = '2026-01-01T00:00:00.';

async function refuses(code: CrucibleError['code'], words: RegExp, act: () => Promise<unknown>): Promise<void> {
  const error: unknown = await act().then(
    () => assert.fail(`expected ${code}, but it resolved`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CrucibleError, `expected a CrucibleError, got ${String(error)}`);
  assert.equal(error.code, code);
  assert.match(error.message, words);
  assert.ok(error.hint, 'the error says what to do');
}

async function collect(points: AsyncIterable<MetricPoint>, limit = Number.POSITIVE_INFINITY): Promise<MetricPoint[]> {
  const collected: MetricPoint[] = [];
  for await (const point of points) if (collected.push(point) >= limit) break;
  return collected;
}

const valuesOf = (points: readonly MetricPoint[]) => points.map((point) => point.value);
const stepsOf = (points: readonly MetricPoint[]) => points.map((point) => point.step);

/** What every metrics store must obey. */
export const METRICS_STORE_LAWS: readonly Law<MetricsStoreBench>[] = [
  {
    law: 'a run without points reads as empty',
    async check({ store }) {
      assert.deepEqual(await store.read('nobody'), []);
      assert.deepEqual(await collect(store.scan('nobody')), []);
      assert.deepEqual(store.rejects, { torn: 0, damaged: 0, refused: 0 });
    },
  },
  {
    law: 'a point is read as it was recorded',
    async check({ store }) {
      await store.record('run_123', 'loss', 2.5, { step: 0, metadata: { epoch: 1 } });
      assert.deepEqual(await store.read('run_123'), [
        {
          run_id: 'run_123',
          metric: 'loss',
          value: 2.5,
          step: 0,
          timestamp: `${START}000000Z`,
          metadata: { epoch: 1 },
        },
      ]);
    },
  },
  {
    law: 'what is left out is null, empty, or the time of the clock',
    async check({ store }) {
      await store.record('run', 'loss', 1);
      await store.record('run', 'loss', 2, { step: null, metadata: null, timestamp: undefined });
      const bare = { run_id: 'run', metric: 'loss', step: null, metadata: {} };
      assert.deepEqual(await store.read('run'), [
        { ...bare, value: 1, timestamp: `${START}000000Z` },
        { ...bare, value: 2, timestamp: `${START}000001Z` },
      ]);
    },
  },
  {
    law: 'a given timestamp is kept to the microsecond, whether number, Date or text',
    async check({ store }) {
      const given = [1_700_000_000_123_456, new Date(1_700_000_000_123), '2023-11-14T23:13:20.123456+01:00', -1];
      for (const timestamp of given) await store.record('run', 'loss', 1, { timestamp });
      assert.deepEqual(
        (await store.read('run')).map((point) => point.timestamp),
        [
          '2023-11-14T22:13:20.123456Z',
          '2023-11-14T22:13:20.123000Z',
          '2023-11-14T22:13:20.123456Z',
          '1969-12-31T23:59:59.999999Z',
        ],
      );
    },
  },
  {
    law: 'a point that was read can be recorded again',
    async check({ store }) {
      await store.record('run', 'loss', Number.NaN, { step: 3, metadata: { big: 2n ** 64n } });
      const [point] = await store.read('run');
      await store.record('copy', point!.metric, point!.value, point);
      assert.deepEqual(await store.read('copy'), [{ ...point, run_id: 'copy' }]);
    },
  },
  {
    law: 'points come back in the order recorded, whatever their steps and timestamps',
    async check({ store }) {
      const steps = [5, 3, 3, -1, 0.5, null, 1e15, 4];
      for (const [i, step] of steps.entries()) await store.record('run', 'loss', i, { step, timestamp: 1e15 - i });
      const points = await store.read('run');
      assert.deepEqual(stepsOf(points), steps);
      assert.deepEqual(valuesOf(points), [...steps.keys()]);
    },
  },
  {
    law: 'points of calls that nobody awaited are kept, in the order of the calls',
    async check({ store }) {
      const calls = Array.from({ length: 200 }, (_, i) => store.record(`run_${i % 2}`, 'loss', i));
      const readAtOnce = await store.read('run_1');
      await Promise.all(calls);
      const odd = Array.from({ length: 100 }, (_, i) => 2 * i + 1);
      assert.deepEqual(valuesOf(readAtOnce), odd);
      assert.deepEqual(valuesOf(await store.read('run_1')), odd);
    },
  },
  {
    law: 'runs do not see each other, however alike their names',
    async check({ store }) {
      const runs = [
        'run',
        'run_1',
        'run_10',
        'Run',
        'run ',
        '__proto__',
        'constructor',
        'a"b',
        'a\\b',
        '%',
        '*',
        '../run',
        '\u0000',
      ];
      for (const [i, run] of runs.entries()) await store.record(run, 'loss', i);
      for (const [i, run] of runs.entries()) {
        assert.deepEqual(
          (await store.read(run)).map((point) => [point.run_id, point.value]),
          [[run, i]],
        );
      }
    },
  },
  {
    law: 'every number is kept to the bit, NaN and infinities included',
    async check({ store }) {
      const values = [0, -0, 0.1, 1e-320, 5e-324, 1.7976931348623157e308, 2 ** 53, -(2 ** 70), Number.NaN];
      values.push(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
      for (const value of values) await store.record('run', 'loss', value);
      await store.record('run', 'loss', 9_007_199_254_740_991n);
      assert.deepEqual(valuesOf(await store.read('run')), [...values, 9_007_199_254_740_991]);
    },
  },
  {
    law: 'what is not a metric point is refused with the reason, counted, and not stored',
    async check({ store }) {
      // What callers without a type checker pass.
      const record = store.record.bind(store) as (...args: unknown[]) => Promise<void>;
      const bad = (words: RegExp, ...args: unknown[]) => refuses('invalid_argument', words, () => record(...args));
      await bad(/"loss" is "0\.5" \(string\)/, 'run', 'loss', '0.5');
      for (const value of [undefined, null, true, {}, [1], 2n ** 53n])
        await bad(/The value of metric "loss"/, 'run', 'loss', value);
      for (const step of [Number.NaN, Number.POSITIVE_INFINITY, '1', 1n]) await bad(/step/, 'run', 'loss', 1, { step });
      for (const timestamp of ['yesterday', Number.NaN, 1.7e18, null])
        await bad(/timestamp/, 'run', 'loss', 1, { timestamp });
      for (const metadata of ['text', 7, ['list'], new Date()]) await bad(/metadata/, 'run', 'loss', 1, { metadata });
      for (const name of ['', undefined, 7]) await bad(/run id/, name, 'loss', 1);
      for (const name of ['', undefined, 7]) await bad(/metric/, 'run', name, 1);
      await bad(/options/, 'run', 'loss', 1, 100);
      assert.equal(store.rejects.refused, 26);
      assert.deepEqual(await store.read('run'), []);
    },
  },
  {
    law: 'a refusal that nobody awaits does not end the process',
    async check({ store }) {
      const reached: unknown[] = [];
      const listener = (reason: unknown) => reached.push(reason);
      process.on('unhandledRejection', listener);
      try {
        void store.record('run', '', 1);
        await new Promise((resolve) => setTimeout(resolve, 5));
      } finally {
        process.off('unhandledRejection', listener);
      }
      assert.deepEqual(reached, []);
      assert.equal(store.rejects.refused, 1);
    },
  },
  {
    law: 'names and metadata keep every character',
    async check({ store }) {
      const texts = [
        'zażółć 漢字 👩‍🔬',
        'line\nbreak\r\n',
        'sep\u2028\u2029\u0085',
        '"quoted" \\ \u0000\u001f',
        '\ufeffbom',
        ' ',
      ];
      for (const text of texts) await store.record(text, text, 1, { metadata: { [text]: text } });
      for (const text of texts) {
        const [point] = await store.read(text, { metric: text });
        assert.deepEqual([point?.run_id, point?.metric, point?.metadata], [text, text, { [text]: text }]);
      }
      // Half a surrogate pair is no character: UTF-8 has no bytes for it.
      await store.record('half \ud83d', 'loss', 1);
      const [point] = await store.read('half \ud83d');
      assert.equal(point?.run_id, 'half \ufffd');
    },
  },
  {
    law: 'metadata of any kind has a defined result and never throws',
    async check({ store }) {
      const metadata: Record<string, unknown> = {
        nested: { list: [1, undefined, { deep: [] }], absent: undefined },
        numbers: [Number.NaN, Number.NEGATIVE_INFINITY, -0, 7n, 2n ** 60n],
        date: new Date(0),
        fn: function named() {},
        lookalike: { $number: 'NaN' },
        get broken() {
          throw new Error('no');
        },
      };
      metadata.self = metadata;
      await store.record('run', 'loss', 1, { metadata });
      await store.record('run', 'loss', 1, { metadata: { $number: 'NaN' } });
      await store.record('run', 'loss', 1, { metadata: JSON.parse('{"__proto__":{"a":1}}') });
      const [rich, lookalike, proto] = await store.read('run');
      assert.deepEqual(rich?.metadata, {
        nested: { list: [1, null, { deep: [] }] },
        numbers: [Number.NaN, Number.NEGATIVE_INFINITY, -0, 7, 2n ** 60n],
        date: '1970-01-01T00:00:00.000Z',
        fn: '[Function: named]',
        lookalike: { $number: 'NaN' },
        broken: '[Threw: no]',
        self: '[Circular]',
      });
      assert.deepEqual(lookalike?.metadata, { $number: 'NaN' });
      assert.deepEqual(Object.entries(proto?.metadata ?? {}), [['__proto__', { a: 1 }]]);
    },
  },
  {
    law: 'neither the recorder nor a reader can change a point afterwards',
    async check({ store }) {
      const options = { step: 1, metadata: { list: [1] } } satisfies MetricOptions;
      const recording = store.record('run', 'loss', 1, options);
      options.step = 2;
      options.metadata.list.push(2);
      await recording;
      const [mine] = await store.read('run');
      mine!.value = 99;
      (mine!.metadata as typeof options.metadata).list.push(3);
      const [point] = await store.read('run');
      assert.deepEqual([point?.value, point?.step, point?.metadata], [1, 1, { list: [1] }]);
    },
  },
  {
    law: 'scan and read give the same points, and a scan may be left early',
    async check({ store }) {
      for (let i = 0; i < 50; i++) await store.record('run', 'loss', i);
      const all = await store.read('run');
      assert.equal(all.length, 50);
      const [one, other] = [store.scan('run'), store.scan('run')];
      assert.deepEqual(await collect(one, 2), all.slice(0, 2));
      assert.deepEqual(await collect(other), all);
    },
  },
  {
    law: 'a scan ends although recording goes on',
    async check({ store }) {
      for (let i = 0; i < 20; i++) await store.record('run', 'loss', i);
      const seen: number[] = [];
      for await (const point of store.scan('run')) {
        seen.push(point.value);
        await store.record('run', 'loss', 100 + point.value);
        assert.ok(seen.length <= 40, 'the scan follows what it reads');
      }
      assert.deepEqual(
        seen.slice(0, 20),
        Array.from({ length: 20 }, (_, i) => i),
      );
    },
  },
  {
    law: 'a filter chooses by metric and by step, both ends included',
    async check({ store }) {
      for (let step = 0; step < 6; step++) {
        await store.record('run', 'loss', step, { step });
        await store.record('run', 'accuracy', step, { step });
      }
      await store.record('run', 'loss', 99);
      assert.deepEqual(stepsOf(await store.read('run', { metric: 'loss' })), [0, 1, 2, 3, 4, 5, null]);
      assert.deepEqual(stepsOf(await store.read('run', { metric: ['loss'], minStep: 2, maxStep: 4 })), [2, 3, 4]);
      assert.equal((await store.read('run', { metric: ['loss', 'accuracy'], maxStep: 0 })).length, 2);
      assert.deepEqual(await store.read('run', { metric: [] }), []);
      await refuses('invalid_argument', /minStep is NaN/, () => store.read('run', { minStep: Number.NaN }));
      await refuses('invalid_argument', /run id is ""/, () => store.read(''));
    },
  },
  {
    law: 'flush resolves with points and without, for one run, an unknown one, or all, and after close',
    async check({ store }) {
      await store.flush();
      void store.record('run', 'loss', 1);
      await store.flush('run');
      await Promise.all([store.flush(), store.flush('nobody')]);
      assert.equal((await store.read('run')).length, 1);
      await store.close();
      await store.flush();
    },
  },
  {
    law: 'after close recording is refused, reading goes on, and closing again does nothing',
    async check({ store }) {
      const recording = store.record('run', 'loss', 1);
      await Promise.all([store.close(), store.close()]);
      await recording;
      await store.close();
      await refuses('store_closed', /closed/, () => store.record('run', 'loss', 2));
      assert.deepEqual(valuesOf(await store.read('run')), [1]);
    },
  },
  {
    law: 'a store that can remove a run forgets its points, those still being recorded too, and no others',
    async check({ store }) {
      if (!store.remove) return;
      await store.record('kept', 'loss', 1);
      void store.record('gone', 'loss', 2);
      await store.remove('gone');
      await store.remove('nobody');
      assert.deepEqual([valuesOf(await store.read('kept')), await store.read('gone')], [[1], []]);
    },
  },
  {
    law: 'leaving the block of `await using` closes the store',
    async check({ store }) {
      await store.record('run', 'loss', 1);
      await store[Symbol.asyncDispose]();
      await refuses('store_closed', /closed/, () => store.record('run', 'loss', 2));
    },
  },
  {
    law: 'points outlive the store that recorded them, and later ones follow them',
    persistent: true,
    async check({ store, reopen }) {
      await store.record('run', 'loss', 1, { step: 1, metadata: { epoch: 1 } });
      await store.close();
      const later = await reopen();
      await later.record('run', 'loss', 2);
      assert.deepEqual(valuesOf(await later.read('run')), [1, 2]);
      assert.deepEqual(await (await reopen()).read('run'), await later.read('run'));
    },
  },
  {
    law: "two stores on one place keep each other's points and each its own order",
    persistent: true,
    async check({ store, reopen }) {
      const stores = [store, await reopen()];
      for (let i = 0; i < 50; i++) await Promise.all(stores.map((each, n) => each.record('run', `m${n}`, i)));
      const order = Array.from({ length: 50 }, (_, i) => i);
      for (const metric of ['m0', 'm1']) assert.deepEqual(valuesOf(await store.read('run', { metric })), order);
    },
  },
];
