import { expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { createCrucible } from '../../src/lab/lab.ts';
import type { EventRecord } from '../../src/record/event-record.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';

// Each test here is a defect that a hostile reader of the first draft showed.

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function all(records: AsyncIterable<EventRecord>): Promise<EventRecord[]> {
  const list: EventRecord[] = [];
  for await (const record of records) list.push(record);
  return list;
}

test('a late event of a stopped experiment does not land in the next one', async () => {
  const bus = createBus();
  const lab = createCrucible({ bus });
  const first = await lab.startExperiment({ name: 'first' });
  first.run(() => void setTimeout(() => bus.execute('late.event'), 30));
  await first.stop();
  const second = await lab.startExperiment({ name: 'second' });
  await later(60);
  expect(await all(second.records())).toEqual([]);
  expect(first.ledger().dropped.stopped).toBe(1);
});

test('what is redacted stays so for every writer, and in metric points', async () => {
  const store = memoryStore();
  const bus = createBus();
  const lab = createCrucible({ store, bus });
  const { id } = await lab.startExperiment({ name: 'careful', redact: ['user_id', 'metadata.email'] });
  await lab.close();
  const next = createCrucible({ store, bus });
  const resumed = await next.resumeExperiment(id);
  resumed.execute('x.y', {}, { user_id: 'alice', email: 'a@b.c' });
  await resumed.logMetric('loss', 1, { metadata: { email: 'a@b.c' } });
  const text = JSON.stringify([await all(resumed.records()), await next.metricsStore.read(id)]);
  expect(text).not.toMatch(/alice|a@b\.c/);
});

test('writers have ids of their own, even in a rerun with the same random numbers', async () => {
  const store = memoryStore();
  const writers: string[] = [];
  for (let rerun = 0; rerun < 2; rerun++) {
    const lab = createCrucible({ store, bus: createBus(), random: () => 0.5 });
    const experiment =
      rerun === 0 ? await lab.startExperiment({ name: 'a', id: 'same' }) : await lab.resumeExperiment('same');
    experiment.execute('x.y');
    await lab.close();
    writers.push(...(await store.writers('same')).map((writer) => writer.writer_id));
  }
  expect(new Set(writers).size).toBe(2);
});

test('an enricher that returns a promise adds nothing and does not end the process', async () => {
  const lab = createCrucible({ bus: createBus() });
  const reject = (async () => {
    throw new Error('async enricher');
  }) as unknown as () => undefined;
  const experiment = await lab.startExperiment({ name: 'a', enrichers: [reject] });
  experiment.execute('x.y', { n: 1 });
  await later(10);
  expect((await all(experiment.records())).map(({ measurements }) => measurements)).toEqual([{ n: 1 }]);
});

test('an ingested event is a repeat across resumes, and so is a record played back into its own experiment', async () => {
  const store = memoryStore();
  const first = createCrucible({ store, bus: createBus() });
  const { id } = await (async () => {
    const experiment = await first.startExperiment({ name: 'a' });
    experiment.ingest({ event_id: 'e1', name: 'x.y', timestamp: 1 });
    experiment.ingest({ trace_id: 't', name: 'x.y', timestamp: 2 });
    return experiment;
  })();
  await first.close();
  const resumed = await createCrucible({ store, bus: createBus() }).resumeExperiment(id);
  resumed.ingest({ event_id: 'e1', name: 'x.y', timestamp: 1 });
  resumed.ingest({ trace_id: 't', name: 'x.y', timestamp: 2 });
  resumed.execute('own.event');
  for (const { event_name, ...record } of await all(resumed.records())) resumed.ingest({ ...record, name: event_name });
  expect(resumed.ledger()).toMatchObject({ emitted: 6, stored: 1, dropped: { duplicate: 5 } });
});

test('two labs that collect for one experiment on one bus record an event once', async () => {
  const store = memoryStore();
  const bus = createBus();
  const experiment = await createCrucible({ store, bus }).startExperiment({ name: 'a' });
  const joined = await createCrucible({ store, bus }).joinExperiment(experiment.id);
  bus.execute('x.y');
  expect(await joined.ledgerAll()).toMatchObject({ emitted: 1, stored: 1 });
  await experiment.stop();
});

test("an experiment inside another's run inherits who and what it is about, and nothing else", async () => {
  const bus = createBus();
  const lab = createCrucible({ bus });
  const outer = await lab.startExperiment({ name: 'outer' });
  const inner = await lab.startExperiment({ name: 'inner' });
  const stranger = await createCrucible({ bus }).startExperiment({ name: 'stranger' });
  outer.run(
    () => {
      inner.run(() => bus.execute('in.inner'));
      stranger.run(() => bus.execute('in.stranger'));
    },
    { sample_id: 's1', secret: 'of the outer' },
  );
  expect((await all(inner.records())).map(({ sample_id, metadata }) => [sample_id, metadata])).toEqual([['s1', {}]]);
  expect((await all(stranger.records())).map(({ sample_id, metadata }) => [sample_id, metadata])).toEqual([[null, {}]]);
});

test('a record keeps the category its event had when it was recorded', async () => {
  const { defineEvent } = await import('../../src/events/registry.ts');
  const lab = createCrucible({ bus: createBus() });
  const experiment = await lab.startExperiment({ name: 'a' });
  experiment.execute('reviewed.later_defined');
  defineEvent('reviewed.later_defined', { category: 'llm', description: 'Defined after its first use.' });
  experiment.execute('reviewed.later_defined');
  expect((await all(experiment.records())).map(({ category }) => category)).toEqual([null, null]);
});

test('a clock that steps back gives no negative duration, and one that gives nonsense loses no record', async () => {
  let now = 1_000_000_000_000_000;
  const lab = createCrucible({ bus: createBus(), clock: { nowMicros: () => now } });
  const experiment = await lab.startExperiment({ name: 'a' });
  experiment.execute('x.y');
  await experiment.pause();
  now -= 500_000_000;
  await experiment.resume();
  now += 100_000_000;
  await experiment.pause();
  await experiment.resume();
  now += 501_000_000;
  experiment.execute('x.y');
  expect((await experiment.metrics()).summary.duration_seconds).toBeGreaterThanOrEqual(0);
  now = Number.NaN;
  experiment.execute('x.y');
  const records = await all(experiment.records());
  expect(records.every(({ timestamp }) => Number.isSafeInteger(timestamp))).toBe(true);
});

test('a misspelt option is an error that names it, wherever options are taken', async () => {
  const open = createCrucible({ bus: createBus() });
  const experiment = await open.startExperiment({ name: 'a' });
  experiment.execute('x.y', {}, { user_id: 'alice' });
  const misspelt = [
    () => experiment.export('csv', { path: '/nowhere/x.csv', anonymise: { key: 'k' } } as never),
    () => experiment.metrics({ were: {} } as never),
    () => all(experiment.records({ model: 'x' } as never)),
    () => experiment.windowedMetrics({ size: { seconds: 1 }, stpe: { seconds: 1 } } as never),
    () => open.compare([experiment], { basline: 'a' } as never),
    () => open.listExperiments({ stdy: 's' } as never),
    async () => createCrucible({ price: {} } as never),
  ];
  for (const call of misspelt) await expect(call()).rejects.toThrow(/anonymise|were|model|stpe|basline|stdy|price/);
  await expect(experiment.windowedMetrics(undefined as never)).rejects.toThrow(/size/);
});

test('a misspelt option of startExperiment is an error that names it', async () => {
  const lab = createCrucible({ bus: createBus() });
  await expect(lab.startExperiment({ name: 'a', conditon: 'x' } as never)).rejects.toThrow(/conditon/);
  await expect(lab.startExperiment({ name: 'a', requestEvents: ['job.start'] })).rejects.toThrow(/job\.start/);
});

test('times beyond what microseconds can say are refused, and text without an offset is UTC', async () => {
  const lab = createCrucible({ bus: createBus() });
  const experiment = await lab.startExperiment({ name: 'a' });
  expect(() => experiment.ingest({ name: 'x.y', timestamp: 1e25 })).toThrow(/nanoseconds/);
  for (const timestamp of [
    '2026-01-31T12:00:00.123456',
    '2026-01-31T12:00:00.123456Z',
    '2026-01-31T13:00:00.123456+01:00',
  ]) {
    experiment.ingest({ name: 'x.y', timestamp });
  }
  expect(() => experiment.ingest({ name: 'x.y', timestamp: '5' })).toThrow(/not a moment/);
  const micros = Date.UTC(2026, 0, 31, 12) * 1000 + 123_456;
  expect((await all(experiment.records())).map(({ timestamp }) => timestamp)).toEqual([micros, micros, micros]);
});

test("Anthropic's cache counts join the input tokens and are paid at their own price", async () => {
  const lab = createCrucible({ bus: createBus() });
  const experiment = await lab.startExperiment({ name: 'a' });
  const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 1000, cache_creation_input_tokens: 500 };
  experiment.execute(
    'req_llm.request.stop',
    { duration: 1 },
    { provider: 'anthropic', model: 'claude-sonnet-4-20250514', usage },
  );
  const [record] = await all(experiment.records());
  expect([record!.input_tokens, record!.cached_input_tokens]).toEqual([1510, 1000]);
  // $3 a million in, $0.30 read from the cache, $3.75 written to it, $15 out.
  expect(record!.cost_usd).toBeCloseTo((10 * 3 + 1000 * 0.3 + 500 * 3.75 + 5 * 15) / 1e6, 10);
});

test.each([
  ['store', 'runs', /store is "runs"\. Give a store, such as memoryStore\(\)/],
  ['store', { dir: 'runs' }, /store is \{"dir":"runs"\}/],
  ['store', null, /store is null/],
  ['metricsStore', 'x', /metricsStore is "x"\. Give a metrics store: memoryMetrics\(\)/],
  ['metricsStore', { path: 'runs.jsonl' }, /metricsStore is \{"path":"runs\.jsonl"\}/],
  ['bus', {}, /bus is \{\}/],
  ['clock', Date, /clock is/],
  ['random', 4, /random is 4/],
])('a lab of a wrong %s, %j, is an error at once that says what to give', (part, value, words) => {
  const make = () => createCrucible({ [part]: value });
  expect(make).toThrow(expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(words) }));
});
