import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { localStore } from '../../src/stores/local/index.ts';
import { bench, codeOf, droppedOf, expectBalanced, namesOf, turn } from './bench.ts';

const START = Date.UTC(2026, 0, 1) * 1000;

describe('the way from running to archived', () => {
  test('pauses are counted and timed, phases keep every start and pause', async () => {
    const { lab, clock } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const seen: unknown[] = [];
    const look = () => seen.push([experiment.status, experiment.isPaused, experiment.pausedAt, experiment.pauseCount]);
    look();
    clock.advance(10);
    await experiment.pause();
    look();
    clock.advance(10);
    await experiment.resume();
    look();
    clock.advance(10);
    await experiment.pause();
    clock.advance(10);
    await experiment.stop();
    look();
    await experiment.archive();
    look();
    expect(seen).toEqual([
      ['running', false, null, 0],
      ['paused', true, START + 10, 1],
      ['running', false, null, 1],
      ['stopped', false, null, 2],
      ['archived', false, null, 2],
    ]);
    expect(experiment.phases).toEqual([
      { started_at: START, ended_at: START + 10 },
      { started_at: START + 20, ended_at: START + 30 },
    ]);
    expect(experiment.state).toMatchObject({ stopped_at: START + 40, archived_at: START + 40, paused_at: null });
    expect(await lab.listExperiments()).toEqual([experiment.state]);
  });

  test('wrong transitions are refused by code and leave the experiment as it was', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    expect(await codeOf(() => experiment.resume())).toBe('not_paused');
    expect(await codeOf(() => experiment.archive())).toBe('not_stopped');
    expect(experiment.status).toBe('running');
    await experiment.pause();
    expect(await codeOf(() => experiment.pause())).toBe('already_paused');
    expect(await codeOf(() => experiment.archive())).toBe('not_stopped');
    expect([experiment.status, experiment.pauseCount]).toEqual(['paused', 1]);
    await experiment.stop();
    expect(await codeOf(() => experiment.stop())).toBe('not_running');
    expect(await codeOf(() => experiment.pause())).toBe('not_running');
    expect(await codeOf(() => experiment.resume())).toBe('not_paused');
    await experiment.archive();
    expect(await codeOf(() => experiment.archive())).toBe('not_stopped');
    expect(await codeOf(() => experiment.stop())).toBe('not_running');
    expect(experiment.status).toBe('archived');
  });

  test('of two calls at once one wins and the other is refused', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const outcomes = await Promise.allSettled([experiment.pause(), experiment.pause()]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected']);
    await Promise.all([experiment.resume(), experiment.pause(), experiment.stop()]);
    expect([experiment.status, experiment.pauseCount]).toEqual(['stopped', 2]);
  });

  test('a change holds from the call on, not from its promise on', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const pausing = experiment.pause();
    bus.execute('a.paused');
    await pausing;
    const resuming = experiment.resume();
    bus.execute('a.resumed');
    await resuming;
    const stopping = experiment.stop();
    experiment.execute('a.stopped');
    await stopping;
    expect(await namesOf(experiment)).toEqual(['a.resumed']);
    expect(droppedOf(experiment)).toEqual({ paused: 1, stopped: 1 });
    await expectBalanced(experiment);
  });

  test('a change that is told of late does not take the experiment back', async () => {
    const { lab, store } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const { update } = store;
    const changes: Promise<unknown>[] = [];
    // The first to be made is the last to be told of.
    store.update = async (id, change) => {
      const others = changes.length === 0 ? turn() : Promise.resolve();
      const made = update.call(store, id, change);
      changes.push(made);
      await others;
      return made;
    };
    const seen: string[] = [];
    const look = () => void seen.push(experiment.status);
    await Promise.all([experiment.stop().then(look), experiment.archive().then(look)]);
    expect(changes).toHaveLength(2);
    expect(seen).toEqual(['archived', 'archived']);
    expect((await store.load(experiment.id))?.status).toBe('archived');
  });

  test('a store that refuses a change leaves the experiment as the store has it', async () => {
    const { lab, bus, store } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const { update } = store;
    store.update = () => Promise.reject(new Error('disk full'));
    await expect(experiment.pause()).rejects.toThrow('disk full');
    expect([experiment.status, experiment.pauseCount]).toEqual(['running', 0]);
    await expect(experiment.stop()).rejects.toThrow('disk full');
    store.update = update;
    bus.execute('a.b');
    expect(await namesOf(experiment)).toEqual(['a.b']);
    await experiment.stop();
    expect(experiment.status).toBe('stopped');
  });
});

test('a status that does not exist is refused, not searched for', async () => {
  const { lab } = bench();
  const listing = lab.listExperiments({ status: 'crashd' as 'crashed' });
  await expect(listing).rejects.toMatchObject({
    code: 'invalid_argument',
    message: expect.stringMatching(/"crashd".*'running', 'paused', 'stopped', 'archived', 'idle', 'crashed'/),
  });
});

describe('unknown and deleted experiments', () => {
  test('an unknown id is refused by name everywhere', async () => {
    const { lab } = bench();
    for (const find of ['getExperiment', 'resumeExperiment', 'joinExperiment'] as const) {
      expect(await codeOf(() => lab[find]('exp-nobody'))).toBe('experiment_not_found');
      await expect(lab[find]('exp-nobody')).rejects.toThrow(/"exp-nobody"/);
    }
  });

  test('what is no id is refused, and a name is told the id that it stands for', async () => {
    const { lab } = bench();
    await lab.startExperiment({ name: 'control', id: 'prompt-control' });
    for (const find of ['getExperiment', 'resumeExperiment', 'joinExperiment'] as const) {
      for (const id of [5, null, undefined, {}])
        expect(await codeOf(() => lab[find](id as string))).toBe('invalid_argument');
      const asked = lab[find]('control');
      await expect(asked).rejects.toMatchObject({ code: 'experiment_not_found' });
      await expect(asked).rejects.toThrow(/"prompt-control"/);
    }
    expect(await codeOf(() => lab.compare([null as unknown as string]))).toBe('invalid_argument');
  });

  test('a deleted experiment is gone, with records and metric points, whoever looks', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a', id: 'a' });
    bus.execute('a.b');
    await experiment.delete();
    expect(await lab.listExperiments()).toEqual([]);
    expect(await codeOf(() => lab.getExperiment('a'))).toBe('experiment_not_found');
    expect(await codeOf(() => lab.resumeExperiment('a'))).toBe('experiment_not_found');
    expect(await codeOf(() => lab.joinExperiment('a'))).toBe('experiment_not_found');
    expect(await codeOf(() => experiment.ledgerAll())).toBe('experiment_not_found');
    expect(await codeOf(() => namesOf(experiment))).toBe('experiment_not_found');
    const again = await lab.startExperiment({ name: 'again', id: 'a' });
    expect(await lab.getExperiment('a')).toBe(again);
    expect(await namesOf(again)).toEqual([]);
    bus.execute('c.d');
    expect(await namesOf(again)).toEqual(['c.d']);
  });

  test('deleting works in every status and from a handle that only reads', async () => {
    const { lab, store, bus } = bench();
    const paused = await lab.startExperiment({ name: 'paused' });
    await paused.pause();
    await paused.delete();
    const archived = await lab.startExperiment({ name: 'archived' });
    await archived.stop();
    await archived.archive();
    await archived.delete();
    const running = await lab.startExperiment({ name: 'running' });
    const { lab: other } = bench({ store });
    await (await other.getExperiment(running.id)).delete();
    expect(running.isOpen).toBe(false);
    expect(bus.listening).toBe(false);
    expect(await lab.listExperiments()).toEqual([]);
  });

  test('an experiment removed under a running one ends its collecting', async () => {
    const { lab, store, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    await store.remove(experiment.id);
    bus.execute('a.b');
    experiment.execute('a.c');
    expect(bus.listening).toBe(false);
    expect(droppedOf(experiment)).toEqual({ stopped: 1 });
    expect(await codeOf(() => experiment.pause())).toBe('experiment_not_found');
    experiment.execute('a.d');
    expect(experiment.ledger()).toMatchObject({ emitted: 2, stored: 0, dropped: { stopped: 2 } });
  });
});

describe('an experiment in a folder that is removed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crucible-removed-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

  test('has ended for its handle, and drops what comes during the removal and later as stopped', async () => {
    const { lab, store } = bench({ store: localStore({ dir: folder }) });
    for (const kept of [1, 300]) {
      const experiment = await lab.startExperiment({ name: 'a' });
      for (let i = 0; i < kept; i++) experiment.execute('a.b');
      const removing = store.remove(experiment.id);
      for (let i = 0; i < 300; i++) experiment.execute('a.c');
      await removing;
      experiment.execute('a.d');
      expect(experiment.status).toBe('stopped');
      expect(experiment.ledger()).toMatchObject({ emitted: kept + 301, stored: kept });
      expect(droppedOf(experiment)).toEqual({ stopped: 301 });
      expect(await codeOf(() => experiment.stop())).toBe('experiment_not_found');
    }
    await lab.close();
  });

  test('is stopped by then or was not found, where both are asked for at once', async () => {
    const { lab } = bench({ store: localStore({ dir: folder }) });
    for (let round = 0; round < 10; round++) {
      const experiment = await lab.startExperiment({ name: 'a' });
      experiment.execute('a.b');
      const stopping = codeOf(() => experiment.stop());
      await experiment.delete();
      expect(['nothing was thrown', 'experiment_not_found']).toContain(await stopping);
      experiment.execute('a.c');
      expect(experiment.status).toBe('stopped');
      expect(droppedOf(experiment)).toEqual({ stopped: 1 });
    }
    expect(await lab.listExperiments()).toEqual([]);
    await lab.close();
  });
});

describe('disposal', () => {
  test('leaving the scope of an experiment stops it, unless it is stopped', async () => {
    const { lab } = bench();
    const kept = await (async () => {
      await using experiment = await lab.startExperiment({ name: 'a' });
      return experiment;
    })();
    expect(kept.status).toBe('stopped');
    await kept[Symbol.asyncDispose]();
    const paused = await lab.startExperiment({ name: 'b' });
    await paused.pause();
    await paused[Symbol.asyncDispose]();
    expect(paused.status).toBe('stopped');
  });

  test('leaving the scope of a lab closes it, and its experiments stay resumable', async () => {
    const { lab, store, bus } = bench();
    const experiment = await (async () => {
      await using scoped = lab;
      await using left = await scoped.startExperiment({ name: 'disposed first' });
      return await scoped.startExperiment({ name: left.name });
    })();
    expect(bus.listening).toBe(false);
    await experiment[Symbol.asyncDispose]();
    expect(experiment.status).toBe('running');
    const { lab: next } = bench({ store, bus });
    expect((await next.resumeExperiment(experiment.id)).status).toBe('running');
  });
});

describe('a closed lab', () => {
  test('refuses what it would have to collect or change, and closing twice is fine', async () => {
    const { lab, store } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const { lab: other } = bench({ store });
    const reader = await other.getExperiment(experiment.id);
    for (const each of [lab, other]) await Promise.all([each.close(), each.close()]);
    for (const refused of [
      () => lab.startExperiment({ name: 'b' }),
      () => lab.getExperiment(experiment.id),
      () => lab.resumeExperiment(experiment.id),
      () => lab.joinExperiment(experiment.id),
      () => lab.listExperiments(),
      () => lab.compare({ study: 's' }),
      () => experiment.pause(),
      () => experiment.stop(),
      () => reader.stop(),
    ]) {
      expect(await codeOf(refused), String(refused)).toBe('lab_closed');
    }
    expect(experiment.status).toBe('running');
    expect((await store.load(experiment.id))?.status).toBe('running');
  });

  test('records nothing more, counts what still arrives, and can still be read', async () => {
    const { lab, bus, store } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    bus.execute('a.before');
    await lab.close();
    bus.execute('a.outside');
    experiment.execute('a.explicit');
    experiment.run(() => bus.execute('a.run'));
    expect(droppedOf(experiment)).toEqual({ stopped: 2 });
    expect(await namesOf(experiment)).toEqual(['a.before']);
    await expectBalanced(experiment);
    expect((await store.writers(experiment.id)).map((writer) => writer.status)).toEqual(['closed']);
  });

  test('does not let an experiment slip in that was being started', async () => {
    const { lab, bus, store } = bench();
    const starting = lab.startExperiment({ name: 'a' });
    await lab.close();
    expect(await codeOf(() => starting)).toBe('lab_closed');
    expect(bus.listening).toBe(false);
    expect(await store.list()).toEqual([]);
  });

  test('closes its store even if an experiment cannot be released, and says so', async () => {
    const { lab, store } = bench();
    let closed = false;
    store.close = async () => {
      closed = true;
    };
    const { openWriter } = store;
    store.openWriter = async (id, options) => ({
      ...(await openWriter.call(store, id, options)),
      close: () => Promise.reject(new Error('writer stuck')),
    });
    await lab.startExperiment({ name: 'a' });
    await expect(lab.close()).rejects.toThrow('writer stuck');
    expect(closed).toBe(true);
  });
});

test('a writer that cannot be closed does not end the process when the experiment is stopped elsewhere', async () => {
  const { lab, store, bus } = bench();
  const { openWriter } = store;
  store.openWriter = async (id, options) => ({
    ...(await openWriter.call(store, id, options)),
    close: () => Promise.reject(new Error('writer stuck')),
  });
  const rejections: unknown[] = [];
  const listener = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', listener);
  const experiment = await lab.startExperiment({ name: 'a' });
  const { lab: other } = bench({ store, bus });
  await (await other.getExperiment(experiment.id)).stop();
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', listener);
  expect(rejections).toEqual([]);
  expect(experiment.status).toBe('stopped');
});
