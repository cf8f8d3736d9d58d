import { describe, expect, test } from 'vitest';
import { createBus } from '../../../src/bus/bus.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { createCrucible } from '../../../src/lab/lab.ts';
import { chiSquareSf } from '../../../src/stats/distributions/chi-square.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { accountedFor, bench, expectBalanced, recordsOf } from '../../lab/bench.ts';

const reservoir = (size: number) => ({ method: 'reservoir', size }) as const;

describe('a reservoir', () => {
  test('holds its rows until the experiment is stopped; the ledger is balanced all the while', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: reservoir(20) });
    for (let i = 0; i < 500; i++) {
      experiment.execute('req_llm.request.stop' as string, { i, duration: i }, { sample_id: `s${i}` });
      const ledger = experiment.ledger();
      expect(ledger).toMatchObject({ emitted: i + 1, stored: 0, sampled_out: i + 1, held: Math.min(i + 1, 20) });
      expect(accountedFor(ledger)).toBe(i + 1);
    }
    await lab.flush();
    expect(await recordsOf(experiment)).toEqual([]);
    expect(experiment.streamingMetrics()).toMatchObject({ total_events: 500, latency: { count: 500 } });
    await experiment.stop();
    const records = await recordsOf(experiment);
    expect(records).toHaveLength(20);
    expect(new Set(records.map((record) => record.inclusion_probability))).toEqual(new Set([20 / 500]));
    expect(records.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(experiment.ledger()).toEqual({ ...experiment.ledger(), emitted: 500, stored: 20, sampled_out: 480 });
    expect(experiment.ledger()).not.toHaveProperty('held');
    await expectBalanced(experiment);
  });

  test('that has room for all keeps all, for sure', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: reservoir(1000) });
    for (let i = 0; i < 700; i++) experiment.execute('a.b', { i });
    await experiment.stop();
    const records = await recordsOf(experiment);
    const kept = records.map(({ measurements, inclusion_probability: p }) => [measurements.i as number, p!] as const);
    expect(kept.sort(([a], [b]) => a - b)).toEqual(Array.from({ length: 700 }, (_, i) => [i, 1]));
  });

  test('loses any of its rows alike where the store is full, not the latest', async () => {
    const events = 40;
    const room = 10;
    const runs = 300;
    const stored = new Float64Array(events);
    for (let run = 0; run < runs; run++) {
      const { lab } = bench({ store: memoryStore({ maxEvents: room }), random: seededRandom(`full-${run}`) });
      const experiment = await lab.startExperiment({ name: 'a', sampling: reservoir(events) });
      for (let i = 0; i < events; i++) experiment.execute('a.b', { i });
      await experiment.stop();
      await expectBalanced(experiment);
      expect(experiment.ledger()).toMatchObject({ stored: room, dropped: { capacity: events - room } });
      for (const { measurements } of await recordsOf(experiment)) stored[measurements.i as number]!++;
    }
    // Each run takes 10 of 40 without replacement: the variance of a count is runs · p (1 − p), and the counts add up to a constant.
    const p = room / events;
    const squares = stored.reduce((sum, count) => sum + (count - runs * p) ** 2, 0);
    const statistic = (squares / (runs * p * (1 - p))) * ((events - 1) / events);
    expect(chiSquareSf(statistic, events - 1)).toBeGreaterThan(1e-4);
  });

  test('gives records back as they were captured, whatever was in their place before', async () => {
    const { lab } = bench();
    const whole = await lab.startExperiment({ name: 'whole', replicate: 'r' });
    const sampled = await lab.startExperiment({ name: 'sampled', replicate: 'r', sampling: reservoir(64) });
    const keys = Array.from({ length: 1100 }, (_, i) => `k${i}`);
    for (let i = 0; i < 1100; i++) {
      const mixed = [`t${i}`, i, i % 2 === 0, [i], null, { deep: { er: i } }, Number.NaN, -0, 2n ** 70n][i % 9];
      const metadata = { sample_id: `s${i}`, mixed, [keys[i]!]: i, model: 'gpt-4o', tokens: { prompt: i } };
      for (const each of [whole, sampled])
        each.execute('req_llm.request.stop' as string, { duration: i / 7, mixed }, metadata);
    }
    await sampled.stop();
    const originals = new Map((await recordsOf(whole)).map((record) => [record.sample_id, record]));
    const records = await recordsOf(sampled);
    expect(records).toHaveLength(64);
    for (const record of records) {
      const {
        event_id,
        sequence,
        writer_id,
        timestamp,
        experiment_id,
        experiment_name,
        inclusion_probability,
        ...own
      } = record;
      expect(inclusion_probability).toBe(64 / 1100);
      expect(originals.get(record.sample_id)).toMatchObject(own);
    }
  });

  test('multiplies the probability that an ingested event came with', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: reservoir(4) });
    for (let i = 0; i < 8; i++) experiment.ingest({ name: 'a.b', timestamp: i, inclusion_probability: 0.5 });
    await experiment.stop();
    expect((await recordsOf(experiment)).map((record) => record.inclusion_probability)).toEqual(Array(4).fill(0.25));
  });

  test('lasts through a pause, and knows nothing of what came meanwhile', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: reservoir(10) });
    for (let i = 0; i < 50; i++) experiment.execute('a.b', { i });
    await experiment.pause();
    for (let i = 0; i < 50; i++) experiment.execute('a.paused', { i });
    expect(experiment.ledger()).toMatchObject({ held: 10, dropped: { paused: 50 } });
    await experiment.resume();
    for (let i = 50; i < 100; i++) experiment.execute('a.b', { i });
    await experiment.stop();
    const records = await recordsOf(experiment);
    expect(new Set(records.map((record) => record.inclusion_probability))).toEqual(new Set([0.1]));
    expect(records.every(({ event_name }) => event_name === 'a.b')).toBe(true);
    await expectBalanced(experiment);
  });

  test('belongs to its writer: one that resumes or joins has one of its own', async () => {
    const store = memoryStore();
    const first = createCrucible({ store, bus: createBus() });
    const { id } = await first.startExperiment({ name: 'a', sampling: reservoir(10) });
    const collect = (experiment: { execute(name: string, measurements: object): void }, n: number, by: string) => {
      for (let i = 0; i < n; i++) experiment.execute(`a.${by}`, { i });
    };
    collect(await first.getExperiment(id), 40, 'started');
    const beside = createCrucible({ store, bus: createBus() });
    collect(await beside.joinExperiment(id), 100, 'joined');
    await first.close();
    await beside.close();
    const again = createCrucible({ store, bus: createBus() });
    const experiment = await again.resumeExperiment(id);
    const seen = (await recordsOf(experiment)).map(({ event_name, inclusion_probability: p }) => `${event_name} ${p}`);
    expect(seen).toEqual([...Array(10).fill('a.started 0.25'), ...Array(10).fill('a.joined 0.1')]);
    collect(experiment, 5, 'resumed');
    await experiment.stop();
    const records = await recordsOf(experiment);
    expect(records).toHaveLength(25);
    expect(records.reduce((sum, record) => sum + 1 / record.inclusion_probability!, 0)).toBeCloseTo(145, 9);
    await expectBalanced(experiment);
  });

  test('counts what a full store does not take', async () => {
    const { lab } = bench({ store: memoryStore({ maxEvents: 6 }) });
    const experiment = await lab.startExperiment({ name: 'a', sampling: reservoir(10) });
    for (let i = 0; i < 50; i++) experiment.execute('a.b', { i });
    await experiment.stop();
    expect(experiment.ledger()).toMatchObject({ emitted: 50, stored: 6, sampled_out: 40, dropped: { capacity: 4 } });
    await expectBalanced(experiment);
  });

  test('of an experiment that is deleted leaves nothing behind', async () => {
    const { lab, store } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: reservoir(10) });
    experiment.execute('a.b');
    await experiment.delete();
    expect(await store.list()).toEqual([]);
  });

  test('keeps every event as often as any other', async () => {
    const [events, runs, size] = [30, 600, 10];
    const kept = new Float64Array(events);
    const { lab } = bench();
    for (let run = 0; run < runs; run++) {
      const experiment = await lab.startExperiment({ name: 'a', sampling: reservoir(size) });
      for (let i = 0; i < events; i++) experiment.execute('a.b', { i });
      await experiment.stop();
      for (const { measurements } of await recordsOf(experiment)) kept[measurements.i as number]!++;
    }
    const expected = (runs * size) / events;
    // As in the test of the reservoir itself: counts of a sample of fixed size vary less than independent ones.
    const statistic = kept.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) / (1 - size / events);
    expect(chiSquareSf((statistic * (events - 1)) / events, events - 1)).toBeGreaterThan(0.001);
  });
});
