import assert from 'node:assert/strict';
import { CrucibleError } from '../core/errors.ts';
import type { ExperimentState } from '../stores/experiment-state.ts';
import type { Store } from '../stores/store.ts';
import type { Law } from './conformance.ts';
import { exampleState, sameRecords, scanned, stored, Writing } from './store-writing.ts';

/** What a law of stores is tried on. */
export interface StoreBench {
  /** A store on a place of its own, empty. */
  readonly store: Store;
  /** Another store on the same place. */
  reopen(): Promise<Store>;
}

async function refuses(code: CrucibleError['code'], id: string, act: () => Promise<unknown>): Promise<void> {
  const error: unknown = await act().then(
    () => assert.fail(`expected ${code}, but it resolved`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CrucibleError, `expected a CrucibleError, got ${String(error)}`);
  assert.equal(error.code, code);
  assert.ok(error.message.includes(id), `the message names ${id}: ${error.message}`);
  assert.ok(error.hint, 'the error says what to do');
}

async function created(store: Store, id: string, changes: Partial<ExperimentState> = {}): Promise<ExperimentState> {
  const state = exampleState(id, changes);
  await store.create(state);
  return state;
}

const paused = (state: ExperimentState): ExperimentState => ({ ...state, status: 'paused' });

const VALUES: readonly unknown[] = [
  0,
  -0,
  0.1,
  5e-324,
  2 ** 53 - 1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2n ** 60n,
  true,
  false,
  null,
  '',
  'NaN',
  'zażółć 漢字 👩‍🔬\n"\u2028\u0000',
  [1, [], 'a', null],
  {},
  { deep: { deeper: { list: [{ a: Number.NaN }] } }, 'a.b': 1, '': 2 },
  { $number: 'NaN' },
  JSON.parse('{"__proto__":{"a":1},"constructor":2}'),
];

/** What every store must obey. */
export const STORE_LAWS: readonly Law<StoreBench>[] = [
  {
    law: 'an experiment is loaded as it was created',
    async check({ store }) {
      const state = await created(store, 'rich', {
        study: 'zażółć',
        condition: 'treatment',
        hypothesis: 'B is "faster"',
        tags: ['h1', ''],
        metadata: { nested: { list: [1, null, 'a'] } },
        sample_size: 1000,
        events: ['a.b', 'a.c'],
        scope: 'process',
        request_events: [],
        sampling: { rate: 0.25 },
      });
      assert.deepEqual(await store.load('rich'), state);
      assert.deepEqual(await store.list(), [state]);
      sameRecords(await scanned(store, 'rich'), []);
      assert.deepEqual(await store.writers('rich'), []);
    },
  },
  {
    law: 'an unknown experiment loads as undefined, is removed without complaint and refused by name everywhere else',
    async check({ store }) {
      assert.equal(await store.load('nobody'), undefined);
      assert.deepEqual(await store.list(), []);
      await store.remove('nobody');
      await refuses('experiment_not_found', 'nobody', () => store.update('nobody', (state) => state));
      await refuses('experiment_not_found', 'nobody', () => store.writers('nobody'));
      await refuses('experiment_not_found', 'nobody', () => scanned(store, 'nobody'));
      await refuses('experiment_not_found', 'nobody', () => Writing.open(store, exampleState('nobody'), 'w1'));
    },
  },
  {
    law: 'an id is given once, and a second experiment of that id leaves the first as it was',
    async check({ store }) {
      const state = await created(store, 'taken', { tags: ['first'] });
      await refuses('experiment_exists', 'taken', () => created(store, 'taken', { tags: ['second'] }));
      assert.deepEqual(await store.load('taken'), state);
      const rivals = await Promise.allSettled(['a', 'b', 'c'].map((tag) => created(store, 'race', { tags: [tag] })));
      assert.equal(rivals.filter(({ status }) => status === 'fulfilled').length, 1);
    },
  },
  {
    law: 'experiments are listed by rising start',
    async check({ store }) {
      for (const [id, start] of [
        ['late', 3e15],
        ['early', 1e15],
        ['middle', 2e15],
      ] as const) {
        await created(store, id, { started_at: start });
      }
      assert.deepEqual(
        (await store.list()).map(({ id }) => id),
        ['early', 'middle', 'late'],
      );
    },
  },
  {
    law: 'an update is one step: none is lost among many at once',
    async check({ store }) {
      await created(store, 'busy');
      const more = (state: ExperimentState) => ({ ...state, pause_count: state.pause_count + 1 });
      const results = await Promise.all(Array.from({ length: 50 }, () => store.update('busy', more)));
      assert.equal(Math.max(...results.map((state) => state.pause_count)), 50);
      assert.equal((await store.load('busy'))?.pause_count, 50);
    },
  },
  {
    law: 'an update whose change throws rejects with that and changes nothing',
    async check({ store }) {
      const state = await created(store, 'firm');
      const refusal = new Error('refused');
      const heard: unknown[] = [];
      const unwatch = store.watch('firm', (next) => heard.push(next));
      await assert.rejects(
        store.update('firm', () => {
          throw refusal;
        }),
        refusal,
      );
      unwatch();
      assert.deepEqual(await store.load('firm'), state);
      assert.deepEqual(heard, []);
    },
  },
  {
    law: 'who watches an experiment hears of each change, at the latest when it is resolved, until the watch ends',
    async check({ store }) {
      await created(store, 'watched');
      await created(store, 'other');
      const heard: (string | undefined)[] = [];
      const more: (string | undefined)[] = [];
      const unwatch = store.watch('watched', (state) => heard.push(state?.status));
      const unwatchMore = store.watch('watched', (state) => more.push(state?.status));
      await store.update('other', paused);
      await store.update('watched', paused);
      assert.deepEqual(heard, ['paused']);
      unwatch();
      await store.update('watched', (state) => ({ ...state, status: 'running' }));
      await store.remove('watched');
      unwatchMore();
      assert.deepEqual(heard, ['paused']);
      assert.deepEqual(more, ['paused', 'running', undefined]);
    },
  },
  {
    law: 'a record is read as it was recorded, whatever its values',
    async check({ store }) {
      const state = await created(store, 'values', { study: 's', condition: 'c', tags: ['t'] });
      const writing = await Writing.open(store, state, 'w1');
      for (const [i, value] of VALUES.entries()) {
        writing.record(1e15 - i, { value, n: i }, { value, [`key ${i}`]: value, sample_id: `s${i}` });
      }
      sameRecords(await scanned(store, 'values'), writing.expected);
      await writing.writer.flush();
      sameRecords(await scanned(store, 'values'), writing.expected);
      await writing.writer.close();
      sameRecords(await scanned(store, 'values'), writing.expected);
    },
  },
  {
    law: 'records come back by writer and sequence, however the writers interleave and however many batches they fill',
    async check({ store }) {
      const state = await created(store, 'many');
      const writings = [await Writing.open(store, state, 'w-b'), await Writing.open(store, state, 'w-a')];
      for (let i = 0; i < 10_000; i++) {
        writings[i % 3 === 0 ? 1 : 0]!.record(1e15 + i, { i }, { text: i % 2 === 0 ? `t${i}` : 'same' });
      }
      sameRecords(
        await scanned(store, 'many'),
        writings.flatMap(({ expected }) => expected),
      );
      assert.deepEqual(
        writings[1]!.expected.map(({ sequence }) => sequence),
        [...writings[1]!.expected.keys()],
      );
      for (const { writer } of writings) await writer.close();
    },
  },
  {
    law: 'a row counts from its commit on: what is being written or was taken back is not read',
    async check({ store }) {
      const state = await created(store, 'half');
      const writing = await Writing.open(store, state, 'w1');
      writing.record(1, { n: 1 });
      writing.begin(2, { n: 2, secret: 'x' }, { text: 'never' });
      sameRecords(await scanned(store, 'half'), writing.expected);
      writing.rollback();
      writing.record(3, { n: 3 });
      sameRecords(await scanned(store, 'half'), writing.expected);
      await writing.writer.close();
    },
  },
  {
    law: 'experiments do not see each other',
    async check({ store }) {
      const states = [await created(store, 'a'), await created(store, 'a-1'), await created(store, 'A')];
      const writings = await Promise.all(states.map((state) => Writing.open(store, state, 'w1')));
      for (let i = 0; i < 30; i++) writings[i % 3]!.record(i, { i });
      await store.update('a', paused);
      for (const [i, { id }] of states.entries()) {
        sameRecords(await scanned(store, id), writings[i]!.expected);
        assert.equal((await store.load(id))?.status, id === 'a' ? 'paused' : 'running');
      }
      await store.remove('a');
      sameRecords(await scanned(store, 'a-1'), writings[1]!.expected);
    },
  },
  {
    law: 'a range leaves out nothing that lies in it, both ends included',
    async check({ store }) {
      const state = await created(store, 'range');
      const writing = await Writing.open(store, state, 'w1');
      for (let i = 0; i < 6000; i++) writing.record((i * 7919) % 6000, { i });
      for (const [from, to] of [
        [0, 0],
        [5999, 5999],
        [1000, 1010],
        [Number.NEGATIVE_INFINITY, 3],
        [5990, Number.POSITIVE_INFINITY],
      ] as const) {
        const inside = (await scanned(store, 'range', { range: { from, to } })).filter(
          ({ timestamp }) => timestamp >= from && timestamp <= to,
        );
        const expected = writing.expected.filter(({ timestamp }) => timestamp >= from && timestamp <= to);
        sameRecords(inside, expected);
      }
      await writing.writer.close();
    },
  },
  {
    law: 'newest first gives every batch once, by falling latest timestamp',
    async check({ store }) {
      const state = await created(store, 'newest');
      const writings = [await Writing.open(store, state, 'w1'), await Writing.open(store, state, 'w2')];
      for (let i = 0; i < 9000; i++) writings[i % 2]!.record((i * 7919) % 9000, { i });
      const latest: number[] = [];
      const seen = new Set<string>();
      for await (const batch of store.scan('newest', { newestFirst: true })) {
        latest.push(batch.maxTimestamp);
        for (let row = 0; row < batch.rows; row++) {
          assert.ok(batch.timestamp(row) <= batch.maxTimestamp);
          seen.add(batch.record(row).event_id);
        }
      }
      assert.deepEqual(
        latest,
        [...latest].sort((a, b) => b - a),
      );
      assert.equal(seen.size, 9000);
      for (const { writer } of writings) await writer.close();
    },
  },
  {
    law: 'writers are told in the order they were opened, with their account of now, open until closed',
    async check({ store }) {
      const state = await created(store, 'writers');
      const [first, second] = [await Writing.open(store, state, 'w-z'), await Writing.open(store, state, 'w-a')];
      first.record(1);
      first.record(2);
      await first.writer.close();
      await first.writer.close();
      second.record(3);
      const writers = await store.writers('writers');
      assert.deepEqual(
        writers.map(({ writer_id, status, ledger }) => ({ writer_id, status, ledger })),
        [
          { writer_id: 'w-z', status: 'closed', ledger: stored(2) },
          { writer_id: 'w-a', status: 'open', ledger: stored(1) },
        ],
      );
      for (const { opened_at, seen_at } of writers) assert.ok(opened_at > 0 && seen_at >= opened_at);
      assert.ok(writers[0]!.opened_at <= writers[1]!.opened_at);
      assert.equal(first.writer.nextBatch(), undefined);
      await second.writer.close();
    },
  },
  {
    law: 'who asks to write alone is refused while another writer is open, and is the only one of many who ask at once',
    async check({ store }) {
      const state = await created(store, 'lonely');
      const open = await Writing.open(store, state, 'w1');
      await refuses('not_paused', 'lonely', () => Writing.open(store, state, 'w2', { alone: true }));
      await open.writer.close();
      const tries = ['w3', 'w4', 'w5'].map((writer) => Writing.open(store, state, writer, { alone: true }));
      const opened = (await Promise.allSettled(tries)).flatMap((each) => ('value' in each ? [each.value] : []));
      assert.equal(opened.length, 1, 'one of three has opened');
      opened[0]!.record(1);
      await opened[0]!.writer.close();
      sameRecords(await scanned(store, 'lonely'), opened[0]!.expected);
    },
  },
  {
    law: 'a removed experiment is gone with its records, and its id is free again',
    async check({ store }) {
      const state = await created(store, 'gone');
      const writing = await Writing.open(store, state, 'w1');
      writing.record(1, { n: 1 });
      await writing.writer.close();
      await store.remove('gone');
      assert.equal(await store.load('gone'), undefined);
      assert.deepEqual(await store.list(), []);
      await created(store, 'gone', { tags: ['new'] });
      sameRecords(await scanned(store, 'gone'), []);
      assert.deepEqual(await store.writers('gone'), []);
    },
  },
  {
    law: 'flushing and closing may be done more than once',
    async check({ store }) {
      const state = await created(store, 'calm');
      const writing = await Writing.open(store, state, 'w1');
      await writing.writer.flush();
      writing.record(1);
      await Promise.all([store.flush(), writing.writer.flush(), writing.writer.close(), writing.writer.close()]);
      await store.flush();
      sameRecords(await scanned(store, 'calm'), writing.expected);
      await store.close();
      await store.close();
    },
  },
  {
    law: 'a writer that is closed has its last rows committed first',
    async check({ store }) {
      const state = await created(store, 'ending');
      let last = () => {};
      const writing = await Writing.open(store, state, 'w1', { ending: () => last() });
      writing.record(1);
      last = () => {
        last = () => {};
        for (let i = 0; i < 300; i++) assert.equal(writing.record(2 + i), true);
      };
      await writing.writer.close();
      assert.equal(writing.expected.length, 301);
      sameRecords(await scanned(store, 'ending'), writing.expected);
    },
  },
  {
    law: 'experiments and records outlive the store that kept them, and a later writer follows the earlier ones',
    persistent: true,
    async check({ store, reopen }) {
      const state = await created(store, 'lasting');
      const first = await Writing.open(store, state, 'w1');
      for (const [i, value] of VALUES.entries()) first.record(i, { value }, { value });
      await first.writer.close();
      await store.update('lasting', paused);
      await store.close();
      const later = await reopen();
      assert.deepEqual(await later.load('lasting'), paused(state));
      const second = await Writing.open(later, state, 'w0');
      second.record(1, { later: true });
      await second.writer.close();
      sameRecords(await scanned(later, 'lasting'), [...first.expected, ...second.expected]);
      assert.deepEqual(
        (await later.writers('lasting')).map(({ writer_id }) => writer_id),
        ['w1', 'w0'],
      );
    },
  },
  {
    law: 'two stores on one place see what the other flushed, and update without losing a change',
    persistent: true,
    async check({ store, reopen }) {
      const other = await reopen();
      const state = await created(store, 'shared');
      assert.deepEqual(await other.load('shared'), state);
      await refuses('experiment_exists', 'shared', () => created(other, 'shared'));
      const writing = await Writing.open(store, state, 'w1');
      writing.record(1, { n: 1 });
      await writing.writer.flush();
      sameRecords(await scanned(other, 'shared'), writing.expected);
      const more = (each: ExperimentState) => ({ ...each, pause_count: each.pause_count + 1 });
      await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other).update('shared', more)));
      assert.equal((await store.load('shared'))?.pause_count, 20);
      await writing.writer.close();
    },
  },
];
