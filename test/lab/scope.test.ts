import { describe, expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { createCrucible } from '../../src/lab/lab.ts';
import { bench, droppedOf, expectBalanced, namesOf, recordsOf, turn } from './bench.ts';

describe('outside all runs', () => {
  test('an experiment that never had a run collects every event of the process', async () => {
    const { lab, bus } = bench();
    const [one, other] = [await lab.startExperiment({ name: 'one' }), await lab.startExperiment({ name: 'other' })];
    bus.execute('a.b');
    await turn();
    setTimeout(() => bus.execute('a.c'), 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const experiment of [one, other]) {
      expect((await recordsOf(experiment)).map((record) => [record.event_name, record.scope])).toEqual([
        ['a.b', 'process'],
        ['a.c', 'process'],
      ]);
    }
    expect(lab.ledger()).toEqual({ unattributed: 0 });
  });

  test('the first run makes it collect from its runs only, from the moment the run begins', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    bus.execute('before');
    let release = () => {};
    const running = experiment.run(async () => {
      bus.execute('inside.early');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      bus.execute('inside.late');
    });
    bus.execute('outside.meanwhile');
    release();
    await running;
    bus.execute('outside.after');
    expect(await namesOf(experiment)).toEqual(['before', 'inside.early', 'inside.late']);
    expect(lab.ledger()).toEqual({ unattributed: 2 });
    await expectBalanced(experiment);
  });

  test("scope: 'process' goes on collecting from outside beside its runs", async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a', scope: 'process' });
    experiment.run(() => bus.execute('inside'));
    bus.execute('outside');
    expect((await recordsOf(experiment)).map((record) => [record.event_name, record.scope])).toEqual([
      ['inside', 'run'],
      ['outside', 'process'],
    ]);
    expect(lab.ledger().unattributed).toBe(0);
  });

  test('the run of one experiment is not outside for another', async () => {
    const { lab, bus } = bench();
    const one = await lab.startExperiment({ name: 'one' });
    const whole = await lab.startExperiment({ name: 'whole', scope: 'process' });
    const never = await lab.startExperiment({ name: 'never run' });
    one.run(() => bus.execute('inside.one'));
    bus.execute('outside');
    expect(await namesOf(one)).toEqual(['inside.one']);
    expect(await namesOf(whole)).toEqual(['outside']);
    expect(await namesOf(never)).toEqual(['outside']);
  });

  test('what no experiment wants is unattributed: filters decide, pauses do not', async () => {
    const { lab, bus } = bench();
    const picky = await lab.startExperiment({ name: 'picky', events: ['a.b', ['c', 'd']] });
    bus.execute('a.b');
    bus.execute('c.d');
    bus.execute('c.d.e');
    expect(lab.ledger().unattributed).toBe(1);
    await picky.pause();
    bus.execute('a.b');
    bus.execute('c.d.e');
    expect(lab.ledger().unattributed).toBe(2);
    await picky.stop();
    expect(await namesOf(picky)).toEqual(['a.b', 'c.d']);
    expect(picky.ledger()).toMatchObject({ emitted: 3, stored: 2, dropped: { paused: 1 } });
  });
});

describe('inside nested runs the innermost wins', () => {
  const nested = async (prepare: (inner: Awaited<ReturnType<typeof start>>['inner']) => unknown, events?: string[]) => {
    const { inner, outer, bus, lab } = await start(events);
    await prepare(inner);
    outer.run(() => {
      bus.execute('outer.before');
      inner.run(() => bus.execute('inner.event'));
      bus.execute('outer.after');
    });
    expect(await namesOf(outer)).toEqual(['outer.before', 'outer.after']);
    expect(lab.ledger().unattributed).toBe(0);
    return inner;
  };
  const start = async (events?: string[]) => {
    const { lab, bus } = bench();
    const outer = await lab.startExperiment({ name: 'outer' });
    const inner = await lab.startExperiment({ name: 'inner', ...(events ? { events } : {}) });
    return { lab, bus, outer, inner };
  };

  test('when it collects', async () => {
    expect(await namesOf(await nested(() => undefined))).toEqual(['inner.event']);
  });

  test('even when it is paused', async () => {
    const inner = await nested((experiment) => experiment.pause());
    expect(droppedOf(inner)).toEqual({ paused: 1 });
  });

  test('even when it is stopped', async () => {
    const inner = await nested((experiment) => experiment.stop());
    expect(droppedOf(inner)).toEqual({ stopped: 1 });
  });

  test('even when it filters the event, which is then nowhere', async () => {
    const inner = await nested(() => undefined, ['something.else']);
    expect(inner.ledger().emitted).toBe(0);
  });

  test('even when it was deleted', async () => {
    const inner = await nested((experiment) => experiment.delete());
    expect(droppedOf(inner)).toEqual({ stopped: 1 });
  });

  test('in asynchronous work that interleaves, and when a run of an experiment nests in another of its own', async () => {
    const { outer, inner, bus } = await start();
    await outer.run(async () => {
      const inside = inner.run(async () => {
        await turn();
        bus.execute('inner.late');
        await outer.run(async () => {
          await turn();
          bus.execute('outer.deep');
        });
        bus.execute('inner.again');
      });
      bus.execute('outer.meanwhile');
      await inside;
      bus.execute('outer.after');
    });
    expect(await namesOf(outer)).toEqual(['outer.meanwhile', 'outer.deep', 'outer.after']);
    expect(await namesOf(inner)).toEqual(['inner.late', 'inner.again']);
  });
});

describe('a run', () => {
  test('returns what the function returns and throws what it throws, promises with the same outcome', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const error = new Error('no');
    expect(experiment.run(() => 7)).toBe(7);
    expect(await experiment.run(async () => 8)).toBe(8);
    expect(() =>
      experiment.run(() => {
        throw error;
      }),
    ).toThrow(error);
    await expect(experiment.run(() => Promise.reject(error))).rejects.toBe(error);
  });

  test('whose promise rejects and nobody awaits is reported by Node, as without the run', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const reasons: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const listener = (reason: unknown) => reasons.push(reason);
    process.on('unhandledRejection', listener);
    const [lost, bound, handled] = [new Error('lost'), new Error('bound'), new Error('handled')];
    void experiment.run(() => Promise.reject(lost));
    void experiment.bind(() => Promise.reject(bound))();
    await experiment.run(() => Promise.reject(handled)).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', listener);
    for (const other of others) process.on('unhandledRejection', other);
    expect(reasons).toEqual([lost, bound]);
  });

  test("leaves a client's own kind of promise alone, and lasts until it settles", async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    let consumed = 0;
    class ClientPromise<T> extends Promise<T> {
      // biome-ignore lint/suspicious/noThenProperty: an API client's promise reads its response at the first then
      override then<A = T, B = never>(
        onValue?: ((value: T) => A | PromiseLike<A>) | null,
        onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
      ): Promise<A | B> {
        consumed++;
        return super.then(onValue, onError);
      }
    }
    let settle = (_: number) => {};
    const promise = new ClientPromise<number>((resolve) => {
      settle = resolve;
    });
    expect(experiment.run(() => promise)).toBe(promise);
    await experiment.stop();
    expect(bus.listening).toBe(true);
    settle(1);
    await turn();
    expect([consumed, bus.listening]).toEqual([0, false]);
  });

  test('or bind of what is no function is refused', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const nothing = undefined as unknown as () => void;
    expect(() => experiment.run(nothing)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => experiment.bind(nothing)).toThrow(/bind was given undefined/);
  });
});

describe('several buses and labs', () => {
  test('two labs on one bus: the run of one is not outside for the other, outside is outside for both', async () => {
    const bus = createBus();
    const [left, right] = [createCrucible({ bus }), createCrucible({ bus })];
    const mine = await left.startExperiment({ name: 'mine' });
    const theirs = await right.startExperiment({ name: 'theirs' });
    const whole = await right.startExperiment({ name: 'whole', scope: 'process' });
    bus.execute('outside.first');
    mine.run(() => {
      bus.execute('in.mine');
      theirs.run(() => bus.execute('in.theirs'));
    });
    bus.execute('outside.last');
    expect(await namesOf(mine)).toEqual(['outside.first', 'in.mine']);
    expect(await namesOf(theirs)).toEqual(['outside.first', 'in.theirs']);
    expect(await namesOf(whole)).toEqual(['outside.first', 'outside.last']);
    expect([left.ledger().unattributed, right.ledger().unattributed]).toEqual([1, 0]);
  });

  test('two buses do not see each other, also not through a run', async () => {
    const [one, other] = [bench(), bench()];
    const mine = await one.lab.startExperiment({ name: 'mine' });
    const theirs = await other.lab.startExperiment({ name: 'theirs' });
    mine.run(() => {
      one.bus.execute('a.one');
      other.bus.execute('a.other');
    });
    expect(await namesOf(mine)).toEqual(['a.one']);
    expect((await recordsOf(theirs)).map((record) => [record.event_name, record.scope])).toEqual([
      ['a.other', 'process'],
    ]);
  });

  test('the run of another copy of the package on the same bus is not outside all runs', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    bus.context.run({ run: { ofAnotherCopy: true }, span: undefined }, () => bus.execute('a.foreign'));
    expect(await namesOf(experiment)).toEqual([]);
    expect(lab.ledger().unattributed).toBe(0);
  });
});

describe('a lab without open experiments and active runs', () => {
  test('does not listen, and the ambient context is switched off', async () => {
    const { lab, bus } = bench();
    const idle = () => [bus.listening, bus.context.active];
    expect(idle()).toEqual([false, false]);
    const [one, other] = [await lab.startExperiment({ name: 'one' }), await lab.startExperiment({ name: 'other' })];
    expect(idle()).toEqual([true, false]);
    one.run(() => expect(idle()).toEqual([true, true]));
    expect(idle()).toEqual([true, true]);
    await one.stop();
    expect(idle()).toEqual([true, true]);
    await other.stop();
    expect(idle()).toEqual([false, false]);
    bus.execute('a.b');
    expect(lab.ledger().unattributed).toBe(0);
  });

  test('stays switched on while a run lasts that began before the stop, and counts its events', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    let release = () => {};
    const running = experiment.run(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      bus.execute('a.late');
    });
    await experiment.stop();
    expect([bus.listening, bus.context.active]).toEqual([true, true]);
    release();
    await running;
    expect([bus.listening, bus.context.active]).toEqual([false, false]);
    expect(droppedOf(experiment)).toEqual({ stopped: 1 });
  });

  test('is switched off after a run that throws or rejects', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    expect(() =>
      experiment.run(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    await experiment.run(() => Promise.reject(new Error('no'))).catch(() => undefined);
    await experiment.stop();
    expect([bus.listening, bus.context.active]).toEqual([false, false]);
    expect(() => experiment.run(() => bus.execute('a.b'))).not.toThrow();
    expect([bus.listening, bus.context.active]).toEqual([false, false]);
    expect(droppedOf(experiment)).toEqual({ stopped: 1 });
  });

  test('can be used again', async () => {
    const { lab, bus } = bench();
    for (const name of ['first', 'second']) {
      const experiment = await lab.startExperiment({ name });
      await experiment.run(async () => {
        await turn();
        bus.execute('a.b');
      });
      await experiment.stop();
      expect(await namesOf(experiment)).toEqual(['a.b']);
    }
  });
});
