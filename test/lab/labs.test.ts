import { describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { bench, codeOf, droppedOf, expectBalanced, namesOf, recordsOf } from './bench.ts';

/** Labs on one store, each on a bus of its own, as separate processes would have. */
const sharing = (count: number) => {
  const first = bench({ random: Math.random });
  const rest = Array.from({ length: count - 1 }, () => bench({ store: first.store, random: Math.random }));
  return [first, ...rest];
};

describe('several labs on one store', () => {
  test('join adds a writer: each records its own, all read everything, by writer and sequence', async () => {
    const [a, b] = sharing(2);
    const mine = await a!.lab.startExperiment({ name: 'a', condition: 'c' });
    const theirs = await b!.lab.joinExperiment(mine.id);
    mine.run(() => a!.bus.execute('from.a', { n: 1 }));
    theirs.run(() => b!.bus.execute('from.b', { n: 1 }));
    mine.run(() => a!.bus.execute('from.a', { n: 2 }));
    for (const experiment of [mine, theirs]) {
      expect(
        (await recordsOf(experiment)).map((r) => [r.event_name, r.measurements.n, r.sequence, r.condition]),
      ).toEqual([
        ['from.a', 1, 0, 'c'],
        ['from.a', 2, 1, 'c'],
        ['from.b', 1, 0, 'c'],
      ]);
      await expectBalanced(experiment);
    }
    const writers = new Set((await recordsOf(mine)).map((record) => record.writer_id));
    expect(writers.size).toBe(2);
    expect([mine.ledger().stored, theirs.ledger().stored, (await mine.ledgerAll()).stored]).toEqual([2, 1, 3]);
    expect([mine.streamingMetrics().total_events, theirs.streamingMetrics().total_events]).toEqual([2, 1]);
  });

  test('pause, resume and stop in one reach the others', async () => {
    const [a, b] = sharing(2);
    const mine = await a!.lab.startExperiment({ name: 'a' });
    const theirs = await b!.lab.joinExperiment(mine.id);
    await mine.pause();
    expect([theirs.status, theirs.pauseCount]).toEqual(['paused', 1]);
    expect(await codeOf(() => theirs.pause())).toBe('already_paused');
    b!.bus.execute('while.paused');
    await theirs.resume();
    expect(mine.status).toBe('running');
    a!.bus.execute('while.running');
    await theirs.stop();
    expect(mine.status).toBe('stopped');
    a!.bus.execute('after.stop');
    mine.execute('after.stop');
    expect([droppedOf(mine), droppedOf(theirs)]).toEqual([{ stopped: 1 }, { paused: 1 }]);
    expect([a!.bus.listening, b!.bus.listening]).toEqual([false, false]);
    expect(await namesOf(theirs)).toEqual(['while.running']);
    expect(await codeOf(() => mine.stop())).toBe('not_running');
  });

  test('a change that comes while another lab is joining is not missed', async () => {
    const [a, b] = sharing(2);
    const mine = await a!.lab.startExperiment({ name: 'a' });
    const { openWriter } = b!.store;
    b!.store.openWriter = async (id, options) => {
      const writer = await openWriter.call(b!.store, id, options);
      if (mine.status === 'running') await mine.pause();
      return writer;
    };
    const theirs = await b!.lab.joinExperiment(mine.id);
    expect(theirs.status).toBe('paused');
    b!.bus.execute('a.b');
    expect(droppedOf(theirs)).toEqual({ paused: 1 });
    await mine.stop();
    expect(b!.bus.listening).toBe(false);
  });

  test('an experiment that ended while another lab was joining takes nothing from it', async () => {
    const [a, b] = sharing(2);
    const mine = await a!.lab.startExperiment({ name: 'a' });
    const { openWriter } = b!.store;
    b!.store.openWriter = async (id, options) => {
      const writer = await openWriter.call(b!.store, id, options);
      if (mine.status === 'running') await mine.stop();
      return writer;
    };
    const theirs = await b!.lab.joinExperiment(mine.id);
    expect([theirs.status, theirs.isOpen, b!.bus.listening]).toEqual(['stopped', false, false]);
    theirs.execute('a.b');
    expect(theirs.ledger()).toMatchObject({ emitted: 1, dropped: { stopped: 1 } });
  });

  test('an experiment that was removed while another lab was joining is not found there afterwards', async () => {
    const [a, b] = sharing(2);
    const mine = await a!.lab.startExperiment({ name: 'a' });
    const { load } = b!.store;
    let loads = 0;
    b!.store.load = async (id) => {
      if (++loads === 2) await b!.store.remove(id);
      return load.call(b!.store, id);
    };
    const theirs = await b!.lab.joinExperiment(mine.id);
    expect([theirs.isOpen, b!.bus.listening, a!.bus.listening]).toEqual([false, false, false]);
    expect(await codeOf(() => b!.lab.getExperiment(mine.id))).toBe('experiment_not_found');
    const again = await b!.lab.startExperiment({ name: 'again', id: mine.id });
    expect(await b!.lab.getExperiment(mine.id)).toBe(again);
  });

  test('joining twice, or the own experiment, gives the same one and no second writer', async () => {
    const [a, b] = sharing(2);
    const mine = await a!.lab.startExperiment({ name: 'a' });
    expect(await a!.lab.joinExperiment(mine.id)).toBe(mine);
    const joined = await Promise.all([b!.lab.joinExperiment(mine.id), b!.lab.joinExperiment(mine.id)]);
    expect(joined[0]).toBe(joined[1]);
    expect(await b!.lab.getExperiment(mine.id)).toBe(joined[0]);
    expect((await a!.store.writers(mine.id)).length).toBe(2);
  });

  test('a stopped experiment is neither joined nor resumed', async () => {
    const [a, b] = sharing(2);
    const { id } = await a!.lab.startExperiment({ name: 'a' });
    await (await b!.lab.joinExperiment(id)).stop();
    for (const archive of [false, true]) {
      if (archive) await (await a!.lab.getExperiment(id)).archive();
      for (const { lab } of [a!, b!]) {
        expect(await codeOf(() => lab.joinExperiment(id))).toBe('not_running');
        expect(await codeOf(() => lab.resumeExperiment(id))).toBe('not_running');
      }
    }
  });
});

describe('several labs on one store and one bus', () => {
  const together = async () => {
    const a = bench({ random: Math.random });
    const b = bench({ store: a.store, bus: a.bus, random: Math.random });
    const mine = await a.lab.startExperiment({ name: 'a' });
    return { a, b, bus: a.bus, mine, theirs: await b.lab.joinExperiment(mine.id) };
  };

  test('an event outside all runs is recorded once, and no lab calls it unattributed', async () => {
    const { a, b, bus, mine } = await together();
    bus.execute('a.outside');
    expect(await namesOf(mine)).toEqual(['a.outside']);
    expect([a.lab.ledger().unattributed, b.lab.ledger().unattributed]).toEqual([0, 0]);
    await expectBalanced(mine);
  });

  test('a run in one of them is a run of the experiment in the other', async () => {
    const { a, b, bus, mine, theirs } = await together();
    theirs.run(() => bus.execute('in.run'));
    bus.execute('a.outside');
    expect(await namesOf(mine)).toEqual(['in.run']);
    expect([a.lab.ledger().unattributed, b.lab.ledger().unattributed]).toEqual([1, 1]);
  });

  test('when the lab that collects from outside leaves, the other goes on', async () => {
    const { a, bus, theirs } = await together();
    await a.lab.close();
    bus.execute('a.outside');
    expect(await namesOf(theirs)).toEqual(['a.outside']);
    expect(theirs.ledger().stored).toBe(1);
  });

  test('experiments of the same id in different stores are different experiments', async () => {
    const a = bench();
    const b = bench({ bus: a.bus });
    const [one, other] = [
      await a.lab.startExperiment({ name: 'one', id: 'same' }),
      await b.lab.startExperiment({ name: 'other', id: 'same' }),
    ];
    a.bus.execute('a.outside');
    expect([await namesOf(one), await namesOf(other)]).toEqual([['a.outside'], ['a.outside']]);
  });

  test('an id that is used again after a deletion begins without the runs of the first', async () => {
    const { lab, bus } = bench();
    const first = await lab.startExperiment({ name: 'first', id: 'a' });
    first.run(() => undefined);
    await first.delete();
    const second = await lab.startExperiment({ name: 'second', id: 'a' });
    bus.execute('a.outside');
    expect(await namesOf(second)).toEqual(['a.outside']);
  });
});

describe('resumeExperiment', () => {
  const reopened = async (prepare: (lab: Lab, id: string) => Promise<unknown>) => {
    const [a, b] = sharing(2);
    const experiment = await a!.lab.startExperiment({ name: 'a', events: ['a.b'], sampling: { rate: 1 } });
    experiment.run(() => a!.bus.execute('a.b', { n: 1 }));
    await prepare(a!.lab, experiment.id);
    const resumed = await b!.lab.resumeExperiment(experiment.id);
    resumed.run(() => [b!.bus.execute('a.b', { n: 2 }), b!.bus.execute('a.c')]);
    return { resumed, old: experiment, ...b! };
  };

  test('goes on with an experiment whose lab was closed: same id and definition, a new writer', async () => {
    const { resumed, old } = await reopened((lab) => lab.close());
    const records = await recordsOf(resumed);
    expect(records.map((record) => [record.measurements.n, record.sequence, record.inclusion_probability])).toEqual([
      [1, 0, 1],
      [2, 0, 1],
    ]);
    expect(records[0]?.writer_id).not.toBe(records[1]?.writer_id);
    expect([resumed.id, resumed.status, resumed.phases.length]).toEqual([old.id, 'running', 1]);
    await expectBalanced(resumed);
    old.execute('a.b');
    expect((await recordsOf(resumed)).length).toBe(2);
    expect((await resumed.ledgerAll()).dropped.stopped).toBe(1);
  });

  test('goes on with a paused one, in this lab or after its lab was closed, and keeps its pauses', async () => {
    const { resumed } = await reopened(async (lab, id) => {
      await (await lab.getExperiment(id)).pause();
      await lab.close();
    });
    expect([resumed.status, resumed.pauseCount, resumed.phases.length]).toEqual(['running', 1, 2]);
    expect((await recordsOf(resumed)).length).toBe(2);
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    await experiment.pause();
    expect(await lab.resumeExperiment(experiment.id)).toBe(experiment);
    expect([experiment.status, bus.listening]).toEqual(['running', true]);
  });

  test('is refused for one that runs, here or elsewhere', async () => {
    const [a, b] = sharing(2);
    const { id } = await a!.lab.startExperiment({ name: 'a' });
    expect(await codeOf(() => a!.lab.resumeExperiment(id))).toBe('not_paused');
    expect(await codeOf(() => b!.lab.resumeExperiment(id))).toBe('not_paused');
    await expect(b!.lab.resumeExperiment(id)).rejects.toThrow(/joinExperiment/);
    expect((await a!.store.writers(id)).length).toBe(1);
  });

  test('called twice at once opens one writer', async () => {
    const [a, b] = sharing(2);
    const { id } = await a!.lab.startExperiment({ name: 'a' });
    await (await a!.lab.getExperiment(id)).pause();
    await a!.lab.close();
    const [one, other] = await Promise.all([b!.lab.resumeExperiment(id), b!.lab.resumeExperiment(id)]);
    expect(one).toBe(other);
    expect((await b!.store.writers(id)).filter((writer) => writer.status === 'open').length).toBe(1);
    b!.bus.execute('a.b');
    expect((await recordsOf(one)).length).toBe(1);
  });
});

describe('listExperiments', () => {
  test('lists by rising start and filters by all that is given', async () => {
    const { lab, clock } = bench();
    for (const [name, study, condition, tags] of [
      ['one', 's', 'control', ['x']],
      ['two', 's', 'treatment', ['x', 'y']],
      ['three', 't', 'control', []],
    ] as const) {
      clock.advance(1);
      await lab.startExperiment({ name, study, condition, tags });
    }
    const names = async (filter?: Parameters<Lab['listExperiments']>[0]) =>
      (await lab.listExperiments(filter)).map((state) => state.name);
    expect(await names()).toEqual(['one', 'two', 'three']);
    expect(await names({ study: 's' })).toEqual(['one', 'two']);
    expect(await names({ tag: 'y' })).toEqual(['two']);
    expect(await names({ condition: 'control', study: 't' })).toEqual(['three']);
    await (await lab.getExperiment((await lab.listExperiments({ tag: 'y' }))[0]!.id)).pause();
    expect(await names({ status: 'paused' })).toEqual(['two']);
    expect(await names({ status: 'running', study: 's' })).toEqual(['one']);
    expect(await names({ study: 'nowhere' })).toEqual([]);
  });
});
