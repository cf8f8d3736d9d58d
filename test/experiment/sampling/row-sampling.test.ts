import { describe, expect, test } from 'vitest';
import { createBus } from '../../../src/bus/bus.ts';
import type { SamplingOptions } from '../../../src/experiment/sampling/sampling-options.ts';
import { createCrucible } from '../../../src/lab/lab.ts';
import { bench, expectBalanced, recordsOf } from '../../lab/bench.ts';

/** Within five standard deviations of what independent draws give: fails by chance once in two million. */
function expectBinomial(kept: number, n: number, rate: number): void {
  expect(Math.abs(kept - n * rate)).toBeLessThanOrEqual(5 * Math.sqrt(n * rate * (1 - rate)));
}

describe('uniform sampling', () => {
  test('keeps about its rate of traces, samples, spans and lone events', async () => {
    const n = 4000;
    for (const rate of [0.05, 0.5, 0.9]) {
      for (const key of ['trace_id', 'sample_id', 'span_id', undefined]) {
        const { lab } = bench();
        const experiment = await lab.startExperiment({ name: 'a', sampling: { rate } });
        for (let i = 0; i < n; i++) experiment.execute('a.b', {}, key ? { [key]: `id-${i}` } : {});
        const { stored, sampled_out } = experiment.ledger();
        expect(stored + sampled_out).toBe(n);
        expectBinomial(stored, n, rate);
        await expectBalanced(experiment);
      }
    }
  });

  test('keeps or leaves what belongs together: all events of a trace, start and stop of a span', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: { rate: 0.3 } });
    const traces = 300;
    await experiment.run(async () => {
      for (let i = 0; i < traces; i++) {
        await bus.span('outer', {}, async () => {
          bus.execute('in.between', {}, { sample_id: `s${i % 7}` });
          await bus.span('inner', {}, async () => undefined);
        });
      }
    });
    const kept = new Map<string, number>();
    for (const { trace_id } of await recordsOf(experiment)) kept.set(trace_id!, (kept.get(trace_id!) ?? 0) + 1);
    expect([...new Set(kept.values())]).toEqual([5]);
    expectBinomial(kept.size, traces, 0.3);
  });

  test('decides by the trace, else the sample, else the span, alike in every experiment and process', async () => {
    const decide = async (ids: (i: number) => Record<string, string>) => {
      const { lab } = bench();
      const experiment = await lab.startExperiment({ name: 'a', sampling: { rate: 0.5 } });
      for (let i = 0; i < 200; i++) experiment.execute('a.b', { i }, ids(i));
      return (await recordsOf(experiment)).map((record) => record.measurements.i);
    };
    const byTrace = await decide((i) => ({ trace_id: `x${i}` }));
    expect(await decide((i) => ({ trace_id: `x${i}`, sample_id: 'same', span_id: `y${i}` }))).toEqual(byTrace);
    expect(await decide((i) => ({ sample_id: `x${i}`, span_id: 'same' }))).toEqual(byTrace);
    expect(await decide((i) => ({ span_id: `x${i}` }))).toEqual(byTrace);
    expect(await decide((i) => ({ span_id: `z${i}` }))).not.toEqual(byTrace);
  });

  test('decides alike where the key is redacted, and keeps nothing of it', async () => {
    const decide = async (redact: string[]) => {
      const { lab, bus } = bench();
      const options = { name: 'a', sampling: { rate: 0.5 }, redact };
      const experiment = await lab.startExperiment(options);
      for (let i = 0; i < 60; i++) {
        experiment.execute('a.trace', { i }, { trace_id: `t${i % 20}`, span_id: `s${i}` });
        experiment.execute('a.sample', { i }, { sampleId: `s${i % 20}` });
        experiment.run(() => bus.execute('a.run', { i }), { sample_id: `r${i % 20}` });
        experiment.ingest({ name: 'a.span', timestamp: i, span_id: `x${i}`, measurements: { i } });
      }
      const records = await recordsOf(experiment);
      return { records, kept: records.map(({ event_name, measurements }) => [event_name, measurements.i]) };
    };
    const { kept, records } = await decide([]);
    expect(records.some((record) => record.trace_id !== null)).toBe(true);
    const everyKey = ['trace_id', 'sample_id', 'span_id'];
    const redacted = await decide(everyKey);
    expect(redacted.kept).toEqual(kept);
    for (const record of redacted.records) {
      expect([record.trace_id, record.sample_id, record.span_id]).toEqual([null, null, null]);
      expect(JSON.stringify(record.metadata)).not.toMatch(/[tsrx]\d/);
    }
    for (const redact of [...everyKey, 'metadata.trace_id', 'metadata.sample_id', 'metadata'])
      expect((await decide([redact])).kept).toEqual(kept);
  });

  test('keeps the events of a span together where its trace is redacted', async () => {
    const { lab, bus } = bench();
    const experiment = await lab.startExperiment({
      name: 'a',
      sampling: { rate: 0.5 },
      redact: ['trace_id', 'span_id'],
    });
    await experiment.run(async () => {
      for (let n = 0; n < 60; n++) {
        await bus.span('outer', { n }, async () => {
          bus.execute('in.between', {}, { n });
          await bus.span('inner', { n }, async () => undefined);
        });
      }
    });
    const kept = new Map<unknown, number>();
    for (const { metadata } of await recordsOf(experiment)) kept.set(metadata.n, (kept.get(metadata.n) ?? 0) + 1);
    expect([...new Set(kept.values())]).toEqual([5]);
    expectBinomial(kept.size, 60, 0.5);
  });

  test('says in each record with which probability it was kept, and null where nothing is sampled', async () => {
    const { lab } = bench();
    const sampled = await lab.startExperiment({ name: 'a', sampling: { rate: 0.5 } });
    const whole = await lab.startExperiment({ name: 'b' });
    for (let i = 0; i < 50; i++) {
      sampled.execute('a.b', {}, { sample_id: `s${i}` });
      whole.execute('a.b');
      sampled.ingest({ name: 'a.c', timestamp: i, sample_id: `s${i}`, inclusion_probability: 0.1 });
    }
    const of = async (name: string) =>
      new Set((await recordsOf(sampled)).filter((r) => r.event_name === name).map((r) => r.inclusion_probability));
    expect(await of('a.b')).toEqual(new Set([0.5]));
    expect(await of('a.c')).toEqual(new Set([0.05]));
    expect((await recordsOf(whole)).every((record) => record.inclusion_probability === null)).toBe(true);
    const everything = await lab.startExperiment({ name: 'c', sampling: { rate: 1 } });
    everything.execute('a.b');
    expect((await recordsOf(everything)).map((record) => record.inclusion_probability)).toEqual([1]);
  });

  test('comes after counting: streaming metrics and emitted see every event', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: { rate: 0.1 } });
    for (let i = 0; i < 500; i++) {
      experiment.execute('req_llm.request.stop', { duration: i, cost_usd: 0.5 }, { sample_id: `s${i}` });
    }
    const { total_events, latency, cost, events } = experiment.streamingMetrics();
    expect([total_events, latency.count, latency.max, cost.sum]).toEqual([500, 500, 499, 250]);
    expect(events).toEqual({ 'req_llm.request.stop': 500 });
    expect(experiment.ledger().emitted).toBe(500);
    expect(experiment.ledger().stored).toBeLessThan(120);
  });

  test('leaves nothing of an event it does not keep', async () => {
    const { lab } = bench();
    const experiment = await lab.startExperiment({ name: 'a', sampling: { rate: 0.5 } });
    const fields = ['text', 'flag', 'list', 'number'];
    for (let i = 0; i < 400; i++) {
      const value = [`t${i}`, i % 2 === 0, [i], i][i % 4];
      experiment.execute('a.b', { i }, { sample_id: `s${i}`, [fields[i % 4]!]: value, mixed: value });
    }
    const records = await recordsOf(experiment);
    expect(records.length).toBeGreaterThan(100);
    for (const { measurements, metadata } of records) {
      const i = measurements.i as number;
      const value = [`t${i}`, i % 2 === 0, [i], i][i % 4];
      expect(metadata).toEqual({ sample_id: `s${i}`, [fields[i % 4]!]: value, mixed: value });
    }
  });
});

/** Which of the requests 0 … n − 1 are kept, with their probabilities. */
async function kept(
  sampling: SamplingOptions,
  n: number,
  event: (i: number) => Record<string, unknown>,
): Promise<Map<number, number>> {
  const { lab } = bench();
  const experiment = await lab.startExperiment({ name: 'a', sampling });
  for (let i = 0; i < n; i++)
    experiment.execute('req_llm.request.stop' as string, { i }, { sample_id: `s${i}`, ...event(i) });
  const { stored, sampled_out, emitted } = experiment.ledger();
  expect([stored + sampled_out, emitted]).toEqual([n, n]);
  const records = await recordsOf(experiment);
  expect(records).toHaveLength(stored);
  return new Map(records.map((record) => [record.measurements.i as number, record.inclusion_probability!]));
}

describe('stratified sampling', () => {
  test('keeps each value of a field by its own probability, and says which', async () => {
    const failed = (i: number) => i % 10 === 0;
    const found = await kept(
      { method: 'stratified', by: 'success', probabilities: { false: 1, true: 0.1 } },
      5000,
      (i) => ({ success: !failed(i) }),
    );
    const failures = [...found].filter(([i]) => failed(i));
    expect(failures).toHaveLength(500);
    expect(new Set(failures.map(([, p]) => p))).toEqual(new Set([1]));
    const successes = [...found].filter(([i]) => !failed(i));
    expect(new Set(successes.map(([, p]) => p))).toEqual(new Set([0.1]));
    expectBinomial(successes.length, 4500, 0.1);
  });

  test('takes texts, numbers and booleans of a path for strata, and otherwise what has another value or none', async () => {
    const values = ['hard', 3, true, 'easy', { hard: 1 }, null, undefined];
    const found = await kept(
      {
        method: 'stratified',
        by: 'metadata.task.level',
        probabilities: { hard: 0.9, 3: 0.8, true: 0.7, null: 0.6 },
        otherwise: 0.95,
      },
      700,
      (i) => ({ task: { level: values[i % 7], other: i } }),
    );
    const of = (kind: number) => new Set([...found].filter(([i]) => i % 7 === kind).map(([, p]) => p));
    expect(values.map((_, kind) => [...of(kind)])).toEqual([[0.9], [0.8], [0.7], [0.95], [0.95], [0.95], [0.95]]);
  });

  test('takes what the record derives: an exception is a failure, and its category a stratum', async () => {
    const { lab } = bench();
    const byName = await lab.startExperiment({
      name: 'a',
      sampling: { method: 'stratified', by: 'category', probabilities: { llm: 0.5 } },
    });
    byName.execute('req_llm.request.exception', {}, { sample_id: 'a' });
    byName.execute('my.own.event', {}, { sample_id: 'a' });
    const bySuccess = await lab.startExperiment({
      name: 'b',
      sampling: { method: 'stratified', by: 'success', probabilities: { false: 0.9999 }, otherwise: 0.0001 },
    });
    bySuccess.execute('req_llm.request.exception', {}, { sample_id: 'a' });
    expect((await recordsOf(bySuccess)).map((record) => record.inclusion_probability)).toEqual([0.9999]);
    expect((await recordsOf(byName)).map((record) => record.inclusion_probability)).toContain(1);
  });
});

describe('importance sampling', () => {
  test('keeps in proportion to a number, within floor and 1; what has none otherwise', async () => {
    const costs = [0.5, 2, 0.05, 0.0001, 0, -1, undefined, 'dear'];
    const found = await kept(
      { method: 'importance', by: 'metadata.price', certainFrom: 1, floor: 0.02, otherwise: 0.6 },
      8000,
      (i) => ({ price: costs[i % 8] }),
    );
    const of = (kind: number) => [...found].filter(([i]) => i % 8 === kind);
    const probabilities = [0.5, 1, 0.05, 0.02, 0.02, 0.02, 0.6, 0.6];
    probabilities.forEach((p, kind) => {
      const own = of(kind);
      expect(new Set(own.map(([, probability]) => probability))).toEqual(new Set([p]));
      expectBinomial(own.length, 1000, p);
    });
  });
});

describe('decisions event by event', () => {
  test('are nested: what a smaller probability keeps, a larger one keeps too', async () => {
    const by = (p: number) =>
      kept({ method: 'stratified', by: 'success', probabilities: { true: p } }, 500, () => ({ success: true }));
    const [few, many] = [await by(0.2), await by(0.5)];
    expect([...few.keys()].every((i) => many.has(i))).toBe(true);
    const uniform = await kept({ rate: 0.2 }, 500, () => ({ success: true }));
    expect([...few.keys()]).toEqual([...uniform.keys()]);
  });

  test('of all methods leave the ledger balanced and the streaming metrics whole', async () => {
    const designs: SamplingOptions[] = [
      { method: 'uniform', rate: 0.3 },
      { method: 'stratified', by: 'event_name', probabilities: { 'a.b': 0.2 } },
      { method: 'importance', by: 'latency_ms', certainFrom: 100 },
      { method: 'adaptive', target: 10, period: { milliseconds: 1 } },
    ];
    for (const sampling of designs) {
      const { lab, clock } = bench();
      const experiment = await lab.startExperiment({ name: 'a', sampling });
      for (let i = 0; i < 300; i++) {
        experiment.execute('a.b', { duration: i % 50 }, { sample_id: `s${i}` });
        clock.advance({ milliseconds: 0.02 });
      }
      expect(experiment.ledger()).toMatchObject({ emitted: 300 });
      expect(experiment.ledger().stored).toBeLessThan(290);
      await expectBalanced(experiment);
      expect(experiment.streamingMetrics().total_events).toBe(300);
    }
  });
});

describe('adaptive sampling', () => {
  test('keeps about its target in each period after the first, of each writer, by probabilities of the past', async () => {
    const { lab, clock, store } = bench();
    const sampling = { method: 'adaptive', target: 50, period: { seconds: 10 } } as const;
    const experiment = await lab.startExperiment({ name: 'a', sampling });
    const other = createCrucible({ store, clock, bus: createBus() });
    const joined = await other.joinExperiment(experiment.id);
    for (let period = 0; period < 8; period++) {
      for (let i = 0; i < 1000; i++) {
        experiment.execute('a.b', { period }, { sample_id: `p${period}s${i}` });
        if (i % 10 === 0) joined.execute('a.joined', { period }, { sample_id: `p${period}s${i}` });
        clock.advance({ milliseconds: 10 });
      }
    }
    const records = await recordsOf(experiment);
    const of = (name: string, period: number) =>
      records.filter(({ event_name, measurements }) => event_name === name && measurements.period === period);
    expect(of('a.b', 0)).toHaveLength(1000);
    expect(of('a.joined', 0)).toHaveLength(100);
    for (let period = 1; period < 8; period++) {
      for (const [name, p] of [
        ['a.b', 0.05],
        ['a.joined', 0.5],
      ] as const) {
        const own = of(name, period);
        expect(new Set(own.map((record) => record.inclusion_probability)), `${name} ${period}`).toEqual(new Set([p]));
        expectBinomial(own.length, 50 / p, p);
      }
    }
    await other.close();
  });
});
