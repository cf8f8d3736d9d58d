import assert from 'node:assert/strict';
import type { EventRecord } from '../record/event-record.ts';
import { tailOf } from '../stores/scan-tail.ts';
import type { Law } from './conformance.ts';
import type { StoreBench } from './store-laws.ts';
import { exampleState, sameRecords, Writing } from './store-writing.ts';

/** What holds of whoever reads on in a store that is being written. */
export const TAIL_LAWS: readonly Law<StoreBench>[] = [
  {
    law: 'a tail reads what is added after it was opened, each record once, whichever writer adds it',
    async check({ store }) {
      const state = exampleState('tailed');
      await store.create(state);
      const first = await Writing.open(store, state, 'w1');
      const second = await Writing.open(store, state, 'w2');
      for (let i = 0; i < 100; i++) first.record(1e15 + i, { i });
      const tail = await tailOf(store, 'tailed');
      assert.ok(tail.hasPassed('w1', 99));
      assert.ok(!tail.hasPassed('w1', 100));
      const read = new Map<string, EventRecord[]>();
      const readOn = async () => {
        for await (const { batch, from, to } of tail.read()) {
          const { writerId } = batch.schema;
          for (let row = from; row < to; row++) read.set(writerId, [...(read.get(writerId) ?? []), batch.record(row)]);
        }
      };
      await readOn();
      assert.equal(read.size, 0);
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 200; i++) (i % 2 === 0 ? first : second).record(2e15 + i, { i, round });
        await readOn();
      }
      sameRecords(read.get('w1') ?? [], first.expected.slice(100));
      sameRecords(read.get('w2') ?? [], second.expected);
      tail.close();
      for (const { writer } of [first, second]) await writer.close();
    },
  },
];
