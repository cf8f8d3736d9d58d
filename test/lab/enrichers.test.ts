import { describe, expect, test } from 'vitest';
import type { Enricher } from '../../src/experiment/collector.ts';
import { bench, codeOf, expectBalanced, recordsOf } from './bench.ts';

const enriched = async (enrichers: readonly Enricher[], metadata: Record<string, unknown> = {}) => {
  const { lab, bus } = bench();
  const experiment = await lab.startExperiment({ name: 'a', id: 'exp-a', enrichers });
  experiment.run(() => bus.execute('req_llm.request.stop', { duration: 5 }, metadata), { sample_id: 's', fold: 1 });
  await expectBalanced(experiment);
  const [record] = await recordsOf(experiment);
  return record!;
};

describe('an enricher', () => {
  test('sets fields by their name and adds anything else to the metadata', async () => {
    const record = await enriched([
      () => ({ cohort: 'c', latency_ms: 9, success: false, region: 'eu', nested: { a: [1] } }),
      () => ({ metadata: { more: 1 }, region: 'us' }),
    ]);
    expect(record).toMatchObject({ cohort: 'c', latency_ms: 9, success: false });
    expect(record.metadata).toEqual({ region: 'us', nested: { a: [1] }, more: 1, fold: 1 });
    expect(record.measurements).toEqual({ duration: 5 });
  });

  test('sees the record as it would be kept, with the context of the run', async () => {
    const seen: unknown[] = [];
    await enriched(
      [
        (record) => {
          seen.push(record.event_name, record.latency_ms, record.sample_id, record.metadata.fold, record.experiment_id);
          seen.push(record.scope, record.category);
          return undefined;
        },
      ],
      { model: 'm' },
    );
    expect(seen).toEqual(['req_llm.request.stop', 5, 's', 1, 'exp-a', 'run', 'llm']);
  });

  test('runs in order after the event, so that a later one wins and its field is used for sampling and metrics', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({
      name: 'a',
      enrichers: [() => ({ latency_ms: 1 }), () => ({ latency_ms: 2 })],
    });
    experiment.execute('req_llm.request.stop', { duration: 50 });
    expect(experiment.streamingMetrics().latency).toMatchObject({ count: 1, max: 2 });
  });

  test('that throws or gives no object adds nothing, the others and the event go on', async () => {
    const record = await enriched([
      () => {
        throw new Error('no');
      },
      (() => 'text') as unknown as Enricher,
      (() => [1, 2]) as unknown as Enricher,
      (() => null) as unknown as Enricher,
      () => ({ kept: true }),
    ]);
    expect(record.metadata).toEqual({ kept: true, fold: 1 });
  });

  test('cannot set what recording itself decides: that joins the metadata', async () => {
    const record = await enriched([() => ({ timestamp: 1, experiment_id: 'other', event_name: 'x.y', sequence: 99 })]);
    expect(record).toMatchObject({ experiment_id: 'exp-a', event_name: 'req_llm.request.stop', sequence: 0 });
    expect(record.timestamp).toBeGreaterThan(1);
    expect(record.metadata).toMatchObject({ timestamp: 1, experiment_id: 'other', event_name: 'x.y', sequence: 99 });
  });

  test('that executes events of its own experiment has them recorded after the event, each once', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({
      name: 'a',
      enrichers: [
        (record) => {
          if (record.event_name === 'a.b') experiment.execute('a.derived', { of: record.measurements.n as number });
          return { seen: true };
        },
      ],
    });
    for (let n = 0; n < 3; n++) experiment.execute('a.b', { n });
    expect((await recordsOf(experiment)).map((r) => [r.event_name, r.measurements, r.metadata])).toEqual([
      ['a.b', { n: 0 }, { seen: true }],
      ['a.derived', { of: 0 }, { seen: true }],
      ['a.b', { n: 1 }, { seen: true }],
      ['a.derived', { of: 1 }, { seen: true }],
      ['a.b', { n: 2 }, { seen: true }],
      ['a.derived', { of: 2 }, { seen: true }],
    ]);
    await expectBalanced(experiment);
  });

  test('that never stops executing is cut off, and what was cut off is counted', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({
      name: 'a',
      enrichers: [
        () => {
          experiment.execute('a.again');
          experiment.execute('a.again');
          return {};
        },
      ],
    });
    experiment.execute('a.b');
    experiment.execute('a.b');
    const { emitted, stored, dropped } = experiment.ledger();
    expect([emitted, stored, dropped.encode]).toEqual([406, 202, 204]);
    await expectBalanced(experiment);
  });

  test('that is no function is refused at the start, and no experiment is left behind', async () => {
    const { lab, store, bus } = bench();
    for (const enrichers of [[1], 'x', [undefined], {}]) {
      const options = { name: 'a', enrichers: enrichers as unknown as Enricher[] };
      expect(await codeOf(() => lab.startExperiment(options))).toBe('invalid_argument');
    }
    expect(await store.list()).toEqual([]);
    expect(bus.listening).toBe(false);
  });

  test('is given again when an experiment is resumed or joined: functions are not stored', async () => {
    const { lab, store, bus } = bench();
    const { id } = await lab.startExperiment({ name: 'a', enrichers: [() => ({ by: 'first' })] });
    await lab.close();
    const { lab: next } = bench({ store, bus });
    const resumed = await next.resumeExperiment(id, { enrichers: [() => ({ by: 'second' })] });
    resumed.execute('a.b');
    expect((await recordsOf(resumed)).map((record) => record.metadata.by)).toEqual(['second']);
  });
});

describe('redaction', () => {
  test('keeps fields and paths out of records, whatever brought them', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({
      name: 'a',
      redact: ['user_id', 'metadata.messages.*.content', 'metadata.secret', 'metadata.deep.key'],
      enrichers: [() => ({ user_id: 'of the enricher', secret: 'of the enricher' })],
    });
    experiment.run(
      () => {
        bus.execute(
          'a.b',
          {},
          {
            user_id: 'of the event',
            messages: [{ role: 'user', content: 'private' }, { role: 'system' }],
            deep: { key: 'private', other: 1 },
          },
        );
        bus.execute('a.b', {}, { userId: 'of the event', secret: { nested: 'private' } });
        experiment.execute('a.b', {}, { secret: 1 });
        experiment.ingest({ name: 'a.b', timestamp: 1, user_id: 'given', metadata: { user_id: 'x' } });
      },
      { user_id: 'of the run', secret: 'of the run' },
    );
    const records = await recordsOf(experiment);
    expect(records.map((record) => record.user_id)).toEqual([null, null, null, null]);
    const text = JSON.stringify(records);
    for (const leak of ['private', 'of the', 'given']) expect(text).not.toContain(leak);
    expect(records[0]?.metadata).toMatchObject({
      messages: [{ role: 'user', content: '[REDACTED]' }, { role: 'system' }],
      deep: { key: '[REDACTED]', other: 1 },
    });
  });

  test('of what is no field is refused at the start, and no experiment is left behind', async () => {
    const { lab, store } = bench();
    expect(await codeOf(() => lab.startExperiment({ name: 'a', redact: ['nope'] }))).toBe('unknown_field');
    const text = 'user_id' as unknown as string[];
    expect(await codeOf(() => lab.startExperiment({ name: 'a', redact: text }))).toBe('invalid_argument');
    expect(await store.list()).toEqual([]);
  });
});
