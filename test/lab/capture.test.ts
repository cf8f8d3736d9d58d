import { describe, expect, test } from 'vitest';
import { warningsOf } from '../bus/recorder.ts';
import { bench, codeOf, droppedOf, expectBalanced, namesOf, recordsOf } from './bench.ts';

describe('execute on an experiment', () => {
  test('goes to it whatever the scope, with the context of its own run only', async () => {
    const { lab, bus } = bench();
    const [mine, other] = [await lab.startExperiment({ name: 'mine' }), await lab.startExperiment({ name: 'other' })];
    mine.execute('a.outside', { n: 1 }, { sampleId: 's' });
    other.run(() => mine.execute(['a', 'in', 'other']), { sample_id: 'other', cohort: 'other' });
    mine.run(() => mine.execute('a.own'), { cohort: 'mine' });
    bus.execute('a.bus');
    expect(
      (await recordsOf(mine)).map((record) => [record.event_name, record.scope, record.sample_id, record.cohort]),
    ).toEqual([
      ['a.outside', 'explicit', 's', null],
      ['a.in.other', 'explicit', null, null],
      ['a.own', 'explicit', null, 'mine'],
    ]);
    expect(await namesOf(other)).toEqual([]);
    expect(lab.ledger().unattributed).toBe(1);
  });

  test('does not end its collecting from outside of runs, and handlers of the bus do not see it', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const seen: string[] = [];
    bus.attach('h', 'a.b', (name) => seen.push(name));
    experiment.execute('a.b');
    bus.execute('a.b');
    expect((await recordsOf(experiment)).map((record) => record.scope)).toEqual(['explicit', 'process']);
    expect(seen).toEqual(['a.b']);
  });

  test('is paused, stopped and filtered like any other event', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', events: ['a.b'] });
    experiment.execute('a.b');
    experiment.execute('a.c');
    await experiment.pause();
    experiment.execute('a.b');
    await experiment.resume();
    await experiment.stop();
    experiment.execute('a.b');
    expect(experiment.ledger()).toMatchObject({ emitted: 3, stored: 1, dropped: { paused: 1, stopped: 1 } });
    await expectBalanced(experiment);
  });

  test('never throws: an event with a bad name is kept as such, what is no object counts as empty', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const execute = experiment.execute.bind(experiment) as (...args: unknown[]) => void;
    const untold = Object.create(null);
    for (const name of ['', 'a b', 7, null, undefined, [], ['a', Symbol('b')], untold]) execute(name, { n: 1 });
    expect((await recordsOf(experiment)).map(({ event_name, measurements }) => [event_name, measurements.n])).toEqual(
      Array.from({ length: 8 }, () => ['telemetry.event.invalid', 1]),
    );
    for (const values of [undefined, null, 7, 'text', [1, 2], () => 1]) execute('a.b', values, values);
    const records = (await recordsOf(experiment)).slice(8);
    expect(records.length).toBe(6);
    for (const record of records) expect([record.measurements, record.metadata]).toEqual([{}, {}]);
    await expectBalanced(experiment);
  });
});

describe('score', () => {
  test('is the event eval.score.recorded, with its name and what it belongs to', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.score('exact_match', 1, { sample_id: 's1', evaluator: 'regex' });
    experiment.score('safe', true);
    experiment.run(() => experiment.score('close', 0.25, { name: 'ignored' }), { sample_id: 's2' });
    experiment.score('lost', Number.NaN);
    expect(
      (await recordsOf(experiment)).map((record) => [
        record.event_name,
        record.category,
        record.scope,
        record.measurements.score,
        record.metadata.name,
        record.sample_id,
      ]),
    ).toEqual([
      ['eval.score.recorded', 'eval', 'explicit', 1, 'exact_match', 's1'],
      ['eval.score.recorded', 'eval', 'explicit', 1, 'safe', null],
      ['eval.score.recorded', 'eval', 'explicit', 0.25, 'close', 's2'],
      ['eval.score.recorded', 'eval', 'explicit', Number.NaN, 'lost', null],
    ]);
  });

  test('keeps what is no number as it is, and warns once for each name', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const score = experiment.score.bind(experiment) as (...args: unknown[]) => void;
    const warnings = await warningsOf(() => {
      for (const value of ['0.9', 'high', '0.7']) score('as text', value);
      score('nothing', undefined);
      for (const value of [0.5, Number.NaN, true, 1n]) score('fine', value);
    });
    // Warnings of the test before may still be on their way.
    expect(warnings.filter((text) => text.startsWith('The score'))).toEqual([
      'The score "as text" was given "0.9", which is no number.',
      'The score "nothing" was given undefined, which is no number.',
    ]);
    expect((await recordsOf(experiment)).map((record) => record.measurements.score)).toEqual([
      '0.9',
      'high',
      '0.7',
      undefined,
      0.5,
      Number.NaN,
      1,
      1,
    ]);
    expect((await experiment.metrics()).by_event['eval.score.recorded']).toBeDefined();
  });

  test('never throws, whatever the value and the metadata', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const score = experiment.score.bind(experiment) as (...args: unknown[]) => void;
    const hostile = {
      get broken(): never {
        throw new Error('no');
      },
    };
    for (const value of [Symbol('s'), hostile, 'high', undefined, null]) score('x', value);
    for (const metadata of [null, 'text', hostile]) score('x', 1, metadata);
    expect(experiment.ledger()).toMatchObject({ emitted: 8, stored: 8 });
    await expectBalanced(experiment);
  });
});

describe('logMetric', () => {
  test('keeps points with the experiment as their run, whatever its status', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    await experiment.logMetric('loss', 0.5, { step: 1, metadata: { epoch: 1 } });
    await experiment.pause();
    await experiment.logMetric('loss', 0.4, { step: 2 });
    await experiment.stop();
    await experiment.logMetric('loss', Number.NaN, { step: 3 });
    const points = await lab.metricsStore.read(experiment.id);
    expect(points.map((point) => [point.run_id, point.metric, point.value, point.step])).toEqual([
      [experiment.id, 'loss', 0.5, 1],
      [experiment.id, 'loss', 0.4, 2],
      [experiment.id, 'loss', Number.NaN, 3],
    ]);
    expect(experiment.ledger().emitted).toBe(0);
  });

  test('rejects what is no number, and a rejection that nobody awaits does not end the process', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const reasons: unknown[] = [];
    const listener = (reason: unknown) => reasons.push(reason);
    process.on('unhandledRejection', listener);
    const text = '0.5' as unknown as number;
    void experiment.logMetric('loss', text);
    expect(await codeOf(() => experiment.logMetric('loss', text))).toBe('invalid_argument');
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', listener);
    expect(reasons).toEqual([]);
    expect(await lab.metricsStore.read(experiment.id)).toEqual([]);
  });

  test('points are shared by the labs of one store, and go with a deleted experiment', async () => {
    const { lab, store } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    await experiment.logMetric('loss', 1);
    const { lab: other } = bench({ store });
    const joined = await other.joinExperiment(experiment.id);
    await joined.logMetric('loss', 2);
    expect((await lab.metricsStore.read(experiment.id)).map((point) => point.value)).toEqual([1, 2]);
    await experiment.delete();
    expect(await other.metricsStore.read(experiment.id)).toEqual([]);
  });
});

describe('a handle that only reads', () => {
  test('follows the experiment but does not collect for it', async () => {
    const { lab, store, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a', condition: 'c', tags: ['t'], sampleSize: 5 });
    const { lab: other } = bench({ store, bus });
    const reader = await other.getExperiment(experiment.id);
    expect(await other.getExperiment(experiment.id)).toBe(reader);
    expect(await lab.getExperiment(experiment.id)).toBe(experiment);
    bus.execute('a.b');
    reader.execute('a.c');
    reader.score('x', 1);
    expect(await namesOf(reader)).toEqual(['a.b']);
    expect([reader.name, reader.condition, reader.tags, reader.sampleSize, reader.isOpen]).toEqual([
      'a',
      'c',
      ['t'],
      5,
      false,
    ]);
    expect([reader.ledger().emitted, (await reader.ledgerAll()).emitted]).toEqual([0, 1]);
    for (const refused of [
      () => reader.run(() => undefined),
      () => reader.bind(() => undefined),
      () => reader.streamingMetrics(),
      () => reader.resetStreamingMetrics(),
      () => reader.ingest({ name: 'a.b', timestamp: 1 }),
    ]) {
      expect(await codeOf(refused)).toBe('experiment_open');
    }
    await reader.pause();
    expect([experiment.status, reader.status]).toEqual(['paused', 'paused']);
    bus.execute('a.d');
    expect(droppedOf(experiment)).toEqual({ paused: 1 });
    await experiment.stop();
    expect(reader.status).toBe('stopped');
  });
});

describe('the events of an experiment', () => {
  test('may be named as dotted text or lists of segments, and match exactly', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a', events: ['a.b', ['c', 'd'], 'a.b'] });
    expect(experiment.state.events).toEqual(['a.b', 'c.d']);
    experiment.run(() => {
      for (const name of ['a', 'a.b', 'a.b.c', 'c.d', 'c']) bus.execute(name);
      bus.execute(['a', 'b']);
    });
    expect(await namesOf(experiment)).toEqual(['a.b', 'c.d', 'a.b']);
    expect(experiment.ledger().emitted).toBe(3);
    expect(lab.ledger().unattributed).toBe(0);
  });
});

describe('values', () => {
  test('are those of the moment of the event, however they change afterwards', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const metadata = { list: [1], nested: { a: 1 }, text: 'x' };
    experiment.run(() => bus.execute('a.b', {}, metadata));
    metadata.list.push(2);
    metadata.nested.a = 2;
    metadata.text = 'y';
    expect((await recordsOf(experiment))[0]?.metadata).toEqual({ list: [1], nested: { a: 1 }, text: 'x' });
  });

  test('a handler that changes what it was given does not change the record', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    bus.attach('h', 'a.b', (_, measurements) => {
      (measurements as Record<string, unknown>).n = 99;
    });
    experiment.run(() => bus.execute('a.b', { n: 1 }));
    expect((await recordsOf(experiment))[0]?.measurements).toEqual({ n: 1 });
  });
});

describe('the clock', () => {
  test('of the lab gives timestamps, and records keep their order when it goes back', async () => {
    const { lab, bus, clock } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const start = clock.nowMicros();
    for (const at of [10, 5, 5, 20]) {
      clock.set(start + at);
      bus.execute('a.b', { at });
    }
    const records = await recordsOf(experiment);
    expect(records.map((record) => [record.timestamp - start, record.sequence])).toEqual([
      [10, 0],
      [5, 1],
      [5, 2],
      [20, 3],
    ]);
  });
});
