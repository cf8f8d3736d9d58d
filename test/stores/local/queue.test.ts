import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { localStore } from '../../../src/stores/local/local-store.ts';
import { count, eventsOf, folders, liveOf, numbersOf, openLab, until, upTo } from './labs.ts';

const folder = folders();
const NAME = 'troubles.test.large';

describe('rows larger than the queue', () => {
  // A million characters are kept of a text: two million bytes of these.
  const response = 'ü'.repeat(1_000_000);
  const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key_${i}`, i]));

  for (const durability of ['batched', 'immediate', 'fsync'] as const) {
    it(`come back as they were, among small ones, live and sealed (${durability})`, async () => {
      const dir = folder();
      const lab = openLab(dir, { durability });
      const experiment = await lab.startExperiment({ name: 'large', id: 'large' });
      experiment.execute(NAME, { number: 0 }, { model: 'small' });
      experiment.execute(NAME, { number: 1 }, { model: 'large', response });
      experiment.execute(NAME, { number: 2 }, { keys });
      experiment.execute(NAME, { number: 3 }, { model: 'large' });
      const check = async (read: typeof experiment) => {
        const records = [];
        for await (const record of read.records()) records.push(record);
        expect(records.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3]);
        expect(records.map(({ model }) => model)).toEqual(['small', 'large', null, 'large']);
        expect(records[1]!.metadata.response === response).toBe(true);
        expect(records[2]!.metadata.keys).toEqual(keys);
      };
      await check(experiment);
      expect(experiment.ledger()).toMatchObject({ emitted: 4, stored: 4 });
      await experiment.stop();
      await lab.close();
      await until(() => liveOf(dir, 'large').length === 0);
      await using later = openLab(dir);
      await check(await later.getExperiment('large'));
    });
  }
});

describe("overflow: 'drop'", () => {
  /** Takes the folder of segments away for as long as `work` runs, so that nothing leaves the queue. */
  async function blocked(dir: string, work: () => void | Promise<void>): Promise<void> {
    const events = eventsOf(dir, 'full');
    rmSync(events, { recursive: true });
    writeFileSync(events, '');
    await work();
    rmSync(events);
    mkdirSync(events);
  }

  for (const durability of ['batched', 'immediate'] as const) {
    it(`counts what the queue has no room for and keeps what it had (${durability})`, async () => {
      const dir = folder();
      await using lab = openLab(dir, { durability, overflow: 'drop' });
      const experiment = await lab.startExperiment({ name: 'full', id: 'full' });
      await blocked(dir, () => count(experiment, 0, 50_000));
      const { emitted, stored, dropped } = experiment.ledger();
      expect(emitted).toBe(50_000);
      expect(dropped.overflow).toBeGreaterThan(0);
      expect(stored).toBe(50_000 - dropped.overflow);
      // What was in the queue when there was no room is written when there is.
      await until(async () => (await numbersOf(experiment).catch(() => [])).length === stored);
      count(experiment, 50_000, 50_100);
      expect(await numbersOf(experiment)).toEqual([...upTo(stored), ...upTo(50_100, 50_000)]);
      expect(experiment.ledger()).toMatchObject({ stored: stored + 100, dropped: { overflow: dropped.overflow } });
    });

    it(`takes another experiment when the queue was just full (${durability})`, async () => {
      const dir = folder();
      await using lab = openLab(dir, { durability, overflow: 'drop' });
      const full = await lab.startExperiment({ name: 'full', id: 'full' });
      await blocked(dir, () => count(full, 0, 50_000));
      const next = await lab.startExperiment({ name: 'next' });
      count(next, 0, 10);
      expect(await numbersOf(next)).toEqual(upTo(10));
    });
  }

  it('drops a row that is larger than the queue, and what that row had announced reaches the rows after it', async () => {
    const dir = folder();
    await using lab = openLab(dir, { overflow: 'drop' });
    const experiment = await lab.startExperiment({ name: 'full', id: 'full' });
    await blocked(dir, () => {
      count(experiment, 0, 10);
      // There is room for its beginning.
      experiment.execute(
        'troubles.test.first',
        { number: -1, new_number: 1 },
        {
          model: 'new-model',
          cohort: 'new-cohort',
          new_key: 'new-text',
          response: 'x'.repeat(1_000_000),
          more: 'y'.repeat(900_000),
        },
      );
      expect(experiment.ledger().dropped.overflow).toBe(1);
    });
    await lab.flush();
    const large = { response: 'z'.repeat(100_000) };
    experiment.execute(
      'troubles.test.first',
      { number: 10, new_number: 2 },
      { model: 'new-model', cohort: 'new-cohort', new_key: 'new-text', ...large },
    );
    await lab.flush();
    count(experiment, 11, 20);
    const records = [];
    for await (const record of experiment.records()) records.push(record);
    expect(records.map(({ measurements }) => measurements.number)).toEqual(upTo(20));
    expect(records[10]).toMatchObject({
      sequence: 10,
      event_name: 'troubles.test.first',
      model: 'new-model',
      cohort: 'new-cohort',
      measurements: { new_number: 2 },
      metadata: { new_key: 'new-text', ...large },
    });
  });
});

describe('a store that is closed', () => {
  it('says so, whatever is asked of it, and closes again', async () => {
    const dir = folder();
    const lab = openLab(dir);
    const { id, state } = await lab.startExperiment({ name: 'x' });
    await lab.close();
    const store = localStore({ dir });
    await store.close();
    const closed = { code: 'store_closed', message: expect.stringMatching(/is closed\. Open it again/) };
    await expect(store.create({ ...state, id: 'y' })).rejects.toMatchObject(closed);
    await expect(store.load(id)).rejects.toMatchObject(closed);
    await expect(store.list()).rejects.toMatchObject(closed);
    await expect(store.update(id, (each) => each)).rejects.toMatchObject(closed);
    await expect(store.remove(id)).rejects.toMatchObject(closed);
    await expect(store.writers(id)).rejects.toMatchObject(closed);
    await expect(store.scan(id)[Symbol.asyncIterator]().next()).rejects.toMatchObject(closed);
    await store.flush();
    await store.close();
  });
});
