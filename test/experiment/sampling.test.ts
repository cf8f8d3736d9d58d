import { describe, expect, test } from 'vitest';
import { UniformSampling } from '../../src/experiment/sampling.ts';
import { bench, expectBalanced, recordsOf } from '../lab/bench.ts';

/** Within five standard deviations of what independent draws give: fails by chance once in two million. */
function expectBinomial(kept: number, n: number, rate: number): void {
  expect(Math.abs(kept - n * rate)).toBeLessThan(5 * Math.sqrt(n * rate * (1 - rate)));
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

  test('needs a rate above 0 and up to 1', async () => {
    for (const rate of [0, -0.5, 1.01, Number.NaN, '0.5', undefined]) {
      expect(() => new UniformSampling({ rate: rate as number })).toThrow(/sampling\.rate is/);
      const { lab, store } = bench();
      await expect(lab.startExperiment({ name: 'a', sampling: { rate: rate as number } })).rejects.toThrow(/rate/);
      expect(await store.list()).toEqual([]);
    }
  });
});
