import { describe, expect, test } from 'vitest';
import type { IngestedEvent } from '../../src/experiment/ingest.ts';
import { bench, codeOf, droppedOf, expectBalanced, recordsOf } from './bench.ts';

describe('an ingested event', () => {
  test('keeps its time and may come out of order, given as µs, Date or text', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.ingest({ name: 'a.b', timestamp: 3_000, measurements: { n: 1 } });
    experiment.ingest({ name: ['a', 'c'], timestamp: new Date(2), metadata: { sampleId: 's' } });
    experiment.ingest({ name: 'a.d', timestamp: '1970-01-01T00:00:00.001001Z' });
    expect(
      (await recordsOf(experiment)).map((record) => [
        record.event_name,
        record.timestamp,
        record.scope,
        record.sequence,
      ]),
    ).toEqual([
      ['a.b', 3_000, 'ingest', 0],
      ['a.c', 2_000, 'ingest', 1],
      ['a.d', 1_001, 'ingest', 2],
    ]);
  });

  test('has an id of its own where it gives none', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    for (const event_id of ['e', '', undefined]) {
      experiment.ingest({ name: 'a.b', timestamp: 1, ...(event_id === undefined ? {} : { event_id }) });
    }
    const [given, ...made] = (await recordsOf(experiment)).map((record) => record.event_id);
    expect(given).toBe('e');
    expect(made.every((id) => /^w[0-9a-f]+-\d$/.test(id))).toBe(true);
  });

  test('is not outside all runs: it does not end or begin anything, in no run or in one', async () => {
    const { lab, bus } = bench();
    const [mine, other] = [await lab.startExperiment({ name: 'mine' }), await lab.startExperiment({ name: 'other' })];
    other.run(() => mine.ingest({ name: 'a.b', timestamp: 1 }), { cohort: 'other' });
    bus.execute('a.c');
    expect((await recordsOf(mine)).map((record) => [record.event_name, record.cohort])).toEqual([
      ['a.b', null],
      ['a.c', null],
    ]);
  });

  test('has the fields it is given, and what it does not give is derived', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    experiment.ingest({
      event_id: 'e1',
      name: 'req_llm.request.stop',
      timestamp: 1,
      measurements: { duration: 10 },
      metadata: { trace_id: 'of metadata', session_id: 'se' },
      trace_id: 't',
      span_id: 's',
      parent_span_id: 'p',
      latency_ms: 12,
      success: false,
      cost_usd: 0.5,
      sample_id: 'x',
    });
    const [record] = await recordsOf(experiment);
    expect(record).toMatchObject({
      event_id: 'e1',
      category: 'llm',
      trace_id: 't',
      span_id: 's',
      parent_span_id: 'p',
      latency_ms: 12,
      success: false,
      cost_usd: 0.5,
      cost_source: 'reported',
      sample_id: 'x',
      session_id: 'se',
    });
    expect(record?.measurements).toEqual({ duration: 10 });
  });

  test('cannot claim to be of another experiment, writer or name: records can be replayed', async () => {
    const { lab, bus, store } = bench();
    const source = await lab.startExperiment({ name: 'source', id: 'source', condition: 'control', tags: ['x'] });
    source.run(() => bus.execute('a.b', { n: 1, nan: Number.NaN }, { sample_id: 's' }));
    const target = await lab.startExperiment({ name: 'target', id: 'target', condition: 'treatment' });
    const [original] = await recordsOf(source);
    target.ingest({ ...original!, name: original!.event_name });
    const [copy] = await recordsOf(target);
    const { writer_id, sequence, scope, experiment_id, experiment_name, condition, replicate, tags, ...same } = copy!;
    expect(original).toMatchObject(same);
    expect([sequence, scope, experiment_id, experiment_name]).toEqual([0, 'ingest', 'target', 'target']);
    expect([condition, replicate, tags]).toEqual(['treatment', 'target', []]);
    expect(writer_id).not.toBe(original!.writer_id);
    for await (const batch of store.scan('target')) {
      expect(batch.columns.slice(7, 13).every((column) => column === undefined)).toBe(true);
    }
  });
});

describe('a repeat counts as dropped.duplicate', () => {
  const counts = async (...events: IngestedEvent[]) => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    for (const event of events) experiment.ingest(event);
    await expectBalanced(experiment);
    const { emitted, stored, dropped } = experiment.ledger();
    expect(emitted).toBe(events.length);
    return [stored, dropped.duplicate];
  };
  const base = { name: 'a.b', timestamp: 1 };

  test('when its event_id came before, whatever else it says', async () => {
    expect(await counts({ ...base, event_id: 'e' }, { name: 'a.c', timestamp: 2, event_id: 'e' })).toEqual([1, 1]);
    expect(await counts({ ...base, event_id: 'e' }, { ...base, event_id: 'f' })).toEqual([2, 0]);
    const traced = { ...base, trace_id: 't', span_id: 's' };
    expect(await counts({ ...traced, event_id: 'e' }, { ...traced, event_id: 'f' }, traced)).toEqual([3, 0]);
  });

  test('else when trace, span, name and timestamp did, as fields or in the metadata', async () => {
    const traced = { ...base, trace_id: 't', span_id: 's' };
    expect(await counts(traced, { ...base, metadata: { trace_id: 't', span_id: 's' } })).toEqual([1, 1]);
    expect(await counts(traced, { ...traced, measurements: { n: 2 } })).toEqual([1, 1]);
    const others = [
      { ...traced, trace_id: 'u' },
      { ...traced, span_id: 'u' },
      { ...traced, name: 'a.c' },
      { ...traced, timestamp: 2 },
      { ...base, trace_id: 't' },
      { ...base, span_id: 's' },
      { ...base, trace_id: 's', span_id: 't' },
      { ...base, trace_id: 'ts', span_id: '' },
      { ...traced, name: 'a.b1' },
      { ...traced, timestamp: 11 },
      { ...base, trace_id: '["t","s","a.b",1]' },
    ];
    expect(await counts(traced, ...others, ...others)).toEqual([1 + others.length, others.length]);
  });

  test('but never without any of those ids', async () => {
    expect(await counts(base, base, { ...base, event_id: '' })).toEqual([3, 0]);
  });

  test('but not when it was dropped the first time', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    await experiment.pause();
    experiment.ingest({ ...base, event_id: 'e' });
    await experiment.resume();
    experiment.ingest({ ...base, event_id: 'e' });
    experiment.ingest({ ...base, event_id: 'e' });
    expect(experiment.ledger()).toMatchObject({ emitted: 3, stored: 1, dropped: { paused: 1, duplicate: 1 } });
    await expectBalanced(experiment);
  });

  test('also when the first was sampled out', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: { rate: 1e-9 } });
    experiment.ingest({ ...base, event_id: 'e' });
    experiment.ingest({ ...base, event_id: 'e' });
    expect(experiment.ledger()).toMatchObject({ emitted: 2, sampled_out: 1, dropped: { duplicate: 1 } });
  });

  test('and one the experiment does not collect is no event of it, the first time and again', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', events: ['x.y'] });
    experiment.ingest({ ...base, event_id: 'e' });
    experiment.ingest({ ...base, event_id: 'e' });
    expect(experiment.ledger().emitted).toBe(0);
  });
});

describe('what is no event', () => {
  test('is refused before anything is counted', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const ingest = (event: unknown) => () => experiment.ingest(event as IngestedEvent);
    expect(await codeOf(ingest(undefined))).toBe('invalid_argument');
    expect(await codeOf(ingest('a.b'))).toBe('invalid_argument');
    expect(await codeOf(ingest({ timestamp: 1 }))).toBe('invalid_event_name');
    expect(await codeOf(ingest({ name: 'a b', timestamp: 1 }))).toBe('invalid_event_name');
    for (const timestamp of [undefined, 'noon', Number.NaN, null]) {
      expect(await codeOf(ingest({ name: 'a.b', timestamp }))).toBe('invalid_argument');
    }
    for (const values of ['text', 7, [1]]) {
      expect(await codeOf(ingest({ name: 'a.b', timestamp: 1, measurements: values }))).toBe('invalid_argument');
      expect(await codeOf(ingest({ name: 'a.b', timestamp: 1, metadata: values }))).toBe('invalid_argument');
    }
    expect(experiment.ledger().emitted).toBe(0);
  });

  test('hostile values are recorded as far as they can be read', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a' });
    const metadata = {
      a: 1,
      get trace_id(): never {
        throw new Error('no');
      },
    };
    experiment.ingest({ name: 'a.b', timestamp: 1, metadata });
    expect((await recordsOf(experiment))[0]?.metadata).toEqual({ a: 1, trace_id: '[Threw: no]' });
    expect(droppedOf(experiment)).toEqual({});
  });
});
